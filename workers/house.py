"""What every worker needs, opened once and closed in order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom

from redis.asyncio import Redis

from app.accounts.service import Accounts
from app.adapters.bell import RedisBell
from app.adapters.clock import AnchoredClock
from app.adapters.db import connect as connect_database
from app.adapters.passwords import Passwords
from app.adapters.redis import connect as connect_redis
from app.proctoring.service.desk import Desk
from app.proctoring.service.looks import Looks
from app.proctoring.service.sittings import Sittings
from app.settings import Settings

BLOCKING_PATIENCE_S = 10
"""For reads that wait on purpose; every other Redis call is answered in 0.5 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The services and connections of one worker process."""

    settings: Settings
    clock: AnchoredClock
    redis: Redis
    patient_redis: Redis
    desk: Desk
    looks: Looks
    sittings: Sittings
    accounts: Accounts


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Raises OSError or a database error when PostgreSQL is out of reach."""
    async with AsyncExitStack() as stack:
        database = await connect_database(settings.database_url, size=4)
        stack.push_async_callback(database.close)
        redis = connect_redis(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        patient = connect_redis(settings.redis_url, patience_s=BLOCKING_PATIENCE_S)
        stack.push_async_callback(patient.aclose)
        clock = AnchoredClock()
        async with database.connection() as connection:
            await clock.anchor(connection)
        desk = Desk(
            db=database,
            clock=clock,
            bell=RedisBell(redis, patient),
            policy=settings.policy,
            chance=SystemRandom(),
        )
        accounts = Accounts(database, clock, Passwords())
        yield House(
            settings=settings,
            clock=clock,
            redis=redis,
            patient_redis=patient,
            desk=desk,
            looks=Looks(desk),
            sittings=Sittings(desk, accounts),
            accounts=accounts,
        )
