"""`spom privacy`: what is held of a student, handed out and erased; and the reports."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import click
from redis.exceptions import RedisError

from app.accounts.domain.people import Person, normalise_srn
from app.accounts.service.people import NoSuchPerson, People
from app.adapters.sealing import Sealer
from app.cli.genuine import say_whether_genuine
from app.cli.opening import gatehouse_here
from app.cli.privacy_opening import PrivacyHere, open_privacy
from app.kernel.ids import AccountId
from app.kernel.refusals import Refusal
from app.operations.privacy.erasing import subject
from app.operations.privacy.programme import set_programme_end
from app.settings import read_settings


@click.group()
def privacy() -> None:
    """What is held of people: reports, exports, erasures."""


@asynccontextmanager
async def _here() -> AsyncIterator[PrivacyHere]:
    try:
        async with open_privacy() as here:
            yield here
    except Refusal as refusal:
        raise SystemExit(refusal.message) from None
    except RedisError:
        raise SystemExit(
            "Valkey does not answer: what it holds could not be deleted. Run it again."
        ) from None


async def _person(here: PrivacyHere, srn: str) -> Person:
    return await People(here.house).find(normalise_srn(srn))


@privacy.command()
@click.option("--last", default=1, show_default=True, type=click.IntRange(1, 400))
@click.option("--now", is_flag=True, help="Run the job first, whatever ran today.")
def report(last: int, now: bool) -> None:
    """Prints what the daily retention job deleted, the newest first."""

    async def run() -> bool:
        async with _here() as here:
            if now and not await here.retention.run():
                raise SystemExit("The job is running just now. Look again in a moment.")
            found = await here.retention.reports(last)
        for it in found:
            whether = "genuine" if it.genuine else "NOT GENUINE"
            click.echo(f"# report {it.number}, {whether}")
            click.echo(it.signed.decode())
        return all(it.genuine for it in found)

    if not asyncio.run(run()):
        raise SystemExit("A report was changed after it was signed.")


@privacy.command()
@click.argument("srn")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export(srn: str, out: Path) -> None:
    """Writes everything held about a student into a ZIP file, readable to them."""

    async def run() -> bytes:
        async with _here() as here:
            return await here.exporting.export(await _person(here, srn))

    data = asyncio.run(run())
    try:
        made = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SystemExit(f"{out} is there already.") from None
    with os.fdopen(made, "wb") as file:
        file.write(data)
    click.echo(f"{out}: {len(data):,} bytes. It holds pictures: hand it over safely.")


@privacy.command()
@click.argument("srn")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path))
def erase(srn: str, yes: bool, out: Path | None) -> None:
    """Erases a student for ever; credited hours stay, under a number that names nobody.

    Prints the signed receipt, or writes it to --out. Cut off, run it again.
    """
    if not yes:
        click.confirm(f"Erase {normalise_srn(srn)}? This cannot be undone", abort=True)

    async def run() -> bytes:
        async with _here() as here:
            return await here.erasing.erase(await _person(here, srn))

    receipt = asyncio.run(run())
    if out is None:
        click.echo(receipt.decode(), nl=False)
        return
    out.write_bytes(receipt)
    click.echo(f"Erased. The receipt is in {out}.")


@privacy.command()
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--srn", help="Also whether it is about this number.")
def verify(receipt: Path, srn: str | None) -> None:
    """Whether an erasure receipt or report is as this house signed it; offline."""
    say_whether_genuine(receipt, "a receipt")
    if srn is None:
        return
    if subject(_sealer(), normalise_srn(srn)) not in receipt.read_text("utf-8"):
        raise SystemExit(f"Genuine, but not about {normalise_srn(srn)}.")
    click.echo(f"It is about {normalise_srn(srn)}.")


def _sealer() -> Sealer:
    return Sealer(read_settings().secret.get_secret_value())


@privacy.command("programme-end")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("srns", nargs=-1, metavar="[SRN]…")
def programme_end(day: datetime, srns: tuple[str, ...]) -> None:
    """Says when the programme of these students ends; else of all who have no day.

    Their face templates go a while later; a student who goes on needs a later day.
    """

    async def run() -> int:
        async with gatehouse_here() as house:
            people = People(house)
            found: list[AccountId] = [
                (await people.find(normalise_srn(it))).account for it in srns
            ]
            return await set_programme_end(house, found or None, day.date())

    try:
        click.echo(f"{asyncio.run(run()):,} students.")
    except NoSuchPerson as refusal:
        raise SystemExit(refusal.message) from None
