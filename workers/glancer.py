"""Glancer: takes what media nodes saw at a glance, many at once, to the sittings.

A glance that is lost costs nothing: the next comes in about ten seconds.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from redis.exceptions import RedisError, ResponseError

from app.adapters.faults import kind_of
from app.adapters.figures import GLANCE_BATCH
from app.adapters.redis import entries_of
from app.kernel.glances import GlanceTold
from app.kernel.messages import Malformed
from app.kernel.refusals import Unavailable
from app.proctoring.service.clips import Clips
from app.proctoring.service.glances import Glances, Told
from app.proctoring.service.twins import Glimpsed, Twins
from workers.house import House

STREAM = "glances"
GROUP = "glancer"
BLOCK_MS = 2_000
BATCH = 200
GATHER_S = 0.25
"""Between batches, so that many steady glances share a statement."""
OLDEST_S = 30.0
FAULT_PAUSE_S = 1.0

log = structlog.get_logger()


async def run(house: House) -> None:
    """Until cancelled. Several may run: each glance goes to one of them."""
    glancer = Glancer(house)
    while True:
        try:
            await glancer.step()
        except (Unavailable, RedisError, OSError, TimeoutError) as error:
            log.warning("glancing_failed", error=kind_of(error))
            await asyncio.sleep(FAULT_PAUSE_S)


class Glancer:
    def __init__(self, house: House) -> None:
        self._house = house
        self._glances = Glances(house.desk)
        self._twins = Twins(house.desk, Clips(house.redis))
        self._name = f"{socket.gethostname()}-{os.getpid()}"

    async def step(self, most: int = BATCH) -> None:
        """Takes one batch, if one comes in time."""
        redis = self._house.patient_redis
        try:
            found = await redis.xreadgroup(
                GROUP, self._name, {STREAM: ">"}, count=most, block=BLOCK_MS
            )
        except ResponseError:  # no stream or group: Redis came back empty
            await self._make_group()
            return
        entries = list(entries_of(found))
        if not entries:
            return
        GLANCE_BATCH.observe(len(entries))
        try:
            await self._take(entries)
        finally:
            ids = [entry for entry, _ in entries]
            await redis.xack(STREAM, GROUP, *ids)
            await redis.xdel(STREAM, *ids)
        await asyncio.sleep(GATHER_S)

    async def _take(self, entries: list[tuple[bytes, Mapping[bytes, bytes]]]) -> None:
        now, redis_ms = self._house.desk.clock.now(), await self._redis_ms()
        told = []
        for entry, fields in entries:
            try:
                glance = GlanceTold.from_fields(fields)
            except Malformed:
                log.warning("glance_unreadable")
                continue
            waited_s = max(0.0, (redis_ms - int(entry.split(b"-")[0])) / 1000)
            if waited_s <= OLDEST_S:
                told.append(_told(glance, now - timedelta(seconds=waited_s)))
        await self._glances.take(told)
        marks = [Glimpsed(it.sitting, it.at, it.followed.mark) for it in told]
        await self._twins.compare(marks)

    async def _redis_ms(self) -> int:
        """By the clock that numbers the entries."""
        seconds, micros = await self._house.redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    async def _make_group(self) -> None:
        try:
            await self._house.redis.xgroup_create(STREAM, GROUP, id="$", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def _told(glance: GlanceTold, sent_at: datetime) -> Told:
    return Told(
        sitting=glance.sitting,
        epoch=glance.epoch,
        followed=glance.followed,
        at=sent_at - timedelta(seconds=glance.age_s),
    )
