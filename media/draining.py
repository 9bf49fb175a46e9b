"""A node that is told to stop lets its students move to others first, one by one.

A stream's end reaches the page within a round trip, and it asks for another node: no
login, no click, and its gap is far shorter than what ends a stretch. They go one after
another, or the other nodes would be flooded.
"""

import asyncio
import random
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.media_nodes import MediaNode, MediaNodes
from media.ingest import Ingest, Stream
from media.nodes import Node

PACE_S = 0.1
"""Between two students, on the average; shorter where there are many."""
SHARE = 0.5
"""Of the patience for ending streams; the rest is for looks, and for lack of room."""
WAIT_S = 0.1
ASK_WITHIN_S = 1
_FAULTS = (RedisError, OSError, TimeoutError)

log = structlog.get_logger()


class Draining:
    """`within_s`: what has not moved by then is ended all the same."""

    def __init__(
        self,
        ingest: Ingest,
        node: Node,
        register: MediaNodes,
        *,
        name: str,
        within_s: float,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._ingest = ingest
        self._node = node
        self._register = register
        self._name = name
        self._within_s = within_s
        self._spread = spread
        self._until = 0.0

    async def run(self) -> None:
        """Until nobody streams here and no look runs, or it has lasted long enough."""
        self._ingest.draining = True
        self._until = asyncio.get_running_loop().time() + self._within_s
        log.info("draining", streams=len(self._ingest))
        try:
            await self._node.announce()
            await self._move()
        except _FAULTS as error:
            log.warning("drained_in_part", error=kind_of(error))
        if running := list(self._node.captures):
            await asyncio.wait(running, timeout=self._left_s)
        log.info("drained", streams=len(self._ingest))

    @property
    def _left_s(self) -> float:
        # Looked at, not a timeout around it all: drivers can swallow a cancellation.
        return max(0.0, self._until - asyncio.get_running_loop().time())

    async def _move(self) -> None:
        pace_s = min(PACE_S, self._within_s * SHARE / max(1, len(self._ingest)))
        while len(self._ingest) and self._left_s:
            others = await self._others()
            if not others:
                return  # Waiting would help nobody: whoever starts next takes them.
            stream = self._next() if any(it.has_room for it in others) else None
            if stream is None:
                await asyncio.sleep(WAIT_S)
                continue
            self._ingest.end(stream)
            await asyncio.sleep(pace_s * (0.5 + self._spread()))

    async def _others(self) -> list[MediaNode]:
        """Nodes that stay, full or not."""
        async with asyncio.timeout(ASK_WITHIN_S):
            nodes = await self._register.nodes()
        return [it for it in nodes if it.name != self._name and not it.draining]

    def _next(self) -> Stream | None:
        """Somebody nobody looks at just now: a look is not broken off."""
        free = [
            stream
            for stream in self._ingest.resources
            if not self._node.is_looked_at(stream.sitting)
        ]
        return random.choice(free) if free else None
