"""The table of streams: one a sitting, fenced by the epoch of its ticket."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.adapters.logs import about
from app.adapters.media_nodes import VideoSeen
from app.kernel.ids import SittingId
from app.kernel.refusals import Conflict, Unavailable
from app.kernel.tickets import Glancing, Ticket
from media.peer import Peer, Traffic
from media.resources import Resource, Resources
from media.seam.description import read_offer
from media.seam.limits import Limits
from media.seam.ports import Ports

SILENCE_S = 30
SWEEP_EVERY_S = 5
EPOCHS_KEPT = 20_000

log = structlog.get_logger()


class SecondStream(Conflict):
    """This sitting already sends its video here. Ask for a new ticket to replace it."""


class StaleEpoch(Conflict):
    """This sitting has connected again since. Ask for a new ticket."""


class NodeFull(Unavailable):
    """This media node has no room. Ask for a new ticket: another node may have."""


class NodeDrains(Unavailable):
    """This media node is about to stop. Ask for a new ticket: another takes you."""


@dataclass(slots=True, kw_only=True, eq=False)
class Stream(Resource):
    """One student's video, as it arrives."""

    sitting: SittingId
    epoch: int
    peer: Peer
    glancing: Glancing = Glancing.FOLLOW

    @property
    def told(self) -> dict[str, str | int]:
        return {"sitting": str(self.sitting), "epoch": self.epoch}

    @property
    def link(self) -> Peer:
        return self.peer


class Ingest:
    """Admits, finds and ends streams; `group` owns their tasks."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        *,
        ports: Ports,
        capacity: int,
        limits: Limits,
        now: Callable[[], float],
    ) -> None:
        self.capacity = capacity
        self.draining = False
        """About to stop: nobody new is admitted."""
        self._group = group
        self._ports = ports
        self._limits = limits
        self._now = now
        self._streams: dict[SittingId, Stream] = {}
        self.resources = Resources[Stream]()
        self._kept: set[Stream] = set()
        self._past = Traffic()
        self._epochs: OrderedDict[SittingId, int] = OrderedDict()
        """Newest epoch seen. Forgets the oldest; a ticket lives only a minute."""

    @property
    def busy(self) -> bool:
        """Whether any stream, even one already ended, is still being closed."""
        return bool(self._kept)

    @property
    def traffic(self) -> Traffic:
        """Of all streams since the start; those that ended are in it."""
        return sum((it.peer.traffic for it in self._kept), start=self._past)

    def __len__(self) -> int:
        return len(self._streams)

    async def admit(self, ticket: Ticket, offer: str) -> tuple[Stream, str]:
        """The new stream and the answer to its offer.

        Raises BadOffer, SecondStream, StaleEpoch, NodeFull or NodeDrains.
        """
        wanted = read_offer(offer)
        self._check(ticket)
        peer = Peer(wanted, ports=self._ports, limits=self._limits, now=self._now)
        stream = Stream(
            sitting=ticket.sitting,
            epoch=ticket.epoch,
            peer=peer,
            glancing=ticket.glancing,
        )
        self._enter(stream)
        try:
            answer = await peer.answer()
        except BaseException:
            self._leave(stream)
            raise
        self._group.create_task(self._keep(stream))
        return stream, answer

    def peer_of(self, sitting: SittingId, epoch: int) -> Peer | None:
        stream = self._streams.get(sitting)
        return stream.peer if stream is not None and stream.epoch == epoch else None

    def followed(self) -> list[Stream]:
        """Those that glances look at."""
        streams = self._streams.values()
        return [it for it in streams if it.glancing is not Glancing.NONE]

    def end(self, stream: Stream) -> None:
        self._leave(stream)
        stream.peer.end()

    def close(self) -> None:
        """Ends every stream and admits no more."""
        self.capacity = 0
        for stream in self.resources:
            self.end(stream)

    def seen(self, within_s: float) -> list[VideoSeen]:
        """Whose video arrived this lately, and how long ago its last packet came."""
        now = self._now()
        return [
            VideoSeen(stream.sitting, stream.epoch, now - stream.peer.rtp_at)
            for stream in self._streams.values()
            if stream.peer.rtp_at is not None and now - stream.peer.rtp_at <= within_s
        ]

    async def sweep(self) -> None:
        """Ends streams that fell silent; until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            since = self._now() - SILENCE_S
            for stream in list(self._streams.values()):
                if stream.peer.heard_at < since:
                    log.info("stream_silent", **stream.told)
                    self.end(stream)

    def _check(self, ticket: Ticket) -> None:
        if self.draining:
            raise NodeDrains
        if ticket.epoch < self._epochs.get(ticket.sitting, ticket.epoch):
            raise StaleEpoch
        current = self._streams.get(ticket.sitting)
        if current is None:
            if len(self._streams) >= self.capacity:
                raise NodeFull
        elif current.epoch == ticket.epoch:
            raise SecondStream

    def _enter(self, stream: Stream) -> None:
        replaced = self._streams.get(stream.sitting)
        if replaced is not None:
            self.end(replaced)
        self._streams[stream.sitting] = stream
        self.resources.add(stream)
        self._epochs[stream.sitting] = stream.epoch
        self._epochs.move_to_end(stream.sitting)
        if len(self._epochs) > EPOCHS_KEPT:
            self._epochs.popitem(last=False)

    def _leave(self, stream: Stream) -> None:
        self.resources.discard(stream)
        if self._streams.get(stream.sitting) is stream:
            del self._streams[stream.sitting]

    async def _keep(self, stream: Stream) -> None:
        with about(sitting=stream.sitting, epoch=stream.epoch):
            await self._carry(stream)

    async def _carry(self, stream: Stream) -> None:
        log.info("stream_began", streams=len(self))
        self._kept.add(stream)
        try:
            await stream.peer.run()
        except Exception:  # a bug in one stream must not end the others
            log.exception("stream_failed")
        finally:
            self._kept.discard(stream)
            self._past += stream.peer.traffic
            self._leave(stream)
            peer = stream.peer
            log.info("stream_ended", frames=peer.frames, dropped=peer.dropped)
