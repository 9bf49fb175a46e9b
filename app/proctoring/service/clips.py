"""The same clip before two cameras: marks of glances, compared by Redis.

Marks live for two hours and nowhere else. A Redis that comes back empty forgets them,
and learns them again.
"""

from collections.abc import Sequence

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.marks import (
    HASH_BYTES,
    Alike,
    Mark,
    Moments,
    alike,
    are_twins,
    bands_of,
    one_to_one,
)

KEPT = 60
"""Marks that share a band; the oldest are lost first."""
LIFE_S = 7200

log = structlog.get_logger()


class Clips:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def twins(self, marks: Sequence[Mark]) -> set[tuple[SittingId, SittingId]]:
        """Pairs of sittings, of two students each, whose glances pair one to one.

        Without Redis nobody is suspected.
        """
        marks = [it for it in marks if len(it.hashed) > HASH_BYTES]
        if not marks:
            return set()
        try:
            found = await self._alike(marks)
            return await self._often(found) if found else set()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("clips_unknown", error=type(error).__name__)
            return set()

    async def _alike(self, marks: Sequence[Mark]) -> list[Alike]:
        """Each with those before it; and it is kept for those to come."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for mark in marks:
                for band in bands_of(mark.hashed):
                    key = f"clip:{band}"
                    pipe.lrange(key, 0, KEPT - 1)
                    pipe.lpush(key, mark.to_bytes())
                    pipe.ltrim(key, 0, KEPT - 1)
                    pipe.expire(key, LIFE_S)
            answers = await pipe.execute()
        found, each = [], len(answers) // len(marks)
        for number, mark in enumerate(marks):
            rows = answers[number * each : (number + 1) * each : 4]
            known = {entry for row in rows for entry in row}
            found += alike(mark, map(Mark.from_bytes, sorted(known)))
        return found

    async def _often(self, found: list[Alike]) -> set[tuple[SittingId, SittingId]]:
        pairs = _by_pair(found)
        async with self._redis.pipeline(transaction=False) as pipe:
            for one, other in pairs:
                pipe.get(f"twins:{one}:{other}")
            known = await pipe.execute()
        twins = set()
        async with self._redis.pipeline(transaction=False) as pipe:
            for (key, its), told in zip(pairs.items(), known, strict=True):
                before = _moments(told or b"")
                fresh = ((it.one.stamp, it.other.stamp) for it in its)
                after = one_to_one(before, fresh)
                if after != before:
                    pipe.set(f"twins:{key[0]}:{key[1]}", _packed(after), ex=LIFE_S)
                if are_twins(after):
                    twins.add((its[-1].one.sitting, its[-1].other.sitting))
            await pipe.execute()
        return twins


def _by_pair(found: list[Alike]) -> dict[tuple[AccountId, AccountId], list[Alike]]:
    """A pair is the same from both sides."""
    pairs: dict[tuple[AccountId, AccountId], list[Alike]] = {}
    for it in found:
        one, other = sorted((it.one, it.other), key=lambda mark: mark.account)
        pair = one.account, other.account
        pairs.setdefault(pair, []).append(Alike(one=one, other=other))
    return pairs


def _packed(moments: Moments) -> bytes:
    return b"".join(stamp.to_bytes(8) for pair in moments for stamp in pair)


def _moments(packed: bytes) -> Moments:
    stamps = [int.from_bytes(packed[at : at + 8]) for at in range(0, len(packed), 8)]
    return tuple(zip(stamps[::2], stamps[1::2], strict=True))
