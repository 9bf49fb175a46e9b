"""The same clip before two cameras: perceptual hashes of glances, compared by Redis.

Hashes live for two hours and nowhere else. A Redis that comes back empty forgets them,
and learns them again.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.kernel.ids import SittingId

HASH_BYTES = 8
BANDS = 4
KEPT = 60
LIFE_S = 7200
NEAR_EIGHTHS = 6.0
"""Mean distance of five points, in eighths of a pixel of a picture 320 wide."""
BITS_APART = 4
PAIRS_SUSPECT = 4

log = structlog.get_logger()


class Clips:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def twins(
        self, seen: Sequence[tuple[SittingId, bytes]]
    ) -> set[tuple[SittingId, SittingId]]:
        """Pairs of sittings that showed the same picture several times."""
        seen = [(sitting, mark) for sitting, mark in seen if len(mark) > HASH_BYTES]
        if not seen:
            return set()
        try:
            known = await self._known(seen)
            pairs = {
                _pair(sitting, other)
                for (sitting, mark), others in zip(seen, known, strict=True)
                for other, its in others
                if other != sitting and is_same(mark, its)
            }
            return await self._often(pairs)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("clips_unknown", error=type(error).__name__)
            return set()

    async def _known(
        self, seen: Sequence[tuple[SittingId, bytes]]
    ) -> list[set[tuple[SittingId, bytes]]]:
        """Marks that share a band with each; and these are kept for those to come."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for sitting, mark in seen:
                for key in _keys(mark):
                    pipe.lrange(key, 0, KEPT - 1)
                    pipe.lpush(key, sitting.bytes + mark)
                    pipe.ltrim(key, 0, KEPT - 1)
                    pipe.expire(key, LIFE_S)
            answers = await pipe.execute()
        found = []
        for number in range(len(seen)):
            rows = answers[number * BANDS * 4 : (number + 1) * BANDS * 4 : 4]
            found.append({_entry(entry) for row in rows for entry in row})
        return found

    async def _often(
        self, pairs: set[tuple[SittingId, SittingId]]
    ) -> set[tuple[SittingId, SittingId]]:
        if not pairs:
            return set()
        ordered = sorted(pairs)
        async with self._redis.pipeline(transaction=False) as pipe:
            for one, other in ordered:
                pipe.incr(f"twins:{one}:{other}")
                pipe.expire(f"twins:{one}:{other}", LIFE_S)
            counts = (await pipe.execute())[::2]
        return {
            pair
            for pair, count in zip(ordered, counts, strict=True)
            if count >= PAIRS_SUSPECT
        }


def is_same(mark: bytes, other: bytes) -> bool:
    """The hashes differ in few bits, and the faces are in the same place."""
    if len(mark) != len(other):
        return False
    bits = int.from_bytes(mark[:HASH_BYTES]) ^ int.from_bytes(other[:HASH_BYTES])
    if bits.bit_count() > BITS_APART:
        return False
    points, others = _points(mark), _points(other)
    apart = sum(abs(a - b) for a, b in zip(points, others, strict=True))
    return apart / len(points) < NEAR_EIGHTHS


def _points(mark: bytes) -> list[int]:
    rest = mark[HASH_BYTES:]
    return [
        int.from_bytes(rest[at : at + 2], signed=True) for at in range(0, len(rest), 2)
    ]


def _keys(mark: bytes) -> list[str]:
    size = HASH_BYTES // BANDS
    bands = (mark[at * size : (at + 1) * size] for at in range(BANDS))
    return [f"clip:{number}:{band.hex()}" for number, band in enumerate(bands)]


def _entry(entry: bytes) -> tuple[SittingId, bytes]:
    return SittingId(UUID(bytes=entry[:16])), entry[16:]


def _pair(one: SittingId, other: SittingId) -> tuple[SittingId, SittingId]:
    return (one, other) if one < other else (other, one)
