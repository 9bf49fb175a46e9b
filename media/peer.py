"""One student's stream: a link and a receiver that counts, from offer to end."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aiortc import RTCIceParameters
from prometheus_client import Counter

from app.adapters.figures import KEY_FRAMES
from media.link import SecureLink
from media.seam.description import Offer
from media.seam.limits import Limits, key_frame_size
from media.seam.ports import Ports
from media.seam.receiver import PacketTap, QuietReceiver, Tap

KEY_FRAME_TRIES = (0.4, 0.6)
"""Shares of the patience for each time that a key frame is asked for."""
VIEWERS_EVERY_S = 1.0
"""Viewers get no more key frames than that: each is as large as ten other frames."""


FOR_LOOKS = KEY_FRAMES.labels("look")
FOR_GLANCES = KEY_FRAMES.labels("glance")
FOR_VIEWERS = KEY_FRAMES.labels("viewer")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came: let in, and refused."""

    packets: int = 0
    bytes: int = 0
    dropped: int = 0

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(
            self.packets + other.packets,
            self.bytes + other.bytes,
            self.dropped + other.dropped,
        )


class Peer:
    """`answer()` once, then `run()` until it ends; `end()` may come at any time."""

    def __init__(
        self, offer: Offer, *, ports: Ports, limits: Limits, now: Callable[[], float]
    ) -> None:
        self._offer = offer
        self._limits = limits
        self._now = now
        sources = [*offer.sources]
        if offer.retransmission_source is not None:
            sources.append(offer.retransmission_source)
        self._link = SecureLink(
            offer, ports=ports, limits=limits, sources=sources, now=now
        )
        self._receiver = QuietReceiver(self._link.dtls, offer.payload_type, now)
        self._asked_at: float | None = None

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def frames(self) -> int:
        """Whole frames received."""
        return self._receiver.frames

    @property
    def dropped(self) -> int:
        """Datagrams refused: no consent, over budget, too many sources."""
        return self._link.dropped

    @property
    def traffic(self) -> Traffic:
        packets, size = self._link.received
        return Traffic(packets, size, self.dropped)

    @property
    def rtp_at(self) -> float | None:
        """When video last arrived (monotonic seconds)."""
        return self._receiver.rtp_at

    @property
    def heard_at(self) -> float:
        """When anything authentic last arrived: video or a consent check."""
        return max(self._link.heard_at, self.rtp_at or 0)

    async def answer(self) -> str:
        """Opens a way and writes the answer. Raises ConnectionError."""
        return await self._link.answer()

    async def restart(self, ice: RTCIceParameters) -> str:
        """See SecureLink."""
        return await self._link.restart(ice)

    async def run(self) -> None:
        """Until the peer leaves, is lost or `end()` is called."""
        try:
            await self._link.run(self._receive)
        finally:
            await self._receiver.stop()
            await self._link.close()

    def end(self) -> None:
        """Makes `run()` return soon."""
        self._link.end()

    @contextmanager
    def tapped(self, tap: Tap) -> Iterator[None]:
        """See QuietReceiver."""
        with self._receiver.tapped(tap):
            yield

    @contextmanager
    def packets_tapped(self, tap: PacketTap) -> Iterator[None]:
        """See QuietReceiver."""
        with self._receiver.packets_tapped(tap):
            yield

    def start_afresh(self) -> None:
        self._receiver.start_afresh()

    async def request_key_frame(self, whom: Counter = FOR_LOOKS) -> None:
        """`whom`: where it is counted for whom it is."""
        whom.inc()
        await self._receiver.request_key_frame()

    async def request_for_viewers(self) -> None:
        """A key frame, unless one was asked for viewers a moment ago."""
        now = self._now()
        if self._asked_at is None or now - self._asked_at >= VIEWERS_EVERY_S:
            self._asked_at = now
            await self.request_key_frame(FOR_VIEWERS)

    async def key_frame(self, *, within_s: float) -> bytes | None:
        """The next key frame, asked for; None when none came in time."""
        arrived: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def take(frame: bytes) -> None:
            if not arrived.done() and key_frame_size(frame) is not None:
                arrived.set_result(frame)

        with self.tapped(take):
            for part in KEY_FRAME_TRIES:
                await self.request_key_frame(FOR_GLANCES)
                with suppress(TimeoutError):
                    async with asyncio.timeout(within_s * part):
                        return await asyncio.shield(arrived)
        return None

    async def _receive(self) -> None:
        await self._receiver.receive(self._offer.to_receive())
