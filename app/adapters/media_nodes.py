"""The register of media nodes: who is there, how full, and whose video arrives.

Everything in it expires by itself, so a node that dies is forgotten in seconds, and
a Redis that comes back empty is full again after one beat.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from time import monotonic
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.kernel.ids import SittingId
from app.kernel.refusals import Unavailable

NODE_LIFE_S = 3
"""A node that was not heard for so long gets no students. It beats every second."""
SENT_S, SENT_KEPT = 2.0, 2_000
"""So long a student who was sent to a node may be missing in what it tells: a hall that
comes in between two beats would all go to one."""
VIDEO_LIFE_S = 8
"""Longer: who was at a node that is gone is still read here, and told."""


def capture_stream(node: str) -> str:
    """The Redis stream of a node's capture commands."""
    return f"capture:{node}"


class NoMediaNode(Unavailable):
    """The camera service is out of reach just now. Your time is safe; try again."""


class CamerasFull(NoMediaNode):
    """All places for cameras are taken just now. Your time is safe; try again soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaNode:
    """`url` is how browsers reach it; `streams` of `capacity` are in use.

    One that is `draining` is about to stop: its students go to others. `run` names the
    process: another one has none of its streams.
    """

    name: str
    url: str
    streams: int
    capacity: int
    draining: bool = False
    run: str = field(default="", compare=False)

    @property
    def has_room(self) -> bool:
        return not self.draining and self.streams < self.capacity


class VideoSeen(NamedTuple):
    """Video of a sitting's epoch, and how many seconds ago its last packet came."""

    sitting: SittingId
    epoch: int
    age_s: float = 0.0


class Beat(NamedTuple):
    """A node, and how many seconds ago it said that it lives."""

    node: MediaNode
    age_s: float


class MediaNodes:
    """Reads and writes the register. Every call may raise RedisError."""

    def __init__(self, redis: Redis, now: Callable[[], float] = monotonic) -> None:
        self._redis = redis
        self._now = now
        self._sent: deque[tuple[float, str]] = deque(maxlen=SENT_KEPT)
        """Whom we sent where a moment ago: their nodes have not told of them yet."""

    async def beat(self, node: MediaNode, videos: Iterable[VideoSeen]) -> None:
        """The node lives, and this video arrives there."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(f"node:{node.name}", json.dumps(asdict(node)), ex=NODE_LIFE_S)
            pipe.sadd("nodes", node.name)
            for it in videos:
                value = f"{it.epoch}:{it.age_s * 1000:.0f}:{node.name}"
                pipe.set(f"video:{it.sitting}", value, ex=VIDEO_LIFE_S)
            await pipe.execute()

    async def leave(self, name: str) -> None:
        """The node goes in good order."""
        await self._redis.delete(f"node:{name}")
        await self._redis.srem("nodes", name)

    async def nodes(self) -> list[MediaNode]:
        """Nodes that beat lately; those that stopped are struck from the list."""
        names = [_text(name) for name in await self._redis.smembers("nodes")]
        if not names:
            return []
        cards = await self._redis.mget([f"node:{name}" for name in names])
        gone = [name for name, card in zip(names, cards, strict=True) if card is None]
        if gone:
            await self._redis.srem("nodes", *gone)
        return [_read(card) for card in cards if card is not None]

    async def beats(self) -> list[Beat]:
        """As `nodes`, with the age of each one's last word; nothing is struck."""
        names = sorted(_text(name) for name in await self._redis.smembers("nodes"))
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.get(f"node:{name}")
                pipe.pttl(f"node:{name}")
            found = await pipe.execute() if names else []
        return [
            Beat(_read(card), max(0.0, NODE_LIFE_S - life_ms / 1000))
            for card, life_ms in zip(found[::2], found[1::2], strict=True)
            if card is not None
        ]

    async def least_loaded(self) -> MediaNode:
        """Raises CamerasFull when none has room, NoMediaNode when there is none that
        stays, or nobody can tell. A node that decays for all helps nobody."""
        try:
            nodes = await self.nodes()
        except (RedisError, OSError, TimeoutError) as error:
            raise NoMediaNode from error
        free = [node for node in nodes if node.has_room]
        if not free:
            stay = [node for node in nodes if not node.draining]
            raise CamerasFull if stay else NoMediaNode
        now = self._now()
        sent = Counter(name for at, name in self._sent if now - at < SENT_S)
        found = min(free, key=lambda it: (it.streams + sent[it.name]) / it.capacity)
        self._sent.append((now, found.name))
        return found

    async def video_seen(
        self, wanted: Sequence[tuple[SittingId, int]]
    ) -> dict[SittingId, float]:
        """How many seconds ago video of each (sitting, epoch) last arrived anywhere.

        A sitting without is left out. Needs no common clock: the node tells the age at
        its beat, and the key's remaining life how long ago that was.
        """
        if not wanted:
            return {}
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.mget([f"video:{sitting}" for sitting, _ in wanted])
            for sitting, _ in wanted:
                pipe.pttl(f"video:{sitting}")
            values, *lives = await pipe.execute()
        return {
            sitting: _age_s(value, life)
            for (sitting, epoch), value, life in zip(wanted, values, lives, strict=True)
            if _node(value, epoch) is not None
        }

    async def node_of(self, sitting: SittingId, epoch: int) -> str | None:
        """The name of the node that has this video."""
        return _node(await self._redis.get(f"video:{sitting}"), epoch)

    async def node_with(self, sitting: SittingId, epoch: int) -> MediaNode | None:
        """The node that has this video, while it lives."""
        name = await self.node_of(sitting, epoch)
        card = await self._redis.get(f"node:{name}") if name else None
        return _read(card) if card else None

    async def on_nodes(
        self, wanted: Iterable[tuple[SittingId, int]], names: Collection[str]
    ) -> set[tuple[SittingId, int]]:
        """Those (sitting, epoch) whose video came to one of these nodes last."""
        asked = list(wanted)
        if not asked:
            return set()
        values = await self._redis.mget([f"video:{sitting}" for sitting, _ in asked])
        pairs = zip(asked, values, strict=True)
        return {
            (it, epoch) for (it, epoch), value in pairs if _node(value, epoch) in names
        }


def _read(card: bytes | str) -> MediaNode:
    """Also of a node that is newer than we, and says more of itself."""
    known = {it.name for it in fields(MediaNode)}
    said = json.loads(card)
    return MediaNode(**{name: said[name] for name in known & said.keys()})


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _node(value: bytes | str | None, epoch: int) -> str | None:
    if value is None:
        return None
    found, _, name = _text(value).split(":", 2)
    return name if int(found) == epoch else None


def _age_s(value: bytes | str, life_ms: int) -> float:
    at_beat_ms = int(_text(value).split(":", 2)[1])
    return (at_beat_ms + VIDEO_LIFE_S * 1000 - life_ms) / 1000
