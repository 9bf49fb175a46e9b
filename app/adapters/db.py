"""PostgreSQL: a bounded pool whose every wait has a limit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app.adapters.figures import DB_AWAY, DB_CONNECTIONS, DB_WAIT
from app.kernel.refusals import Refusal, Unavailable

Tx: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record

COMMAND_TIMEOUT_S = 5.0
IDLE_IN_TRANSACTION = "15s"
"""A process that stops in the middle of a transaction keeps its rows no longer."""
ACQUIRE_TIMEOUT_S = 5.0
_UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
)


class DatabaseAway(Unavailable):
    """Our database is out of reach just now. Nothing is lost; please try again."""


class Clashed(Unavailable):
    """Two changes met, and neither could go first. Please try again."""


class Unstorable(Refusal):
    """This has a character that cannot be kept. Take it out, and try again."""


class Database:
    """The pool, handed to services as an argument.

    Raises `DatabaseAway` when PostgreSQL is away, restarts or has no connection free:
    one word for every loop that must outlive it; `Unstorable` for text with a NUL.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Tx]:
        """A connection for reads; each statement is its own transaction."""
        begun = monotonic()
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                DB_WAIT.observe(monotonic() - begun)
                yield connection
        except _UNREACHABLE as error:
            DB_AWAY.inc()
            raise DatabaseAway from error
        except asyncpg.CharacterNotInRepertoireError as error:
            raise Unstorable from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Commits when the block ends, rolls back when it raises.

        Two that block each other: one raises DeadlockDetectedError, and may try again.
        """
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        await self._pool.close()

    def abandon(self) -> None:
        """Closes at once, whoever still waits for an answer: for a server that may
        have stopped to answer at all."""
        self._pool.terminate()


async def _leave_as_it_is(connection: object) -> None:
    """A round trip less each time a connection comes back: nothing of ours outlives a
    transaction, neither settings nor locks. An open one asyncpg rolls back before."""


async def connect(url: str, *, size: int = 10) -> Database:
    """Opens up to `size` connections; raises OSError or PostgresError if none."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=ACQUIRE_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        reset=_leave_as_it_is,
        server_settings={
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
            "jit": "off",  # statements of milliseconds: compiling one takes a hundred
        },
    )
    idle = pool.get_idle_size
    DB_CONNECTIONS.labels("idle").set_function(idle)
    DB_CONNECTIONS.labels("busy").set_function(lambda: pool.get_size() - idle())
    return Database(pool)
