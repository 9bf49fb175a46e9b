"""A media node in the test's own loop, and students who stream to it."""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aiohttp
import av
import numpy as np
from aiohttp import web
from aiortc import RTCPeerConnection, RTCRtpSender

from app.adapters.media_nodes import capture_stream
from app.adapters.tickets import sign
from app.kernel.ids import LookId, SittingId
from app.kernel.messages import CaptureCommand, Sample
from app.kernel.tickets import Ticket
from media.capture import Capturer
from media.ingest import Ingest
from media.nodes import Node
from media.relay import Relay
from media.seam.limits import Limits
from media.seam.place import Place
from media.seam.ports import Ports, open_ports
from media.server import Endpoints
from workers.loadtest.cameras import Camera
from workers.loadtest.whip import WhipClient

SECRET = "a secret that only tests know, long enough"
APP_URL = "http://app.test"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NODE = "node-1"
LOCAL = Place(address="127.0.0.1")
SHARED = Place(address="127.0.0.1", shared=True)
BOTH = {"argvalues": [LOCAL, SHARED], "ids": ["own", "shared"]}
"""A port for each stream, and one for all of them: for `parametrize`."""


@dataclass(kw_only=True)
class Studio:
    """`url` is the WHIP endpoint; `ingest` and `relay` may be looked into."""

    url: str
    ingest: Ingest
    relay: Relay
    capturer: Capturer
    ports: Ports
    http: aiohttp.ClientSession

    def ticket(self, sitting=None, epoch=1, life=timedelta(minutes=1), secret=SECRET):
        ticket = Ticket(
            sitting=sitting or SittingId(uuid4()), epoch=epoch, expires_at=NOW + life
        )
        return sign(ticket, secret)

    def student(self, sitting=None, epoch=1, *, camera=None) -> WhipClient:
        return WhipClient(self.url, self.ticket(sitting, epoch), camera or moving())

    async def post(self, offer: str, ticket: str | None = None, **headers: str):
        """Status, problem code (or None) and headers."""
        headers = {
            "Authorization": f"Bearer {ticket or self.ticket()}",
            "Content-Type": "application/sdp",
            **headers,
        }
        async with self.http.post(self.url, data=offer, headers=headers) as response:
            problem = response.status >= 400
            body = await response.json(content_type=None) if problem else {}
            return response.status, body.get("code"), response.headers

    async def streaming(self, sitting, epoch=1):
        """Waits until frames of that sitting arrive; the peer."""

        def peer():
            return self.ingest.peer_of(sitting, epoch)

        await until(lambda: peer() is not None and peer().frames > 2)
        return peer()


class HeldForEver:
    """An app that lets every view go on."""

    async def held(self, views):
        return set(views)


@asynccontextmanager
async def open_studio(
    *, limits=None, capacity=400, place=LOCAL, leases=None
) -> AsyncIterator[Studio]:
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        ports = stack.enter_context(open_ports(place, time.monotonic))
        ingest = Ingest(
            group,
            ports=ports,
            capacity=capacity,
            limits=limits or Limits(),
            now=time.monotonic,
        )
        relay = Relay(
            group,
            ingest,
            leases or HeldForEver(),
            ports=ports,
            now=time.monotonic,
            wall_clock=lambda: NOW,
        )
        sweeping = group.create_task(relay.sweep())
        endpoints = Endpoints(ingest, relay, secret=SECRET, now=lambda: NOW)
        app = endpoints.application(APP_URL)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        with ThreadPoolExecutor(1, "decode") as pool:
            async with aiohttp.ClientSession() as http:
                yield Studio(
                    url=f"http://127.0.0.1:{port}/whip",
                    ingest=ingest,
                    relay=relay,
                    capturer=Capturer(pool, window_s=1.2, now=time.monotonic),
                    ports=ports,
                    http=http,
                )
            sweeping.cancel()
            relay.close()
            ingest.close()
        await runner.cleanup()


@asynccontextmanager
async def running_node(studio: Studio, redis) -> AsyncIterator[Node]:
    node = Node(
        studio.ingest,
        studio.capturer,
        name=NODE,
        url=studio.url,
        redis=redis,
        patient_redis=redis,
    )
    task = asyncio.create_task(node.run())
    yield node
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def command(sitting, epoch=1) -> CaptureCommand:
    return CaptureCommand(look=LookId(uuid4()), attempt=1, sitting=sitting, epoch=epoch)


async def send(redis, wanted: CaptureCommand | dict[str, str]) -> None:
    fields = wanted if isinstance(wanted, dict) else wanted.to_fields()
    await redis.xadd(capture_stream(NODE), fields)


async def next_sample(redis) -> Sample:
    """The oldest sample, taken from the stream."""
    await until_async(lambda: redis.xlen("samples"))
    [(entry, fields)] = await redis.xrange("samples", count=1)
    await redis.xdel("samples", entry)
    return Sample.from_fields(fields)


async def offer_of(*kinds: str, codec="video/VP8", direction="sendonly") -> str:
    peer = RTCPeerConnection()
    for kind in kinds:
        if kind == "data":
            peer.createDataChannel("chat")
            continue
        transceiver = peer.addTransceiver(kind, direction=direction)
        if kind == "video":
            known = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([c for c in known if c.mimeType == codec])
    offer = (await peer.createOffer()).sdp
    await peer.close()
    return offer


def moving(width=640, height=480, *, fps=15, brightness=0) -> Camera:
    """A camera that sees a sharp pattern drift by."""
    rows, columns = np.indices((height, width))
    pictures = []
    for step in range(12):
        squares = ((rows // 16 + (columns + 4 * step) // 16) % 2) * 120 + 60
        luma = np.clip(squares + brightness, 0, 255).astype(np.uint8)
        rgb = np.repeat(luma[:, :, None], 3, axis=2)
        picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        pictures.append(picture.reformat(format="yuv420p"))
    return Camera(pictures, fps=fps)


async def until(true, within_s=8) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def until_async(true, within_s=8) -> None:
    async with asyncio.timeout(within_s):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
