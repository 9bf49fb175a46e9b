"""Whether looks are taken up and judged just now: for the status page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.adapters.db import Database
from app.kernel.clock import Clock
from app.proctoring.domain.policy import Policy
from app.proctoring.service.wall import read_waits
from app.proctoring.store import pulse as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Of open sittings: how many were judged last, how many of these were not for a
    fault of ours, and since when a due look has not been taken up (one that only a
    sampler would unveil, too)."""

    judged: int
    failed: int
    waiting_since: datetime | None


class Pulse:
    def __init__(self, db: Database, clock: Clock, policy: Policy) -> None:
        self._db = db
        self._clock = clock
        self._policy = policy

    async def read(self) -> Beat:
        now = self._clock.now()
        async with self._db.connection() as tx:
            row = await store.read(tx, now)
            waits = await read_waits(tx, now, self._policy)
        since = [row["waiting_since"]] if row["waiting_since"] else []
        if waits.looked is not None:
            since.append(waits.looked + timedelta(seconds=self._policy.interval_max_s))
        return Beat(
            judged=row["judged"],
            failed=row["failed"],
            waiting_since=min(since, default=None),
        )
