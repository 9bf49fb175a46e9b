"""One student's stream: ICE, DTLS and a receiver that counts, from offer to end."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import cast

from aiortc import RTCCertificate, RTCIceCandidate, RTCIceParameters, RTCIceTransport
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcicetransport import candidate_from_aioice

from app.adapters.tasks import alongside
from media.seam.description import Offer, write_answer, write_fragment
from media.seam.ice import IceLink, IngestConnection
from media.seam.limits import Limits, Sources, key_frame_size
from media.seam.place import Place
from media.seam.receiver import QuietReceiver, Tap

HANDSHAKE_WITHIN_S = 15
KEY_FRAME_TRIES = (0.4, 0.6)
"""Shares of the patience for each time that a key frame is asked for."""


class Peer:
    """`answer()` once, then `run()` until it ends; `end()` may come at any time."""

    def __init__(
        self, offer: Offer, *, place: Place, limits: Limits, now: Callable[[], float]
    ) -> None:
        self._offer = offer
        self._limits = limits
        sources = [*offer.sources]
        if offer.retransmission_source is not None:
            sources.append(offer.retransmission_source)
        self._link = IceLink(place, limits, Sources(sources, limits), now)
        # DTLS wants an RTCIceTransport and uses of it what an IceLink has.
        transport = cast("RTCIceTransport", self._link)
        certificate = RTCCertificate.generateCertificate()
        self._dtls = RTCDtlsTransport(transport, [certificate])
        self._dtls._set_role("server")
        self._dtls.on("statechange", self._dtls_changed)
        self._receiver = QuietReceiver(self._dtls, offer.payload_type, now)
        self._first: IngestConnection | None = None
        self._restarts: asyncio.Queue[IngestConnection] = asyncio.Queue()
        self._ended = asyncio.Event()

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
    def rtp_at(self) -> float | None:
        """When video last arrived (monotonic seconds)."""
        return self._receiver.rtp_at

    @property
    def heard_at(self) -> float:
        """When anything authentic last arrived: video or a consent check."""
        return max(self._link.heard_at, self.rtp_at or 0)

    async def answer(self) -> str:
        """Binds a socket and writes the answer. Raises ConnectionError."""
        self._first = await self._link.open(self._offer.ice)
        ice, candidates = _described(self._first)
        return write_answer(
            self._offer, ice, candidates, self._dtls.getLocalParameters()
        )

    async def restart(self, ice: RTCIceParameters) -> str:
        """Begins a new ICE connection that takes over when it is up (RFC 8445, 9).

        The keys and the picture flow on. Returns the fragment to answer with.
        """
        connection = await self._link.open(ice)
        self._restarts.put_nowait(connection)
        return write_fragment(self._offer, *_described(connection))

    async def run(self) -> None:
        """Until the peer leaves, is lost or `end()` is called."""
        try:
            async with alongside(self._carry()):
                await self._ended.wait()
        finally:
            await self._close()

    def end(self) -> None:
        """Makes `run()` return soon."""
        self._ended.set()

    @contextmanager
    def tapped(self, tap: Tap) -> Iterator[None]:
        """See QuietReceiver."""
        with self._receiver.tapped(tap):
            yield

    def start_afresh(self) -> None:
        self._receiver.start_afresh()

    async def request_key_frame(self) -> None:
        await self._receiver.request_key_frame()

    async def key_frame(self, *, within_s: float) -> bytes | None:
        """The next key frame, asked for; None when none came in time."""
        arrived: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def take(frame: bytes) -> None:
            if not arrived.done() and key_frame_size(frame) is not None:
                arrived.set_result(frame)

        with self.tapped(take):
            for part in KEY_FRAME_TRIES:
                await self.request_key_frame()
                with suppress(TimeoutError):
                    async with asyncio.timeout(within_s * part):
                        return await asyncio.shield(arrived)
        return None

    async def _carry(self) -> None:
        assert self._first is not None
        try:
            await self._link.connect(self._first)
            async with asyncio.timeout(HANDSHAKE_WITHIN_S):
                await self._dtls.start(self._offer.dtls)
            if self._dtls.state != "connected":
                return
            await self._receiver.receive(self._offer.to_receive())
            while True:
                await self._take_over(await self._restarts.get())
        except (ConnectionError, TimeoutError):
            return
        finally:
            self.end()

    async def _take_over(self, connection: IngestConnection) -> None:
        try:
            await self._link.connect(connection)
        except (ConnectionError, TimeoutError):
            return  # the old connection stays; if it is gone too, DTLS closes

    def _dtls_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self.end()

    async def _close(self) -> None:
        await self._receiver.stop()
        await self._dtls.stop()
        await self._link.close()


def _described(
    connection: IngestConnection,
) -> tuple[RTCIceParameters, list[RTCIceCandidate]]:
    ice = RTCIceParameters(
        usernameFragment=connection.local_username,
        password=connection.local_password,
    )
    return ice, [candidate_from_aioice(it) for it in connection.local_candidates]
