"""Twins: two students whose cameras show the same picture."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from redis.exceptions import RedisError

from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.marks import LIFE_MS, Mark, stamp_of
from app.proctoring.domain.signs import Sign
from app.proctoring.service.clips import Clips
from app.proctoring.service.desk import Desk
from app.proctoring.service.glances import Glances
from app.proctoring.store import twins as store

REMEMBERED = timedelta(milliseconds=LIFE_MS)

log = structlog.get_logger()


class Glimpsed(NamedTuple):
    """A glance that may be another's: what it looked like, and when."""

    sitting: SittingId
    at: datetime
    hashed: bytes


class Twins:
    def __init__(self, desk: Desk, clips: Clips) -> None:
        self._desk = desk
        self._clips = clips
        self._glances = Glances(desk)

    async def compare(self, seen: Sequence[Glimpsed]) -> None:
        """With what other students showed of late; those that are the same are told."""
        for pair in await self._clips.twins(await self._whose(seen)):
            for sitting in pair:
                await self._glances.suspect(sitting, Sign.SAME_CLIP)

    async def forget_withdrawn(self, _: AccountId | None = None) -> None:
        """Takes back the marks of whoever withdrew the camera or the comparing by
        machine of late. Again and again: a glance that was on its way then may have
        been kept after the first time. Without Redis, the next time."""
        now = self._desk.clock.now()
        async with self._desk.db.connection() as tx:
            whose = await store.withdrew(tx, now - REMEMBERED)
        try:
            for account in whose:
                await self._clips.forget(account, stamp_of(now))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("marks_not_forgotten", error=type(error).__name__)

    async def _whose(self, seen: Sequence[Glimpsed]) -> list[Mark]:
        """By account: a student's earlier sitting is not another student. A glance of a
        sitting that has ended, or that nobody knows, is late and says nothing."""
        marked = [it for it in seen if it.hashed]
        if not marked:
            return []
        async with self._desk.db.connection() as tx:
            owners = await store.owners(tx, [it.sitting for it in marked])
        return [
            Mark(
                account=owners[it.sitting],
                sitting=it.sitting,
                stamp=stamp_of(it.at),
                hashed=it.hashed,
            )
            for it in marked
            if it.sitting in owners
        ]
