"""A proctor's browser in the test's own loop: a WHEP client that does not decode."""

import asyncio
from datetime import timedelta
from typing import Self
from urllib.parse import urljoin
from uuid import uuid4

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket
from redis.exceptions import ConnectionError as Away

from app.adapters.tickets import sign_view
from app.kernel.ids import ViewId
from app.kernel.tickets import ViewTicket
from media.seam import RECEIVER
from media.seam.receiver import _PromptBuffer, _Sink
from tests.media.studio import NOW, SECRET, Studio
from workers.loadtest.whip import WhipRefused, _gather_on


class Leases:
    """The app's word, which a test takes back, or cannot get."""

    def __init__(self) -> None:
        self.gone: set[ViewId] = set()
        self.fault = ""

    async def held(self, views):
        if self.fault == "away":
            raise Away
        if self.fault == "silent":
            await asyncio.Event().wait()
        return set(views) - self.gone


def view_ticket(sitting, epoch=1, *, view=None, lasts=timedelta(minutes=10), **given):
    ticket = ViewTicket(
        view=view or ViewId(uuid4()),
        sitting=sitting,
        epoch=epoch,
        expires_at=NOW + given.get("life", timedelta(minutes=1)),
        until=NOW + lasts,
    )
    return sign_view(ticket, given.get("secret", SECRET))


class Proctor:
    """`frames` are VP8 as they came, `packets` the RTP that brought them."""

    def __init__(self, studio: Studio, ticket: str) -> None:
        self.studio, self.ticket = studio, ticket
        self.url = studio.url.replace("/whip", "/whep")
        self.location = self.etag = ""
        self.frames: list[bytes] = []
        self.packets: list = []
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.transceiver = self.peer.addTransceiver("video", direction="recvonly")
        _gather_on(self.peer, "127.0.0.1")
        receiver = self.transceiver.receiver
        setattr(receiver, f"{RECEIVER}decoder_queue", _Sink(self.frames.append))
        setattr(receiver, f"{RECEIVER}jitter_buffer", _PromptBuffer([self._packet]))

    async def start(self) -> Self:
        """Raises WhipRefused."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        headers = {
            "Authorization": f"Bearer {self.ticket}",
            "Content-Type": "application/sdp",
        }
        offer = self.peer.localDescription.sdp
        async with self.studio.http.post(
            self.url, data=offer, headers=headers
        ) as response:
            if response.status != 201:
                await self.peer.close()
                body = await response.json(content_type=None)
                raise WhipRefused(response.status, body.get("code", ""))
            self.location = urljoin(self.url, response.headers["Location"])
            self.etag = response.headers["ETag"]
            self.answer = await response.text()
        await self.peer.setRemoteDescription(
            RTCSessionDescription(sdp=self.answer, type="answer")
        )
        return self

    def _packet(self, packet) -> None:
        self.packets.append(packet)

    @property
    def source(self) -> int:
        return self.packets[-1].ssrc

    @property
    def gone(self) -> bool:
        return self.peer.connectionState in ("closed", "failed")

    async def wants_key_frame(self, *, full: bool = False) -> None:
        """A picture loss indication, or a full intra request (RFC 5104, 4.3.1)."""
        fci = self.source.to_bytes(4, "big") + b"\x01\x00\x00\x00"
        packet = (
            RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=fci)
            if full
            else RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=self.source)
        )
        await self.send(bytes(packet))

    async def wants_again(self, *numbers: int) -> None:
        packet = RtcpRtpfbPacket(
            fmt=1, ssrc=1, media_ssrc=self.source, lost=list(numbers)
        )
        await self.send(bytes(packet))

    async def send(self, data: bytes) -> None:
        await self.transceiver.receiver.transport._send_rtp(data)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.peer.close()


async def delete(http: aiohttp.ClientSession, location: str) -> int:
    async with http.delete(location) as response:
        return response.status


async def views_end(studio: Studio, within_s: float = 5) -> None:
    async with asyncio.timeout(within_s):
        while len(studio.relay):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
