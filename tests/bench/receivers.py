"""Two receivers of the same streams: our media node's, and aiortc's as it comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from app.kernel.ids import SittingId
from media.seam.place import Place
from tests.media.studio import LOCAL, Studio, open_studio
from workers.loadtest.whip import _gather_on


class Receiver(Protocol):
    """`url` is a WHIP endpoint."""

    url: str

    def ticket(self) -> str: ...
    def flowing(self) -> int:
        """How many streams have brought a frame."""

    def frames(self) -> int:
        """Whole frames received, of all streams."""


@dataclass
class Ours:
    """Ingest and its QuietReceiver; glances and looks are counted elsewhere."""

    studio: Studio

    @property
    def url(self) -> str:
        return self.studio.url

    def ticket(self) -> str:
        return self.studio.ticket(SittingId(uuid4()))

    def flowing(self) -> int:
        return sum(it.peer.frames > 0 for it in self.studio.ingest.followed())

    def frames(self) -> int:
        return sum(it.peer.frames for it in self.studio.ingest.followed())


@dataclass
class Default:
    """RTCPeerConnection; every track is read to its end, as `MediaBlackhole` does."""

    url: str = ""
    peers: list[RTCPeerConnection] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    counts: dict[MediaStreamTrack, int] = field(default_factory=dict)

    def ticket(self) -> str:
        return "anybody"

    def flowing(self) -> int:
        return sum(count > 0 for count in self.counts.values())

    def frames(self) -> int:
        return sum(self.counts.values())

    async def begin(self, request: web.Request) -> web.Response:
        peer = RTCPeerConnection()
        self.peers.append(peer)
        peer.on("track", self._read_on)
        offer = RTCSessionDescription(sdp=await request.text(), type="offer")
        await peer.setRemoteDescription(offer)
        _gather_on(peer, "127.0.0.1")
        await peer.setLocalDescription(await peer.createAnswer())
        return web.Response(
            status=201,
            text=peer.localDescription.sdp,
            content_type="application/sdp",
            headers={"Location": f"/whip/{len(self.peers)}", "ETag": '"1"'},
        )

    def _read_on(self, track: MediaStreamTrack) -> None:
        self.tasks.append(asyncio.ensure_future(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        self.counts[track] = 0
        while True:
            try:
                await track.recv()
            except MediaStreamError:
                return
            self.counts[track] += 1

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        for peer in self.peers:
            await peer.close()


@asynccontextmanager
async def open_ours(place: Place = LOCAL) -> AsyncIterator[Receiver]:
    async with open_studio(place=place) as studio:
        yield Ours(studio)


@asynccontextmanager
async def open_default() -> AsyncIterator[Receiver]:
    it = Default()
    app = web.Application()
    app.router.add_post("/whip", it.begin)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    it.url = f"http://127.0.0.1:{port}/whip"
    try:
        yield it
    finally:
        await it.close()
        await runner.cleanup()
