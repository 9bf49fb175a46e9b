"""Whether looks are taken up and judged just now: for the status page."""

from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Database
from app.kernel.clock import Clock
from app.proctoring.store import pulse as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Of open sittings: how many were judged last, how many of these were not for a
    fault of ours, and since when a due look has not been taken up."""

    judged: int
    failed: int
    waiting_since: datetime | None


class Pulse:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def read(self) -> Beat:
        async with self._db.connection() as tx:
            row = await store.read(tx, self._clock.now())
        return Beat(**dict(row))
