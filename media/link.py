"""A media connection with one browser: ICE and DTLS, from its offer to its end."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache
from typing import cast

from aiortc import RTCCertificate, RTCIceCandidate, RTCIceParameters, RTCIceTransport
from aiortc.rtcicetransport import candidate_from_aioice

from app.adapters.tasks import alongside
from media.seam import TRANSPORT
from media.seam.description import Offer, write_answer, write_fragment
from media.seam.dtls import DrainedDtls
from media.seam.ice import GuardedConnection, IceLink
from media.seam.limits import Limits, Sources
from media.seam.ports import Ports

HANDSHAKE_WITHIN_S = 15
DAY_S = 86_400


@lru_cache(maxsize=1)
def certificate_of(day: int) -> RTCCertificate:
    """One for all streams that begin in a day of this process: browsers know it by the
    fingerprint in the answer alone, and it is good for a month."""
    return RTCCertificate.generateCertificate()


class SecureLink:
    """`answer()` once, then `run()` until it ends, then `close()`; `end()` may come at
    any time. `sources` are the SSRCs that the offer declares."""

    def __init__(
        self,
        offer: Offer,
        *,
        ports: Ports,
        limits: Limits,
        sources: Collection[int],
        now: Callable[[], float],
    ) -> None:
        self._offer = offer
        self._ice = IceLink(ports, limits, Sources(sources, limits), now)
        # DTLS wants an RTCIceTransport and uses of it what an IceLink has.
        transport = cast("RTCIceTransport", self._ice)
        self.dtls = DrainedDtls(transport, [certificate_of(int(now() // DAY_S))])
        self.dtls._set_role("server")
        self.dtls.on("statechange", self._dtls_changed)
        self._first: GuardedConnection | None = None
        self._restarts: asyncio.Queue[GuardedConnection] = asyncio.Queue()
        self._ended = asyncio.Event()

    @property
    def dropped(self) -> int:
        """Datagrams refused: no consent, over budget, too many sources."""
        return self._ice.dropped

    @property
    def received(self) -> tuple[int, int]:
        """Packets and bytes that were let in, as aiortc counts them."""
        of_dtls = (f"{TRANSPORT}rx_packets", f"{TRANSPORT}rx_bytes")
        packets, size = (getattr(self.dtls, name) for name in of_dtls)
        return packets, size

    @property
    def heard_at(self) -> float:
        """When a consent check of the browser's last passed (monotonic seconds)."""
        return self._ice.heard_at

    async def answer(self, source: int | None = None) -> str:
        """Opens a way and writes the answer; `source` is the SSRC we send, if any.

        Raises ConnectionError.
        """
        self._first = await self._ice.open(self._offer.ice)
        ice, candidates = _described(self._first)
        ours = self.dtls.getLocalParameters()
        return write_answer(self._offer, ice, candidates, ours, source)

    async def restart(self, ice: RTCIceParameters) -> str:
        """Begins a new ICE connection that takes over when it is up (RFC 8445, 9).

        The keys and the picture flow on. Returns the fragment to answer with.
        """
        connection = await self._ice.open(ice)
        while not self._restarts.empty():
            self._restarts.get_nowait()  # abandoned by `open`
        self._restarts.put_nowait(connection)
        return write_fragment(self._offer, *_described(connection))

    async def run(self, connected: Callable[[], Awaitable[None]]) -> None:
        """Until the browser leaves, is lost or `end()` is called.

        `connected` is awaited once both sides have their keys; it may go on until it
        is cancelled or raises ConnectionError.
        """
        async with alongside(self._carry(connected)):
            await self._ended.wait()

    def end(self) -> None:
        """Makes `run()` return soon."""
        self._ended.set()

    async def close(self) -> None:
        await self.dtls.stop()
        await self._ice.close()

    async def _carry(self, connected: Callable[[], Awaitable[None]]) -> None:
        assert self._first is not None
        try:
            await self._ice.connect(self._first)
            async with asyncio.timeout(HANDSHAKE_WITHIN_S):
                await self.dtls.start(self._offer.dtls)
            if self.dtls.state != "connected":
                return
            async with alongside(self._take_over_restarts()):
                await connected()
                await self._ended.wait()
        except (ConnectionError, TimeoutError):
            return
        finally:
            self.end()

    async def _take_over_restarts(self) -> None:
        while True:
            await self._take_over(await self._restarts.get())

    async def _take_over(self, connection: GuardedConnection) -> None:
        try:
            await self._ice.connect(connection)
        except (ConnectionError, TimeoutError):
            return  # the old connection stays; if it is gone too, DTLS closes

    def _dtls_changed(self) -> None:
        if self.dtls.state in ("closed", "failed"):
            self.end()


def _described(
    connection: GuardedConnection,
) -> tuple[RTCIceParameters, list[RTCIceCandidate]]:
    ice = RTCIceParameters(
        usernameFragment=connection.local_username,
        password=connection.local_password,
    )
    return ice, [candidate_from_aioice(it) for it in connection.local_candidates]
