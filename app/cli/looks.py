"""`spom looks prove`: whether chance alone planned the looks, and nothing since."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import click

from app.accounts.domain.people import normalise_srn
from app.accounts.service.people import NoSuchPerson, People
from app.cli.opening import gatehouse_here
from app.kernel.ids import SittingId
from app.proctoring.domain.proving import Line
from app.proctoring.domain.statistics import Summary, ks_p_value
from app.proctoring.service.desk import NoSuchSitting
from app.proctoring.service.proofs import Proofs, Proven

DAY = click.DateTime(["%Y-%m-%d"])
UNLIKELY = 0.001
FAR_SIGMAS = 4.0


@click.group()
def looks() -> None:
    """Looks, and whether chance alone planned them."""


@looks.command()
@click.argument("which", required=False)
@click.argument("day", required=False, type=DAY)
@click.option("--since", type=DAY, help="All ended sittings opened since this day.")
def prove(which: str | None, day: datetime | None, since: datetime | None) -> None:
    """Works out every draw anew; exits with 1 and names the row that differs.

    WHICH is a sitting, or an SRN with the DAY (UTC) its sittings were opened.
    """
    if (which is None) == (since is None):
        raise SystemExit("Say which: a sitting, an SRN and a day, or --since a day.")
    try:
        holds = asyncio.run(_prove(which, day, since))
    except (NoSuchPerson, NoSuchSitting) as refusal:
        raise SystemExit(refusal.message) from None
    if not holds:
        raise SystemExit(
            "NOT PROVEN: the record and the seed differ. Keep this database as it is, "
            "and compare with the last backup and the trail."
        )


async def _prove(
    which: str | None, day: datetime | None, since: datetime | None
) -> bool:
    async with gatehouse_here() as house:
        proofs = Proofs(house)
        if since is not None:
            return await _summed(proofs.since(since.replace(tzinfo=UTC)))
        assert which is not None
        found = await _chosen(proofs, People(house), which, day)
        if not found:
            click.echo("There is no sitting of that day.")
        return all([_shown(it) for it in found])


async def _chosen(
    proofs: Proofs, people: People, which: str, day: datetime | None
) -> list[Proven]:
    if day is None:
        try:
            return [await proofs.of(SittingId(UUID(which)))]
        except ValueError:
            raise SystemExit("This is no sitting. An SRN needs a day, too.") from None
    account = (await people.find(normalise_srn(which))).account
    begins = datetime.combine(date(day.year, day.month, day.day), time(), UTC)
    return await proofs.of_student(account, begins, begins + timedelta(days=1))


def _shown(it: Proven) -> bool:
    head = it.sitting
    click.echo(f"Sitting {head.sitting} of {head.srn}, opened {head.opened_at:%F %T}Z")
    if head.ended_at is None:
        click.echo("It is open. Its seed is told when it has ended.")
        return True
    if it.proof is None:
        click.echo("It is older than seeds: no proof of its looks is kept.")
        return True
    if it.seed is not None and head.commitment is not None:
        click.echo(f"  told at opening  {head.commitment.hex()}")
        click.echo(f"  seed             {it.seed.hex()}")
    for line in it.proof.lines:
        click.echo(f"  {_row(line)}")
    for problem in it.proof.problems:
        click.echo(f"  WRONG: {problem}")
    if it.proof.holds:
        click.echo(f"Proven: all {len(it.proof.lines)} draws are those of the seed.")
    return it.proof.holds


def _row(line: Line) -> str:
    look = line.look
    told = line.problem or "as drawn"
    if look.drawn is None:
        return f"{look.why:10} {look.look}  WRONG: {told}"
    due = f"{line.due_at:%T.%f}" if line.due_at else "at once"
    rate = look.drawn.rule.get("per_hour")
    how = f"{rate:g}/h" if rate else ""
    asked = f"{look.asked_at:%T}" if look.asked_at else "never"
    wrong = f"WRONG ({look.look}): " if line.problem else ""
    return (
        f"{look.why:10} {look.drawn.number:>3}  drawn {look.drawn.at:%T.%f}  "
        f"{how:>6}  due {due:15}  {line.ask or '-':6} looked {asked:8}  {wrong}{told}"
    )


async def _summed(proven: AsyncIterator[Proven]) -> bool:
    summary, unproven, holds = Summary(), 0, True
    async for it in proven:
        if it.proof is None:
            unproven += 1
        elif not it.proof.holds:
            holds = _shown(it)
        else:
            summary.take(it.proof.lines)
    p_value = ks_p_value(summary.shares)
    click.echo(
        f"{summary.sittings:,} sittings proven, {unproven:,} older than seeds.\n"
        f"Random looks: {summary.drawn:,} drawn, {summary.came:,} came due in "
        f"{summary.hours:,.1f} hours, {summary.expected:,.1f} were to be expected "
        f"({summary.sigmas:+.1f} standard deviations).\n"
        f"Gaps against the exponential law: Kolmogorov-Smirnov p = {p_value:.3f}"
    )
    if p_value < UNLIKELY or abs(summary.sigmas) > FAR_SIGMAS:
        click.echo("WRONG: chance alone hardly ever looks like this.")
        return False
    return holds
