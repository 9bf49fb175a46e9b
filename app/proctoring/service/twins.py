"""Twins: two students whose cameras show the same picture."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.kernel.ids import SittingId
from app.proctoring.domain.marks import Mark
from app.proctoring.domain.signs import Sign
from app.proctoring.service.clips import Clips
from app.proctoring.service.desk import Desk
from app.proctoring.service.glances import Glances
from app.proctoring.store import twins as store


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
                stamp=round(it.at.timestamp() * 1000),
                hashed=it.hashed,
            )
            for it in marked
            if it.sitting in owners
        ]
