"""`spom audit verify` and `spom audit show`."""

import asyncio
import json
import time
from pathlib import Path

import click

from app.accounts.domain.people import normalise_srn
from app.accounts.service.gatehouse import open_gatehouse
from app.accounts.service.people import NoSuchPerson, People
from app.adapters import db
from app.adapters.audit import Trail
from app.adapters.audit.anchors import BadAnchors, read_anchors
from app.adapters.audit.chain import Event, Head, Verifier
from app.adapters.clock import AnchoredClock
from app.adapters.sealing import Sealer
from app.settings import read_settings

SHOWN = 200
CUT_OFF = "The database does not answer. Is it running, and is DATABASE_URL right?"


@click.group()
def audit() -> None:
    """The trail of what people did: hash-chained, append-only."""


@audit.command()
@click.option(
    "--anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also compare with the signed anchors of this file.",
)
def verify(anchors: Path | None) -> None:
    """Checks every event; exits with 1 and names what was changed, cut or forged."""
    known = _known(anchors)
    begun = time.perf_counter()
    verifier = asyncio.run(_verify(known))
    took = time.perf_counter() - begun
    for problem in verifier.problems[:SHOWN]:
        click.echo(str(problem), err=True)
    rate = f"{verifier.checked / max(took, 1e-6):,.0f} a second"
    counted = f"{verifier.checked:,} events and {len(known)} anchors checked, {rate}"
    if verifier.problems:
        raise SystemExit(
            f"{counted}: {len(verifier.problems)} problems. Keep this database as it "
            "is, compare with the last backup, and find who could write to it."
        )
    click.echo(f"{counted}: the trail is whole.")


def _known(anchors: Path | None) -> list[Head]:
    try:
        return read_anchors(anchors) if anchors else []
    except BadAnchors as error:
        raise SystemExit(str(error)) from None


async def _verify(anchors: list[Head]) -> Verifier:
    settings = read_settings()
    opened = await _connect(settings.database_url)
    try:
        trail = Trail(Sealer(settings.secret.get_secret_value()))
        return await trail.verify(opened, anchors)
    finally:
        await opened.close()


async def _connect(url: str) -> db.Database:
    try:
        return await db.connect(url, size=2)
    except OSError:
        raise SystemExit(CUT_OFF) from None


@audit.command()
@click.option("--about", help="Only what was done to the account of this SRN.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 5000))
def show(about: str | None, last: int) -> None:
    """Prints the newest events, the newest last."""
    for event in reversed(asyncio.run(_recent(about, last))):
        click.echo(_line(event))


async def _recent(about: str | None, last: int) -> list[Event]:
    settings = read_settings()
    opened = await _connect(settings.database_url)
    try:
        house = open_gatehouse(opened, AnchoredClock(), settings)
        whom = None
        if about is not None:
            whom = (await People(house).find(normalise_srn(about))).account
        async with opened.connection() as tx:
            return await house.trail.recent(tx, limit=last, whom=whom)
    except NoSuchPerson as refusal:
        raise SystemExit(refusal.message) from None
    finally:
        await opened.close()


def _line(event: Event) -> str:
    details = " ".join(f"{k}={v}" for k, v in json.loads(event.details).items())
    at = f"{event.at:%Y-%m-%d %H:%M:%S}Z"
    who = event.by or "system"
    return f"{event.seq:>7}  {at}  {event.what:26} by {who} to {event.whom}  {details}"
