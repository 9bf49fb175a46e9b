"""What the whole house waits for, as figures of the housekeeping process."""

import asyncio
from datetime import datetime

import structlog
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.figures import (
    GLANCES_WAIT,
    LETTERS_WAIT,
    LOOKS_WAIT,
    SAMPLES_WAIT,
    SITTINGS,
)
from app.kernel.refusals import Unavailable
from app.proctoring.domain.words import Kind
from app.proctoring.service.pulse import Pulse
from workers.house import House

EVERY_S = 15.0

log = structlog.get_logger()


async def keep_telling(house: House) -> None:
    """Until cancelled."""
    while True:
        try:
            await tell(house)
        except (Unavailable, RedisError, OSError, TimeoutError) as error:
            log.warning("figures_unread", error=kind_of(error))
        await asyncio.sleep(EVERY_S)


async def tell(house: House) -> None:
    desk = house.desk
    pulse = Pulse(desk.db, desk.clock, desk.policy)
    beat, counted = await pulse.read(), await pulse.open_sittings()
    async with desk.db.connection() as tx:
        letters = await house.gatehouse.outbox.waiting_since(tx, "email")
    now = desk.clock.now()
    for kind in Kind:
        of_kind = next((it for it in counted if it.kind == kind), None)
        SITTINGS.labels(kind, "open").set(of_kind.open if of_kind else 0)
        SITTINGS.labels(kind, "running").set(of_kind.running if of_kind else 0)
    LOOKS_WAIT.set(_seconds(beat.waiting_since, now))
    LETTERS_WAIT.set(_seconds(letters, now))
    SAMPLES_WAIT.set(await house.redis.xlen("samples"))
    GLANCES_WAIT.set(await house.redis.xlen("glances"))


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
