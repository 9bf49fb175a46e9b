"""What the whole house waits for, as figures of the housekeeping process."""

import asyncio
from datetime import datetime

import structlog
from redis.exceptions import RedisError

from app.adapters.figures import GLANCES_WAIT, LETTERS_WAIT, LOOKS_WAIT, SAMPLES_WAIT
from app.kernel.refusals import Unavailable
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
            log.warning("figures_unread", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def tell(house: House) -> None:
    desk = house.desk
    beat = await Pulse(desk.db, desk.clock, desk.policy).read()
    async with desk.db.connection() as tx:
        letters = await house.gatehouse.outbox.waiting_since(tx, "email")
    now = desk.clock.now()
    LOOKS_WAIT.set(_seconds(beat.waiting_since, now))
    LETTERS_WAIT.set(_seconds(letters, now))
    SAMPLES_WAIT.set(await house.redis.xlen("samples"))
    GLANCES_WAIT.set(await house.redis.xlen("glances"))


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
