"""What passing video on costs a media node: `make bench-relay` (about a minute).

A node of its own, students at the pace of a watched camera, and its CPU time with and
without viewers; browsers are played here, in another process.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import av
import numpy as np

from app.adapters.clock import AnchoredClock
from app.adapters.embedded import start_valkey
from app.adapters.redis import connect
from app.adapters.tickets import sign, sign_view
from app.adapters.view_leases import ViewLeases
from app.kernel.ids import SittingId, ViewId
from app.kernel.tickets import Ticket, ViewTicket
from tests.house import ROOT, free_port
from tests.media.studio import SECRET
from tests.media.viewing import Proctor
from workers.loadtest.cameras import EncodedCamera, encode_clip
from workers.loadtest.whip import WhipClient

STUDENTS, OF_EACH = 6, 3
FPS, BIT_RATE = 8, 400_000
SECONDS = 20
TICK = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def grainy() -> list[av.VideoFrame]:
    """Pictures that need all of the bit rate, as a camera's do."""
    chance = np.random.default_rng(1)
    grain = chance.integers(90, 160, (16, 480, 640, 3), dtype=np.uint8)
    pictures = [av.VideoFrame.from_ndarray(it, format="rgb24") for it in grain]
    return [it.reformat(format="yuv420p") for it in pictures]


class Place:
    """Where `Proctor` looks for a node."""

    def __init__(self, port: int, http: aiohttp.ClientSession) -> None:
        self.url, self.http = f"http://127.0.0.1:{port}/whip", http


def tickets(sitting: SittingId) -> tuple[str, ViewId, str]:
    now = AnchoredClock().now().astimezone(UTC)
    soon, later = now + timedelta(minutes=1), now + timedelta(minutes=10)
    view = ViewId(uuid4())
    to_view = ViewTicket(
        view=view, sitting=sitting, epoch=1, expires_at=soon, until=later
    )
    to_send = Ticket(sitting=sitting, epoch=1, expires_at=soon)
    return sign(to_send, SECRET), view, sign_view(to_view, SECRET)


async def spent(pid: int, seconds: float) -> float:
    before = cpu_s(pid)
    await asyncio.sleep(seconds)
    return cpu_s(pid) - before


async def measure(place: Place, leases: ViewLeases, pid: int) -> None:
    frames = encode_clip(grainy(), fps=FPS, bit_rate=BIT_RATE)
    sittings = [SittingId(uuid4()) for _ in range(STUDENTS)]
    async with AsyncExitStack() as stack:
        for sitting in sittings:
            camera = EncodedCamera(frames, fps=FPS)
            client = WhipClient(place.url, tickets(sitting)[0], camera)
            await stack.enter_async_context(client)
        await asyncio.sleep(1)
        alone = await spent(pid, SECONDS)
        viewers = []
        for sitting in sittings * OF_EACH:
            _, view, ticket = tickets(sitting)
            await leases.hold(view)
            await leases._redis.persist(f"view:{view}")
            viewers.append(
                await stack.enter_async_context(Proctor(place, ticket))  # type: ignore
            )
        await asyncio.sleep(2)
        before = sum(len(it.packets) for it in viewers)
        watched = await spent(pid, SECONDS)
        packets = sum(len(it.packets) for it in viewers) - before
    count = len(viewers)
    each = (watched - alone) / count * 60 / SECONDS
    print(f"{STUDENTS} students at {FPS} frames a second: {alone:.2f} CPU-s in")
    print(f"{SECONDS} s; with {count} viewers {watched:.2f}, and each of them got")
    print(f"{packets / count / SECONDS:.0f} packets a second: {each:.2f} CPU-s a")
    print(f"viewer-minute ({each / 60:.2%} of a core).")


def main() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        valkey, port = start_valkey(Path(folder)), free_port()
        environment = {
            **os.environ,
            "REDIS_URL": valkey.url,
            "SPOM_SECRET": SECRET,
            "SPOM_MEDIA_PORT": str(port),
            "SPOM_POLICY_GLANCE_EVERY_S": "0",
        }
        command = [sys.executable, "-m", "media"]
        quiet = subprocess.DEVNULL
        node = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=quiet, stderr=quiet
        )
        try:
            time.sleep(4)
            asyncio.run(play(port, valkey.url, node.pid))
        finally:
            node.terminate()
            node.wait(10)
            valkey.stop()


async def play(port: int, redis_url: str, pid: int) -> None:
    redis = connect(redis_url)
    async with aiohttp.ClientSession() as http:
        await measure(Place(port, http), ViewLeases(redis), pid)
    await redis.aclose()


if __name__ == "__main__":
    main()
