"""The bell: "topic X changed", told to every process, with no payload.

A ring may be lost, doubled or late; whoever listens reads the latest state and looks
at everything now and then anyway, so a lost ring costs seconds, never truth.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.tasks import alongside

CHANNEL = "rings"
LISTEN_AGAIN_S = 0.5
_FAULTS = (RedisError, OSError, TimeoutError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Topics that changed; `everything` when rings may have been missed."""

    topics: frozenset[str]
    everything: bool = False


class Rings:
    """Rings not yet taken. Bounded: past `MOST` topics it says "everything"."""

    MOST = 10_000

    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._everything = True  # whatever rang before we listened
        self._news = asyncio.Event()
        self._news.set()

    def add(self, topic: str) -> None:
        self._topics.add(topic)
        if len(self._topics) > self.MOST:
            self.missed()
        self._news.set()

    def missed(self) -> None:
        """Rings may have been lost."""
        self._topics.clear()
        self._everything = True
        self._news.set()

    async def take(self, *, within_s: float, or_all_every_s: float) -> Rung:
        """Waits for a ring, gathers what follows `within_s`, and hands it over.

        After `or_all_every_s` without a ring it says everything may have changed.
        """
        try:
            async with asyncio.timeout(or_all_every_s):
                await self._news.wait()
            await asyncio.sleep(within_s)
        except TimeoutError:
            self._everything = True
        # Clear before the caller reads: a ring during the read is kept for later.
        self._news.clear()
        rung = Rung(topics=frozenset(self._topics), everything=self._everything)
        self._topics.clear()
        self._everything = False
        return rung


class Bell(Protocol):
    """Ring after commit, never inside a transaction."""

    async def ring(self, topics: Iterable[str]) -> None: ...

    def listen(self) -> AbstractAsyncContextManager[Rings]: ...


class RedisBell:
    """Rings over Redis pub/sub. Without Redis, rings are lost and nothing else."""

    def __init__(self, redis: Redis, listening: Redis) -> None:
        """`listening` is a client patient enough to block while waiting."""
        self._redis = redis
        self._listening = listening

    async def ring(self, topics: Iterable[str]) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for topic in topics:
                    pipe.publish(CHANNEL, topic)
                await pipe.execute()
        except _FAULTS as error:
            log.warning("ring_lost", error=kind_of(error))

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Rings]:
        rings = Rings()
        ready = asyncio.Event()
        async with alongside(self._hear(rings, ready)):
            try:
                async with asyncio.timeout(1):
                    await ready.wait()
            except TimeoutError:
                log.warning("bell_silent")
            yield rings

    async def _hear(self, rings: Rings, ready: asyncio.Event) -> None:
        while True:
            try:
                await self._hear_until_cut(rings, ready)
            except _FAULTS as error:
                log.warning("bell_cut", error=kind_of(error))
            rings.missed()
            await asyncio.sleep(LISTEN_AGAIN_S)

    async def _hear_until_cut(self, rings: Rings, ready: asyncio.Event) -> None:
        async with self._listening.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CHANNEL)
            rings.missed()
            ready.set()
            while True:
                message = await pubsub.get_message(timeout=5)
                if message is not None:
                    rings.add(message["data"].decode())


class MemoryBell:
    """A bell within one process, for tests and tools."""

    def __init__(self) -> None:
        self._listeners: list[Rings] = []

    async def ring(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for rings in self._listeners:
                rings.add(topic)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Rings]:
        rings = Rings()
        self._listeners.append(rings)
        try:
            yield rings
        finally:
            self._listeners.remove(rings)
