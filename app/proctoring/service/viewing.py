"""Looking live: first the trail, then the student is told, then there is a ticket."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from redis.exceptions import RedisError

from app.adapters.audit import Act, Trail
from app.adapters.db import Row
from app.adapters.media_nodes import MediaNode, NoMediaNode
from app.kernel.ids import AccountId, SittingId, ViewId
from app.proctoring.domain import viewing
from app.proctoring.domain.viewing import NoLiveVideo, NoSuchView, View
from app.proctoring.domain.watch import Watch
from app.proctoring.service.desk import Desk, NoSuchSitting
from app.proctoring.store import sittings
from app.proctoring.store import viewing as store

VIEWED = "sitting.view"
_FAULTS = (RedisError, OSError, TimeoutError)


class KnowsVideo(Protocol):
    """The part of the media nodes' register that knows where video arrives."""

    async def node_with(self, sitting: SittingId, epoch: int) -> MediaNode | None: ...


class Leases(Protocol):
    """What media nodes go by; see `ViewLeases`."""

    async def hold(self, view: ViewId) -> None: ...

    async def drop(self, views: Iterable[ViewId]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A view, and the node that has the video."""

    view: View
    node: MediaNode


class Viewing:
    """Where Redis is away nobody looks: its faults come as `NoMediaNode`."""

    def __init__(
        self, desk: Desk, trail: Trail, nodes: KnowsVideo, leases: Leases
    ) -> None:
        self._desk = desk
        self._trail = trail
        self._nodes = nodes
        self._leases = leases

    async def open(self, by: AccountId, sitting: SittingId, why: str) -> Opened:
        """A view of the video that arrives now. An earlier one of `by` ends.

        Raises SayWhyView, NoSuchSitting, NoMediaNode and what `may_view` raises.
        """
        reason = viewing.read_reason(why)
        epoch = await self._epoch_of(sitting)
        node = await self._node_with(sitting, epoch)
        async with self._desk.db.transaction() as tx:
            watch = await sittings.lock(tx, sitting)
            if watch is None:
                raise NoSuchSitting
            now = self._desk.clock.now()
            viewing.may_view(watch, epoch, await store.others(tx, sitting, by, now))
            if node is None:
                raise NoLiveVideo
            view = View(
                view=ViewId(uuid4()),
                sitting=sitting,
                epoch=epoch,
                by=by,
                reason=reason,
                opened_at=now,
            )
            replaced = await store.end_earlier(tx, sitting, by, now)
            await store.insert(tx, view)
            await self._trail.write(tx, _act(view, watch))
        # The student is told before anybody can see anything.
        await self._desk.tell(watch)
        await self._drop(replaced)
        await self._hold(view.view)
        return Opened(view=view, node=node)

    async def renew(self, by: AccountId, view: ViewId) -> None:
        """The page is still open. Raises NoSuchView or NoMediaNode."""
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            if not await store.renew(tx, view, by, now, viewing.HELD):
                raise NoSuchView
        await self._hold(view)

    async def end(self, by: AccountId, view: ViewId) -> None:
        """Raises NoSuchView, or NoMediaNode: then it lapses within half a minute."""
        async with self._desk.db.connection() as tx:
            student = await store.open_of(tx, view, by)
        if student is None:
            raise NoSuchView
        await self._end([view], [student])

    async def of_student(self, account: AccountId) -> list[Row]:
        """opened_at, seconds of each view, the newest first: for the student."""
        async with self._desk.db.connection() as tx:
            return await store.of_student(tx, account, self._desk.clock.now())

    async def sweep(self) -> int:
        """Ends views that are over; how many. Raises NoMediaNode."""
        async with self._desk.db.connection() as tx:
            found = await store.over(tx, self._desk.clock.now())
        if found:
            views = [ViewId(row["view_id"]) for row in found]
            await self._end(views, [AccountId(row["account_id"]) for row in found])
        return len(found)

    async def _end(
        self, views: Sequence[ViewId], students: Sequence[AccountId]
    ) -> None:
        # Nodes first: they stop within two seconds of it (media/relay.py).
        await self._drop(views)
        async with self._desk.db.transaction() as tx:
            await store.end(tx, views, self._desk.clock.now())
        for student in set(students):
            await self._desk.tell_of(student)

    async def _epoch_of(self, sitting: SittingId) -> int:
        async with self._desk.db.connection() as tx:
            epoch = await store.epoch_of(tx, sitting)
        if epoch is None:
            raise NoSuchSitting
        return epoch

    async def _node_with(self, sitting: SittingId, epoch: int) -> MediaNode | None:
        try:
            return await self._nodes.node_with(sitting, epoch)
        except _FAULTS as error:
            raise NoMediaNode from error

    async def _hold(self, view: ViewId) -> None:
        try:
            await self._leases.hold(view)
        except _FAULTS as error:
            raise NoMediaNode from error

    async def _drop(self, views: Sequence[ViewId]) -> None:
        try:
            await self._leases.drop(views)
        except _FAULTS as error:
            raise NoMediaNode from error


def _act(view: View, watch: Watch) -> Act:
    told = {
        "sitting": str(view.sitting),
        "view": str(view.view),
        "why": view.reason,
    }
    return Act(
        at=view.opened_at, by=view.by, what=VIEWED, whom=watch.account, details=told
    )
