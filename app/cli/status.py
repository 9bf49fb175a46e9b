"""`spom status`: whether all is well, on one screen."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import click

from app.accounts.service.gatehouse import Gatehouse, open_gatehouse
from app.adapters import db
from app.adapters import redis as valkey
from app.adapters.clock import AnchoredClock
from app.adapters.db import Database
from app.adapters.logs import set_up_logging
from app.operations.status.asking import Sources, ask, or_unanswered
from app.operations.status.facts import Unanswered
from app.operations.status.parts import Mark, Part, parts
from app.settings import Settings, read_settings

CONNECTIONS = 6
"""As many as there are questions to the database: none waits for another."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs, with all figures.")
def status(as_json: bool) -> None:
    """Whether all is well; exits with 1 if anything is broken.

    Changes nothing, and answers within seconds also where nothing else does.
    """
    set_up_logging(logging.CRITICAL)  # what is wrong stands on the screen
    clock = AnchoredClock()
    found = asyncio.run(_asked(read_settings(), clock))
    click.echo(_encoded(found, clock.now()) if as_json else _screen(found, clock.now()))
    if any(it.mark is Mark.BROKEN for it in found):
        raise SystemExit(1)


async def _asked(settings: Settings, clock: AnchoredClock) -> list[Part]:
    redis = valkey.connect(settings.redis_url)
    async with _gatehouse(settings, clock) as house:
        sources = Sources(
            house=house,
            redis=redis,
            policy=settings.policy,
            evidence=settings.evidence,
        )
        found = await ask(sources)
    await or_unanswered(redis.aclose())
    return parts(found, clock.now())


@asynccontextmanager
async def _gatehouse(
    settings: Settings, clock: AnchoredClock
) -> AsyncIterator[Gatehouse | Unanswered]:
    """Never waits for the database to say goodbye: it may be silent."""
    opened = await or_unanswered(db.connect(settings.database_url, size=CONNECTIONS))
    if isinstance(opened, Unanswered):
        yield opened
        return
    try:
        await or_unanswered(_anchored(opened, clock))
        yield open_gatehouse(opened, clock, settings)
    finally:
        opened.abandon()


async def _anchored(opened: Database, clock: AnchoredClock) -> None:
    async with opened.connection() as connection:
        await clock.anchor(connection)


def _screen(found: list[Part], now: datetime) -> str:
    lines = [f"{_headline(found)} ({now:%d %b %Y, %H:%M:%S} UTC)", ""]
    for it in found:
        lines.append(f"{it.mark:8} {it.name:15} {it.said}")
        if it.do:
            lines.append(f"{'':25}do: {it.do}")
    return "\n".join(lines)


def _headline(found: list[Part]) -> str:
    broken = [it.name for it in found if it.mark is Mark.BROKEN]
    look = [it.name for it in found if it.mark is Mark.LOOK]
    if broken:
        return f"BROKEN: {', '.join(broken)}"
    return f"Look at: {', '.join(look)}" if look else "All is well"


def _encoded(found: list[Part], now: datetime) -> str:
    said = {
        "at": now.isoformat(),
        "well": all(it.mark is Mark.WELL for it in found),
        "broken": any(it.mark is Mark.BROKEN for it in found),
        "parts": [
            {
                "part": it.name,
                "mark": it.mark,
                "said": it.said,
                "do": it.do,
                "figures": it.figures,
            }
            for it in found
        ],
    }
    return json.dumps(said, indent=2, default=str)
