"""`spom ledger verify` and `spom statement verify`."""

import asyncio
from pathlib import Path

import click

from app.accounts.domain.people import normalise_srn
from app.accounts.service.people import NoSuchPerson, People
from app.cli.genuine import say_whether_genuine
from app.cli.opening import gatehouse_here
from app.proctoring.ledger.verifying import Verified
from app.proctoring.ledger.verifying import verify as verify_hours
from app.settings import read_settings


@click.group()
def ledger() -> None:
    """Hours, and whether they are right."""


@ledger.command()
@click.option("--srn", help="Only the hours of this student.")
def verify(srn: str | None) -> None:
    """Works out all hours anew; exits with 1 and names every stretch that is wrong."""
    try:
        done = asyncio.run(_verify(srn))
    except NoSuchPerson as refusal:
        raise SystemExit(refusal.message) from None
    for problem in done.problems:
        click.echo(str(problem), err=True)
    counted = (
        f"{done.students:,} students, {done.stretches:,} stretches and "
        f"{done.corrections:,} corrections checked"
    )
    if done.problem_count:
        raise SystemExit(
            f"{counted}: {done.problem_count} problems. Keep this database as it is, "
            "and compare with the last backup and the trail."
        )
    click.echo(f"{counted}: every second is accounted for.")


async def _verify(srn: str | None) -> Verified:
    policy = read_settings().policy
    async with gatehouse_here() as house:
        account = None
        if srn is not None:
            account = (await People(house).find(normalise_srn(srn))).account
        return await verify_hours(house, policy, account)


@click.group()
def statement() -> None:
    """Statements of hours, as students download or receive them."""


@statement.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_statement(file: Path) -> None:
    """Whether FILE is as this house signed it; exits with 1 if one byte is not."""
    say_whether_genuine(file, "a statement")
