"""What every process of ours opens first: database, Redis, and the clock they share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis

from app.adapters import db as database
from app.adapters import redis as valkey
from app.adapters.clock import AnchoredClock
from app.adapters.db import Database
from app.adapters.tasks import alongside
from app.kernel.refusals import Unavailable

BLOCKING_PATIENCE_S = 10
"""For reads that wait on purpose; every other Redis call is answered in 0.5 s."""
ANCHOR_EVERY_S = 60

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    db: Database
    redis: Redis
    patient_redis: Redis
    clock: AnchoredClock


@asynccontextmanager
async def open_connections(
    database_url: str, redis_url: str, *, size: int
) -> AsyncIterator[Connections]:
    """Up to `size` database connections; the clock stays anchored while open.

    Raises OSError or a database error when PostgreSQL is out of reach. Redis may be.
    """
    async with AsyncExitStack() as stack:
        db = await database.connect(database_url, size=size)
        stack.push_async_callback(db.close)
        redis = valkey.connect(redis_url)
        stack.push_async_callback(redis.aclose)
        patient = valkey.connect(redis_url, patience_s=BLOCKING_PATIENCE_S)
        stack.push_async_callback(patient.aclose)
        clock = AnchoredClock()
        async with db.connection() as connection:
            await clock.anchor(connection)
        await stack.enter_async_context(alongside(_keep_anchored(clock, db)))
        yield Connections(db=db, redis=redis, patient_redis=patient, clock=clock)


async def _keep_anchored(clock: AnchoredClock, db: Database) -> None:
    while True:
        await asyncio.sleep(ANCHOR_EVERY_S)
        try:
            async with db.connection() as connection:
                await clock.anchor(connection)
        except Unavailable:
            log.warning("anchor_skipped")
