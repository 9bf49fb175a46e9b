"""The table of viewers: proctors who look live at a student's video (WHEP).

Packets go on as they came; nothing is decoded or encoded, and without a viewer nothing
is tapped. A view goes on only as long as the app vouches for it (`Leases`).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.logs import about
from app.kernel.ids import SittingId, ViewId
from app.kernel.refusals import Conflict, NotFound, TooMany, Unavailable
from app.kernel.tickets import ViewTicket
from media.ingest import Ingest
from media.resources import Resource, Resources
from media.seam.description import read_viewing_offer
from media.seam.ports import Ports
from media.viewer import Viewer

OF_A_SITTING, OF_A_NODE = 3, 32
SILENCE_S = 30
SWEEP_EVERY_S = 1
ASK_WITHIN_S = 1
UNVOUCHED_S = 7
"""Without an answer whether a view may go on for so long, it ends."""
_FAULTS = (RedisError, OSError, TimeoutError)

log = structlog.get_logger()


class NoVideo(NotFound):
    """This sitting sends no video here just now. Ask for a new ticket."""


class ViewOver(NotFound):
    """This view has ended. Ask for a new ticket."""


class SecondViewer(Conflict):
    """This view is being shown already. Ask for a new ticket."""


class EnoughViewers(TooMany):
    """As many as may look live at once already do. Try again in a moment."""


class NobodyVouches(Unavailable):
    """Nobody can tell just now whether this view may go on. Try again in a moment."""


class Leases(Protocol):
    """The part of the app's word that matters here. May raise RedisError or OSError."""

    async def held(self, views: Sequence[ViewId]) -> set[ViewId]: ...


@dataclass(slots=True, kw_only=True, eq=False)
class View(Resource):
    """One viewer of one sitting's epoch, until `until` at most."""

    view: ViewId
    sitting: SittingId
    epoch: int
    until: datetime
    viewer: Viewer
    vouched_at: float

    @property
    def told(self) -> dict[str, str | int]:
        ids = {"view": str(self.view), "sitting": str(self.sitting)}
        return {**ids, "epoch": self.epoch}

    @property
    def link(self) -> Viewer:
        return self.viewer


class Relay:
    """Admits, finds and ends viewers; `group` owns their tasks."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        ingest: Ingest,
        leases: Leases,
        *,
        ports: Ports,
        now: Callable[[], float],
        wall_clock: Callable[[], datetime],
    ) -> None:
        """`wall_clock` tells when views are over, `now` how long something lasts."""
        self.resources = Resources[View]()
        self._group = group
        self._ingest = ingest
        self._leases = leases
        self._ports = ports
        self._now = now
        self._wall_clock = wall_clock
        self._closed = False

    def __len__(self) -> int:
        return len(self.resources)

    async def admit(self, ticket: ViewTicket, offer: str) -> tuple[View, str]:
        """The view and the answer to its offer.

        Raises BadOffer, NoVideo, ViewOver, SecondViewer, EnoughViewers, NobodyVouches.
        """
        wanted = read_viewing_offer(offer)
        asked_at = self._now()
        if not await self._held([ticket.view]):
            raise ViewOver
        source = self._ingest.peer_of(ticket.sitting, ticket.epoch)
        if source is None:
            raise NoVideo
        self._check(ticket)
        view = View(
            view=ticket.view,
            sitting=ticket.sitting,
            epoch=ticket.epoch,
            until=ticket.until,
            viewer=Viewer(wanted, source, ports=self._ports, now=self._now),
            vouched_at=asked_at,
        )
        self.resources.add(view)
        try:
            answer = await view.viewer.answer()
        except BaseException:
            self.resources.discard(view)
            raise
        self._group.create_task(self._keep(view))
        return view, answer

    def end(self, view: View) -> None:
        self.resources.discard(view)
        view.viewer.end()

    def close(self) -> None:
        """Ends every view and admits no more."""
        self._closed = True
        for view in self.resources:
            self.end(view)

    async def sweep(self) -> None:
        """Ends views that may not go on; until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            await self._ask()
            for view in self.resources:
                if (why := self._over(view)) is not None:
                    log.info("view_over", **view.told, why=why)
                    self.end(view)

    async def _ask(self) -> None:
        views = list(self.resources)
        asked_at = self._now()
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                held = await self._leases.held([it.view for it in views])
        except _FAULTS as error:
            log.warning("leases_unread", error=kind_of(error))
            return
        for view in views:
            if view.view in held:
                view.vouched_at = asked_at
            else:
                self.end(view)

    def _over(self, view: View) -> str | None:
        """Why it may not go on, or None."""
        now, viewer = self._now(), view.viewer
        if self._ingest.peer_of(view.sitting, view.epoch) is not viewer.source:
            return "stream"
        if now - view.vouched_at > UNVOUCHED_S:
            return "unvouched"
        if self._wall_clock() >= view.until:
            return "limit"
        return "silent" if now - viewer.heard_at > SILENCE_S else None

    async def _held(self, views: list[ViewId]) -> set[ViewId]:
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                return await self._leases.held(views)
        except _FAULTS as error:
            raise NobodyVouches from error

    def _check(self, ticket: ViewTicket) -> None:
        if self._wall_clock() >= ticket.until:
            raise ViewOver
        if any(it.view == ticket.view for it in self.resources):
            raise SecondViewer
        of_sitting = sum(it.sitting == ticket.sitting for it in self.resources)
        if self._closed or of_sitting >= OF_A_SITTING or len(self) >= OF_A_NODE:
            raise EnoughViewers

    async def _keep(self, view: View) -> None:
        with about(view=view.view, sitting=view.sitting, epoch=view.epoch):
            await self._carry(view)

    async def _carry(self, view: View) -> None:
        log.info("view_began", views=len(self))
        try:
            await view.viewer.run()
        except Exception:  # a bug in one view must not end the others
            log.exception("view_failed")
        finally:
            self.resources.discard(view)
            log.info("view_ended", packets=view.viewer.sent)
