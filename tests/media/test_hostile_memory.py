"""What a real process holds while it is attacked: at most 50 MB more, and an honest
student beside the attackers loses not one packet."""

import asyncio
import secrets
import socket
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import aiohttp
import av
import numpy as np
import pytest

from app.adapters.tasks import alongside
from app.adapters.tickets import sign
from app.kernel.ids import SittingId
from app.kernel.tickets import Ticket
from tests.media.attacks import CLIP, VP8, Honest, Hostile, Silent, fragment
from tests.media.node_alone import Running
from tests.media.studio import NOW, SECRET, until_async
from workers.loadtest.cameras import EncodedCamera, encode_clip
from workers.loadtest.whip import WhipClient

GROWS_MOST_MB = 50


def student(alone, sitting, camera) -> WhipClient:
    expires_at = NOW + timedelta(minutes=1)
    ticket = sign(Ticket(sitting=sitting, epoch=1, expires_at=expires_at), SECRET)
    return WhipClient(alone.url, ticket, camera)


@asynccontextmanager
async def attacked(alone, *, keeps=True):
    """By how much it grew at most, in MB, when the attack within is over."""
    sitting, grown = SittingId(uuid4()), []
    async with student(alone, sitting, EncodedCamera(CLIP, fps=30)) as client:
        honest = Honest(client)

        async def streaming() -> bool:
            return (await alone.ask("tell", sitting))["frames"] > 2

        async def lost() -> set[int]:
            told = await alone.ask("tell", sitting)
            return honest.sent - set(told["arrived"])

        async def nothing_lost() -> bool:
            return not await lost()

        await until_async(streaming)
        await alone.ask("look", sitting)  # decoders and threads are there before
        await alone.ask("watch", sitting)
        honest.record()
        async with alongside(measure(alone, grown)):
            yield grown
        client.sender.replaceTrack(None)
        if keeps:
            await until_async(nothing_lost)
            assert len(honest.sent) > 20  # during the attack
            assert (await alone.ask("tell", sitting))["dropped"] == 0


async def measure(alone, grown: list[float]) -> None:
    before = alone.memory_mb
    grown.append(0)
    while True:
        grown[0] = max(grown[0], alone.memory_mb - before)
        await asyncio.sleep(0.01)


def pixel_flood() -> EncodedCamera:
    """Flat pictures of 16 million points: they cost 30 kB to send and 25 MB to see."""
    plane = np.full((4096 * 3 // 2, 4096), 128, np.uint8)
    picture = av.VideoFrame.from_ndarray(plane, format="yuv420p")
    return EncodedCamera(encode_clip([picture], bit_rate=200_000), fps=8)


@pytest.mark.parametrize("guarded", [True, False])
async def test_huge_pictures_cost_no_memory(guarded):
    camera = pixel_flood()
    async with Running(check_size=guarded) as alone, attacked(alone) as grown:
        sitting = SittingId(uuid4())
        async with student(alone, sitting, camera):

            async def frames() -> bool:
                return (await alone.ask("tell", sitting))["frames"] > 2

            await until_async(frames)
            seen = await alone.ask("look", sitting)
    assert (seen == 0) is guarded
    assert (grown[0] <= GROWS_MOST_MB) is guarded


OFF = {
    "check_consent": False,
    "packets_per_s": 1e9,
    "bytes_per_s": 1e12,
    "queued": 1_000_000,
    "undeclared_sources": 1_000_000,
}
"""Every guard against floods."""


@pytest.mark.parametrize("guarded", [True, False])
async def test_floods_of_every_kind_cost_no_memory(guarded):
    """Sources, packets, records of DTLS and of junk, restarts, and offers without end,
    of one with keys, one half open and a stranger, all at once."""
    limits = {} if guarded else OFF
    async with Running(**limits) as alone, attacked(alone, keeps=guarded) as grown:
        sitting = SittingId(uuid4())
        inside = student(alone, sitting, Silent())
        half_open = student(alone, SittingId(uuid4()), Silent())
        half_open.peer.getTransceivers()[0].direction = "sendonly"
        offer = await half_open.peer.createOffer()
        await half_open.peer.setLocalDescription(offer)
        answer = await half_open._post(half_open.peer.localDescription.sdp)
        async with inside, aiohttp.ClientSession() as http:
            await asyncio.gather(
                spray(port_of(answer)),
                sources(Hostile(inside)),
                records(Hostile(inside)),
                restarts(http, half_open),
                offers(http, alone),
            )
            await asyncio.sleep(0.3)
            told = await alone.ask("tell", sitting)
        await half_open.stop()
    assert (told["sources"] <= 6) is guarded
    assert (told["dropped"] > 1_000) is guarded
    assert (grown[0] <= GROWS_MOST_MB) is guarded


def port_of(answer: str) -> int:
    [line] = [it for it in answer.splitlines() if it.startswith("a=candidate")]
    return int(line.split()[5])


async def spray(port: int) -> None:
    """100 MB of junk that looks like DTLS, SRTP or neither."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for number in range(3_400):
            first = bytes([(22, 0x80, 0x17)[number % 3]])
            stranger.sendto(first + bytes(30_000), ("127.0.0.1", port))
            if number % 4 == 3:
                await asyncio.sleep(0.001)


async def sources(hostile: Hostile) -> None:
    for number in range(2_000):
        await hostile.packet(number * 32_000, VP8 + bytes(900), source=number + 1)
        if number % 20 == 19:
            await asyncio.sleep(0.005)


async def records(hostile: Hostile) -> None:
    """Also huge ones, and fragments of a message that never ends."""
    for number in range(200):
        await hostile.records(20)
        await hostile.plain(b"\x17\xfe\xfd" + bytes(8) + b"\x3f\xff" + bytes(16_000))
        await hostile.plain(fragment(number))
        await asyncio.sleep(0.002)


async def restarts(http: aiohttp.ClientSession, client: WhipClient) -> None:
    for _ in range(100):
        name, word = secrets.token_hex(4), secrets.token_hex(16)
        async with http.patch(
            client.location,
            data=f"a=ice-ufrag:{name}\r\na=ice-pwd:{word}\r\n",
            headers={
                "Content-Type": "application/trickle-ice-sdpfrag",
                "If-Match": "*",
            },
        ) as response:
            assert response.status == 200


async def offers(http: aiohttp.ClientSession, alone) -> None:
    expires_at = NOW + timedelta(minutes=1)
    ticket = Ticket(sitting=SittingId(uuid4()), epoch=1, expires_at=expires_at)
    headers = {
        "Authorization": f"Bearer {sign(ticket, SECRET)}",
        "Content-Type": "application/sdp",
    }
    for size in (33_000, 300_000) * 30:
        async with http.post(alone.url, data=b"x" * size, headers=headers) as response:
            assert response.status == 413
