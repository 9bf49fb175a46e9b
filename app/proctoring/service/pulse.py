"""Whether looks are taken up and judged just now: for the status page and command."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.adapters.db import Database
from app.kernel.clock import Clock
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.wall import lag_s, late_after_s
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Sittings of a kind that have not ended, and how many of them run."""

    kind: str
    open: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Looks that are due and have no verdict; how late looks are, and how late they may
    be before something is wrong (as the wall has it)."""

    looks: int
    late_s: float
    late_after_s: float


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

    async def open_sittings(self) -> list[Open]:
        async with self._db.connection() as tx:
            return [Open(**dict(row)) for row in await store.open_sittings(tx)]

    async def due(self) -> Due:
        now = self._clock.now()
        async with self._db.connection() as tx:
            looks = await store.due_looks(tx, now)
            waits = await read_waits(tx, now, self._policy)
        return Due(
            looks=looks,
            late_s=lag_s(waits, now, self._policy),
            late_after_s=late_after_s(self._policy),
        )
