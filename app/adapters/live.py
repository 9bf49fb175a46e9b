"""The live hub: pushes the latest state of a topic to whoever watches it.

State, not messages: a topic's state is read once for everybody and encoded once. A
slow page skips states and still ends with the newest; nothing is queued for it.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeAlias

import structlog

from app.adapters.bell import Bell, Rings, Rung
from app.adapters.faults import kind_of
from app.adapters.figures import LIVE_PUSH, LIVE_TEXTS, LIVE_TOPICS
from app.kernel.refusals import Unavailable

COALESCE_S = 0.06
POLL_S = 15.0
"""No topic is left unread for twice as long, whether anybody rings or not: pages close
a line that is silent for 40 s."""
POLL_EVERY_S = 1.0
PAUSE_AFTER_FAULT_S = 1.0
WATCHERS_MAX = 20_000

JsonState: TypeAlias = dict[str, object]
Reader: TypeAlias = Callable[[Sequence[str]], Awaitable[Mapping[str, JsonState]]]

log = structlog.get_logger()


class HubFull(Unavailable):
    """Too many pages are open here just now. Please try again in a minute."""


class Watcher:
    """One page's newest unsent states: one slot a topic, newer replaces older."""

    def __init__(self) -> None:
        self._slots: dict[str, str] = {}
        self._news = asyncio.Event()

    def put(self, topic: str, text: str) -> None:
        self._slots[topic] = text
        self._news.set()

    async def take(self) -> list[str]:
        """Waits for news; the texts to send, one a topic."""
        await self._news.wait()
        self._news.clear()
        texts = list(self._slots.values())
        self._slots.clear()
        return texts


class Hub:
    """Readers by topic prefix: `{"student": read_students}` serves `student:ID`.

    A reader takes the parts behind the colon ("" for a topic without one).
    """

    def __init__(self, bell: Bell, readers: Mapping[str, Reader]) -> None:
        self._bell = bell
        self._readers = readers
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)
        self._rings: Rings | None = None
        self._read_at: dict[str, float] = {}
        """When a topic was last read, for those that are watched."""
        self._poll_at = 0.0

    async def run(self) -> None:
        """Serves until cancelled."""
        async with self._bell.listen() as rings:
            self._rings = rings
            LIVE_TOPICS.set_function(lambda: len(self._watchers))
            while True:
                rung = await rings.take(within_s=COALESCE_S, or_all_every_s=POLL_S)
                try:
                    with LIVE_PUSH.time():
                        await self._push(self._watched(rung) | self._unread())
                except (Unavailable, OSError, TimeoutError) as error:
                    log.warning("live_read_failed", error=kind_of(error))
                    rings.missed()
                    await asyncio.sleep(PAUSE_AFTER_FAULT_S)

    def watch(self, watcher: Watcher, topic: str) -> None:
        """From now on, and with the state as it is, very soon."""
        if sum(map(len, self._watchers.values())) >= WATCHERS_MAX:
            raise HubFull
        self._watchers[topic].add(watcher)
        if self._rings is not None:
            self._rings.add(topic)

    def leave(self, watcher: Watcher) -> None:
        for topic in [t for t, who in self._watchers.items() if watcher in who]:
            self._watchers[topic].discard(watcher)
            if not self._watchers[topic]:
                del self._watchers[topic]
                self._read_at.pop(topic, None)

    def _watched(self, rung: Rung) -> set[str]:
        if rung.everything:
            return set(self._watchers)
        return {topic for topic in rung.topics if topic in self._watchers}

    def _unread(self) -> set[str]:
        """Topics of which nobody rang for long. In a busy house it is never silent, and
        a ring that was lost would stay so."""
        now = asyncio.get_running_loop().time()
        if now < self._poll_at:
            return set()
        self._poll_at = now + POLL_EVERY_S
        read_at = self._read_at
        return {it for it in self._watchers if now - read_at.get(it, now) >= POLL_S}

    async def _push(self, topics: Collection[str]) -> None:
        parts: dict[str, list[str]] = defaultdict(list)
        now = asyncio.get_running_loop().time()
        for topic in topics:
            self._read_at[topic] = now
            prefix, _, part = topic.partition(":")
            parts[prefix].append(part)
        for prefix, wanted in parts.items():
            for part, state in (await self._readers[prefix](wanted)).items():
                topic = f"{prefix}:{part}" if part else prefix
                text = json.dumps({"topic": topic, "state": state})
                watchers = self._watchers.get(topic, ())
                LIVE_TEXTS.inc(len(watchers))
                for watcher in watchers:
                    watcher.put(topic, text)
