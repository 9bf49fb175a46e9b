"""What glances cost: `python -m tests.bench_glances` (about a minute).

The same streams twice, with glances and without; the difference by `process_time`.
"""

import asyncio
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import av
import cv2
import numpy as np
from redis.asyncio import Redis

from app.adapters.embedded import start_valkey
from app.adapters.redis import connect
from app.kernel.ids import SittingId
from media import follow
from media.faces.glimpse import Glimpser
from media.faces.models import Models
from media.follow import Rhythm
from media.glances import GLANCES, Glances
from tests.conftest import ROOT
from tests.media.studio import open_studio
from workers.demo_faces import demo_pictures
from workers.loadtest.cameras import EncodedCamera, encode_clip

STREAMS = 24
SECONDS = 12
EVERY_S = 1.0
AN_HOUR = 3600 / Rhythm().every_s
"""Glances of one student."""
ROUNDS = 3
COMPARED_AT_ONCE = follow.COMPARED_AT_ONCE


def clip() -> list[bytes]:
    """A person who sways, 320 x 240, a key frame a second, as an idle browser sends."""
    face = cv2.resize(demo_pictures()["asha"], (200, 220))
    frames = []
    for number in range(12):
        wall = np.full((240, 320, 3), 110, np.uint8)
        shift = np.array([[1, 0, 4 * np.sin(number)], [0, 1, 2 * np.cos(number)]])
        wall[10:230, 60:260] = cv2.warpAffine(face, shift, (200, 220), borderMode=1)
        picture = av.VideoFrame.from_ndarray(wall, format="bgr24")
        frames.append(picture.reformat(format="yuv420p"))
    return encode_clip(frames, fps=1, bit_rate=25_000)


async def run(redis: Redis, frames: list[bytes], glimpser: Glimpser | None) -> float:
    """CPU seconds of this process while the streams flow."""
    async with open_studio() as studio:
        students = [
            studio.student(SittingId(uuid4()), camera=EncodedCamera(frames, fps=2))
            for _ in range(STREAMS)
        ]
        for student in students:
            await student.__aenter__()
        await asyncio.sleep(3)
        with ThreadPoolExecutor(1) as pool:
            task = None
            if glimpser is not None:
                glances = Glances(
                    ingest=studio.ingest,
                    glimpser=glimpser,
                    pool=pool,
                    redis=redis,
                    now=time.monotonic,
                    rhythm=Rhythm(every_s=EVERY_S, troubled_s=EVERY_S),
                )
                task = asyncio.create_task(glances.run())
            began = time.process_time()
            await asyncio.sleep(SECONDS)
            spent = time.process_time() - began
            if task is not None:
                task.cancel()
        for student in students:
            await student.__aexit__(None, None, None)
    return spent


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = start_valkey(Path(folder))
        try:
            await measure(connect(server.url))
        finally:
            server.stop()


async def measure(redis: Redis) -> None:
    follow.COMPARED_AT_ONCE = 0  # Counted apart: they are few, but not in ten seconds.
    glimpser, frames = Glimpser(Models(ROOT / "var/models/faceplugin", 1)), clip()
    each = []
    for _ in range(ROUNDS):
        without = await run(redis, frames, None)
        await redis.delete(GLANCES)
        with_them = await run(redis, frames, glimpser)
        count = await redis.xlen(GLANCES)
        each.append((with_them - without) / count)
        print(f"{count} glances: {with_them:.2f} s with, {without:.2f} s without")
    cost, compared = statistics.median(each), comparison(glimpser)
    low, high = min(each) * 1000, max(each) * 1000
    most = follow.COMPARED_PER_H + COMPARED_AT_ONCE
    print(f"a glance costs {cost * 1000:.1f} ms ({low:.1f} to {high:.1f})")
    print(f"a comparison {compared * 1000:.1f} ms, at most {most} of them an hour")
    hour = cost * AN_HOUR
    print(f"one student: {hour:.2f} CPU-seconds an hour for glances,")
    print(f"{hour + most * compared:.2f} with all comparisons (at most 2)")


def comparison(glimpser: Glimpser) -> float:
    """CPU seconds of telling whether a face that changed is the same."""
    glimpse = glimpser.glimpse(demo_pictures()["asha"])
    began = time.process_time()
    for _ in range(20):
        glimpser.embed(glimpse)
    return (time.process_time() - began) / 20


if __name__ == "__main__":
    asyncio.run(main())
