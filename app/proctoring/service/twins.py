"""Twins: two students whose cameras show the same picture.

Two students cannot both be right: each has an incident, the two name each other, and a
person compares them, whoever turns the head.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from app.adapters.db import Tx
from app.adapters.faults import kind_of
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.changes import Change
from app.proctoring.domain.incidents import Kind
from app.proctoring.domain.marks import LIFE_MS, Mark, stamp_of
from app.proctoring.domain.signs import Sign, asks_again
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import State
from app.proctoring.service.clips import Clips
from app.proctoring.service.desk import Desk
from app.proctoring.service.glances import note_signs
from app.proctoring.store import incidents, sittings
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

    async def compare(self, seen: Sequence[Glimpsed]) -> None:
        """With what other students showed of late; those that are the same are told."""
        for pair in await self._clips.twins(await self._whose(seen)):
            await self.suspect(*pair)

    async def suspect(self, one: SittingId, other: SittingId) -> None:
        """Both are asked to turn the head, if they are still there, and both become a
        case. Nothing where one of them is not known any more, or both are one's own."""
        desk = self._desk
        told: list[tuple[Watch, list[Change]]] = []
        async with desk.db.transaction() as tx:
            # In one order: two of these at once must not wait for each other.
            locked = [await sittings.lock(tx, it) for it in sorted((one, other))]
            pair = [it for it in locked if it is not None]
            if len({it.account for it in pair}) < 2:
                return
            now = desk.clock.now()
            for watch in pair:
                if watch.state is not State.ENDED:
                    wanted = await note_signs(tx, desk, watch, [Sign.SAME_CLIP], now)
                    await self._desk.write(tx, watch, wanted, now)
                    told.append((watch, wanted))
            first = await self._case(tx, pair[0], pair[1].account, now)
            second = await self._case(tx, pair[1], pair[0].account, now)
            await store.link(tx, first, second, now)
        for watch, wanted in told:
            await desk.tell(watch, wanted)

    async def _case(
        self, tx: Tx, watch: Watch, other: AccountId, now: datetime
    ) -> UUID:
        """The open one with this other student, however old; or of late; or a new one.
        As often as the sign is answered: not with each glance."""
        known = await store.known(tx, watch.sitting, other)
        if known and not asks_again(known.last_at, now, self._desk.policy):
            return known.incident
        if known and known.is_open:
            incident = known.incident
            await incidents.add_part(tx, incident, None, Kind.SAME_CLIP, now)
        else:
            incident = await incidents.insert(
                tx, watch.sitting, None, Kind.SAME_CLIP, now
            )
        await incidents.add_stretches(tx, incident, [])
        return incident

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
            log.warning("marks_not_forgotten", error=kind_of(error))

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
