"""One proctor's browser that is shown a student's video as it comes."""

from collections.abc import Callable
from contextlib import ExitStack

from aiortc import RTCIceParameters

from media.link import SecureLink
from media.peer import Peer
from media.seam.description import Offer
from media.seam.limits import Limits
from media.seam.ports import Ports
from media.seam.sender import QuietSender

FEEDBACK = Limits(packets_per_s=60, bytes_per_s=30_000, queued=128)
"""What a viewer may send us: feedback, checks and a handshake."""


class Viewer:
    """`answer()` once, then `run()` until it ends; `end()` may come at any time.

    The student's packets are tapped from when both sides have their keys, and never
    before or after.
    """

    def __init__(
        self, offer: Offer, source: Peer, *, ports: Ports, now: Callable[[], float]
    ) -> None:
        self._source = source
        self._link = SecureLink(
            offer, ports=ports, limits=FEEDBACK, sources=[], now=now
        )
        self._sender = QuietSender(
            self._link.dtls,
            offer,
            limits=source.limits,
            want_key_frame=source.request_for_viewers,
            now=now,
        )
        self._tap = ExitStack()

    @property
    def sent(self) -> int:
        """Packets."""
        return self._sender.sent

    @property
    def heard_at(self) -> float:
        return self._link.heard_at

    @property
    def source(self) -> Peer:
        return self._source

    async def answer(self) -> str:
        """Opens a way and writes the answer. Raises ConnectionError."""
        return await self._link.answer(self._sender.ssrc)

    async def restart(self, ice: RTCIceParameters) -> str:
        """See SecureLink."""
        return await self._link.restart(ice)

    async def run(self) -> None:
        """Until the viewer leaves, is lost or `end()` is called."""
        try:
            await self._link.run(self._show)
        finally:
            self._tap.close()
            await self._link.close()

    def end(self) -> None:
        """Makes `run()` return soon; nothing more is tapped from now on."""
        self._tap.close()
        self._link.end()

    async def _show(self) -> None:
        """Tapped as long as it is sent."""
        self._sender.begin()
        self._tap.enter_context(self._source.packets_tapped(self._sender.put))
        await self._sender.run()
