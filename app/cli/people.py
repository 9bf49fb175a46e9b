"""`spom roster import` and `spom admin invite`."""

import asyncio
from pathlib import Path

import click

from app.accounts.domain.people import Role, normalise_srn
from app.accounts.domain.photos import PHOTO_MAX
from app.accounts.domain.roster import BYTES_MAX, Sheet, read_csv
from app.accounts.service.roles import Invitation, Roles
from app.accounts.service.roster import Roster, RosterReport
from app.cli.opening import gatehouse_here
from app.kernel.refusals import Refusal


@click.group()
def roster() -> None:
    """The institute's list of students."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of SRN.jpg files.",
)
@click.option("--dry-run", is_flag=True, help="Check, and import nothing.")
def import_roster(file: Path, photos: Path | None, dry_run: bool) -> None:
    """Adds and updates students from a CSV FILE (srn,name,email,mobile).

    One wrong line, and nothing is imported. The same file again changes nothing.
    """
    with file.open("rb") as opened:
        sheet = read_csv(opened.read(BYTES_MAX + 1))
    report = asyncio.run(_take(sheet, _pictures(photos), dry_run))
    for it in report.problems:
        where = f"line {it.line}, {it.column}" if it.line else it.column
        click.echo(f"{where}: {it.detail}", err=True)
    if report.problem_count:
        raise SystemExit(f"{report.problem_count} problems; nothing was imported.")
    done = "Would be imported" if dry_run else "Imported"
    click.echo(
        f"{done}: {report.new} new, {report.changed} changed, {report.same} the same, "
        f"{report.photos} photos. {report.kept} keep contacts they confirmed."
    )


def _pictures(folder: Path | None) -> dict[str, bytes]:
    if folder is None:
        return {}
    found = {}
    for path in sorted(folder.glob("*.jp*g")):
        with path.open("rb") as opened:
            found[normalise_srn(path.stem)] = opened.read(PHOTO_MAX + 1)
    return found


async def _take(sheet: Sheet, photos: dict[str, bytes], dry_run: bool) -> RosterReport:
    async with gatehouse_here() as house:
        return await Roster(house).take(sheet, photos, None, dry_run=dry_run)


@click.group()
def admin() -> None:
    """Admins, of whom the first is made here."""


@admin.command()
@click.argument("srn")
@click.argument("name")
@click.option("--email", default="", help="Where the activation code goes …")
@click.option("--mobile", default="", help="… or here.")
def invite(srn: str, name: str, email: str, mobile: str) -> None:
    """Invites an admin, who activates with a code and chooses a password."""
    given = Invitation(srn=srn, name=name, role=Role.ADMIN, email=email, mobile=mobile)
    try:
        number, url = asyncio.run(_invite(given))
    except Refusal as refusal:
        raise SystemExit(refusal.message) from None
    click.echo(f"{number} is invited. Activate the account at {url}/activate.")


async def _invite(given: Invitation) -> tuple[str, str]:
    async with gatehouse_here() as house:
        return await Roles(house).invite(None, given), house.url
