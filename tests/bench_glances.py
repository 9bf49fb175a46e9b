"""What glances cost: `make bench-glances` (two minutes); fails above 2
CPU-seconds an hour of one student.

The same streams with glances and without; the difference by `process_time`, so that
other work on the machine hardly matters.
"""

import asyncio
import logging
import os
import secrets
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import cv2
import structlog
import uvloop
from redis.asyncio import Redis

from app.adapters import db
from app.adapters.embedded import start_postgres, start_valkey
from app.adapters.migrations import migrate
from app.adapters.redis import connect
from app.kernel.glances import Followed, GlanceTold, Sight
from app.kernel.ids import SittingId
from media.faces.glimpse import Glimpser
from media.faces.models import Models
from media.follow import Comparisons
from media.glances import GLANCES, Glances
from media.rhythm import Rhythm
from tests.bench.streams import Clip, idle, students
from tests.conftest import ROOT
from tests.media.studio import open_studio
from tests.stores.world import build_world
from workers.demo_faces import demo_pictures
from workers.glancer import GROUP, Glancer

STREAMS = 40
SECONDS = 12
EVERY_S = 1.0
ROUNDS = 3
BATCH = 12
"""So many glances wait for a glancer at a time, where some hundreds study."""
TOLD = 360
MOST_S = 2.0
LOOKS_PER_H = 11
"""Interval, random and challenge looks of an hour; each has its glance."""


async def run(clip: Clip, redis: Redis, glimpser: Glimpser | None) -> float:
    """CPU seconds of this process while the streams flow."""
    async with open_studio() as studio:
        tickets = [studio.ticket(SittingId(uuid4())) for _ in range(STREAMS)]
        with students(studio.url, tickets, clip), ThreadPoolExecutor(1) as pool:
            while len(studio.ingest.followed()) < STREAMS:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            await asyncio.sleep(2)
            task = None
            if glimpser is not None:
                task = asyncio.create_task(glances(studio, redis, glimpser, pool).run())
            began = time.process_time()
            await asyncio.sleep(SECONDS)
            spent = time.process_time() - began
            if task is not None:
                task.cancel()
    return spent


def glances(studio, redis: Redis, glimpser: Glimpser, pool) -> Glances:
    return Glances(
        ingest=studio.ingest,
        glimpser=glimpser,
        pool=pool,
        redis=redis,
        now=time.monotonic,
        rhythm=Rhythm(every_s=EVERY_S, troubled_s=EVERY_S),
        # Counted apart: they are few, but not in ten seconds.
        comparisons=Comparisons(at_once=0, per_h=0),
    )


async def main() -> int:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    cv2.setNumThreads(1)  # As the media process does.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        os.chmod(folder, 0o755)  # noqa: PTH101
        server, postgres = start_valkey(folder), start_postgres(folder, durable=False)
        try:
            return await measure(connect(server.url), postgres.url())
        finally:
            server.stop()
            postgres.stop()


async def measure(redis: Redis, database_url: str) -> int:
    glimpser = Glimpser(Models(ROOT / "var/models/faceplugin", 1))
    clip, each, waits = idle(), [], []
    for _ in range(ROUNDS):
        without = await run(clip, redis, None)
        await redis.delete(GLANCES)
        with_them = await run(clip, redis, glimpser)
        count = await redis.xlen(GLANCES)
        each.append((with_them - without) / count)
        waits.append(STREAMS * SECONDS / count - EVERY_S)
        print(f"{count} glances: {with_them:.2f} s with, {without:.2f} s without")
    taken = await glancing(redis, database_url)
    shared = comparison(glimpser), closer(glimpser), taken
    return report(each, statistics.median(waits), *shared)


def report(
    each: list[float], wait_s: float, compared: float, closer: float, taken: float
) -> int:
    """1 where an hour costs too much. The next glance is due ten seconds after the
    last was seen; until it is seen there is `wait_s`."""
    rhythm, comparisons = Rhythm(), Comparisons()
    cost, low, high = statistics.median(each), min(each), max(each)
    count = 3600 / (rhythm.every_s + wait_s) + LOOKS_PER_H
    sooner = rhythm.most_per_h - 3600 / rhythm.every_s
    print(f"a glance costs {cost * 1e3:.2f} ms ({low * 1e3:.2f} to {high * 1e3:.2f})")
    print(f"a comparison {compared * 1e3:.1f} ms, {comparisons.per_h:.0f} an hour")
    print(f"the glancer takes {taken * 1e3:.2f} ms for each")
    print(f"one each {rhythm.every_s:.0f} s and {wait_s:.1f} s until it is there,")
    print(f"{count:.0f} an hour, in the first hour of trouble {sooner:.0f} more")
    media = count * cost + comparisons.per_h * compared
    total = media + count * taken
    print(f"one student, CPU-seconds an hour: {media:.2f} for the media node,")
    print(f"{total:.2f} with the glancer's share (at most {MOST_S:.0f}),")
    print(f"{total + sooner * (cost + taken):.2f} in the first hour of trouble,")
    # Of the third glance the whole picture is looked at anyhow.
    worst = total + count * closer * 2 / 3
    print(f"{worst:.2f} where the face is never plain, or hardly anybody studies:")
    print(f"the whole picture is then always looked at, {closer * 1e3:.1f} ms more")
    return int(total > MOST_S)


def comparison(glimpser: Glimpser) -> float:
    """CPU seconds of telling whether a face that changed is the same."""
    glimpse = glimpser.glimpse(demo_pictures()["asha"])
    began = time.process_time()
    for _ in range(20):
        glimpser.embed(glimpse)
    return (time.process_time() - began) / 20


def closer(glimpser: Glimpser) -> float:
    """CPU seconds that looking at the whole picture takes more."""
    picture = cv2.resize(demo_pictures()["asha"], (320, 240))
    face = next(it for it in glimpser.plain_faces([picture] * 4) if it is not None)
    began = time.process_time()
    for _ in range(100):
        glimpser.glimpse(picture)
    whole = time.process_time()
    for _ in range(100):
        glimpser.glimpse(picture, face)
    return (whole - began - (time.process_time() - whole)) / 100


async def glancing(redis: Redis, database_url: str) -> float:
    """CPU seconds of the glancer for each of many calm students."""
    await migrate(database_url)
    database = await db.connect(database_url)
    desk = (await build_world(database)).desk
    glancer = Glancer(SimpleNamespace(desk=desk, redis=redis, patient_redis=redis))
    await redis.delete(GLANCES)
    await redis.xgroup_create(GLANCES, GROUP, id="0", mkstream=True)
    await tell(redis, BATCH)
    await glancer.step(most=BATCH)  # The first prepares its statements.
    await tell(redis, TOLD)
    began = time.process_time()
    for _ in range(TOLD // BATCH):
        await glancer.step(most=BATCH)
    spent = time.process_time() - began
    assert not await redis.xlen(GLANCES)
    await database.close()
    return spent / TOLD


async def tell(redis: Redis, count: int) -> None:
    """Steady glances of as many students, each with a picture of its own."""
    for _ in range(count):
        followed = Followed(sight=Sight.STEADY, mark=secrets.token_bytes(28))
        told = GlanceTold(sitting=SittingId(uuid4()), epoch=1, followed=followed)
        await redis.xadd(GLANCES, told.to_fields())


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))  # As the media process does.
