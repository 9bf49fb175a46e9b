"""The same clip before two cameras: marks of glances, compared by Redis.

Marks live for two hours at most and nowhere else. A Redis that comes back empty forgets
them, and learns them again. Keys, each with its own end that nothing puts off:

    clip:SLOT:BAND       marks of half an hour that share a band
    marks:ACCOUNT:SLOT   the same marks by whose they are: so they can be taken back
    twins:ACCOUNT        by the other student: the moments when both showed one picture
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.marks import (
    HASH_BYTES,
    LIFE_MS,
    Alike,
    Mark,
    Moments,
    alike,
    are_twins,
    bands_of,
    by_pair,
    left_s,
    one_to_one,
    slot_of,
    slots_at,
)

KEPT = 60
"""Marks of a slot that share a band; the oldest are lost first."""
OWN_MOST = 600
"""Of one student in a slot. More are compared and not kept: what cannot be taken back
must not be there."""
OTHERS_MOST = 64
"""Students whom one may be a twin of; more are not noticed for two hours."""
LIFE_S = LIFE_MS // 1000

log = structlog.get_logger()


class Clips:
    def __init__(self, redis: Redis, own_most: int = OWN_MOST) -> None:
        self._redis = redis
        self._own_most = own_most

    async def twins(self, marks: Sequence[Mark]) -> set[tuple[SittingId, SittingId]]:
        """Pairs of sittings, of two students each, whose glances pair one to one.

        Without Redis nobody is suspected.
        """
        marks = [it for it in marks if len(it.hashed) > HASH_BYTES]
        if not marks:
            return set()
        try:
            found = await self._alike(marks, await self._kept(marks))
            return await self._often(found) if found else set()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("clips_unknown", error=kind_of(error))
            return set()

    async def forget(self, account: AccountId, now_ms: int) -> None:
        """Every mark of this account, and with whom it was compared. Raises
        RedisError, OSError or TimeoutError; twice is once."""
        slots, redis = slots_at(now_ms), self._redis
        names = [_own(account, slot) for slot in slots]
        async with redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.lrange(name, 0, -1)
            pipe.hkeys(_twins(account))
            *kept, others = await pipe.execute()
        for slot, name, entries in zip(slots, names, kept, strict=True):
            async with redis.pipeline(transaction=False) as pipe:
                for entry in entries:
                    for band in bands_of(Mark.from_bytes(entry).hashed):
                        pipe.lrem(_band(slot, band), 0, entry)
                pipe.unlink(name)  # last: cut off before, it is found again
                await pipe.execute()
        async with redis.pipeline(transaction=False) as pipe:
            for other in others:
                pipe.hdel(_twins(AccountId(UUID(bytes=other))), account.bytes)
            pipe.unlink(_twins(account))
            await pipe.execute()

    async def _kept(self, marks: Sequence[Mark]) -> Counter[str]:
        """How many are kept of each student in the slot."""
        names = sorted({_own(it.account, slot_of(it.stamp)) for it in marks})
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.llen(name)
            return Counter(dict(zip(names, await pipe.execute(), strict=True)))

    async def _alike(self, marks: Sequence[Mark], kept: Counter[str]) -> list[Alike]:
        """Each with those before it; and it is kept for those to come."""
        reads = []
        async with self._redis.pipeline(transaction=False) as pipe:
            for mark in marks:
                begin = len(pipe)
                for slot in slots_at(mark.stamp):
                    for band in bands_of(mark.hashed):
                        pipe.lrange(_band(slot, band), 0, KEPT - 1)
                reads.append(slice(begin, len(pipe)))
                name = _own(mark.account, slot_of(mark.stamp))
                if kept[name] < self._own_most:
                    kept[name] += 1
                    _keep(pipe, name, mark)
            answers = await pipe.execute()
        found: list[Alike] = []
        for mark, read in zip(marks, reads, strict=True):
            known = {entry for row in answers[read] for entry in row}
            found += alike(mark, map(Mark.from_bytes, sorted(known)))
        return found

    async def _often(self, found: list[Alike]) -> set[tuple[SittingId, SittingId]]:
        pairs = by_pair(found)
        everybody = sorted({account for pair in pairs for account in pair})
        async with self._redis.pipeline(transaction=False) as pipe:
            for one, other in pairs:
                pipe.hget(_twins(one), other.bytes)
            for account in everybody:
                pipe.hlen(_twins(account))
            told = await pipe.execute()
        others = dict(zip(everybody, told[len(pairs) :], strict=True))
        twins = set()
        async with self._redis.pipeline(transaction=False) as pipe:
            for (pair, its), known in zip(pairs.items(), told, strict=False):
                if known is None:
                    if max(others[it] for it in pair) >= OTHERS_MOST:
                        continue
                    others.update({it: others[it] + 1 for it in pair})
                before = _moments(known or b"")
                after = one_to_one(
                    before, ((it.one.stamp, it.other.stamp) for it in its)
                )
                if after != before:
                    _note(pipe, *pair, after)
                if are_twins(after):
                    twins.add((its[-1].one.sitting, its[-1].other.sitting))
            await pipe.execute()
        return twins


def _keep(pipe: Pipeline, name: str, mark: Mark) -> None:
    """First by whose it is: cut off in between, all that is there can be found."""
    slot, entry = slot_of(mark.stamp), mark.to_bytes()
    pipe.rpush(name, entry)
    pipe.expire(name, left_s(mark.stamp))
    for band in bands_of(mark.hashed):
        key = _band(slot, band)
        pipe.lpush(key, entry)
        pipe.ltrim(key, 0, KEPT - 1)
        pipe.expire(key, left_s(mark.stamp))


def _note(pipe: Pipeline, one: AccountId, other: AccountId, moments: Moments) -> None:
    """With the one; the other remembers with whom, so that both can be forgotten."""
    packed = b"".join(stamp.to_bytes(8) for pair in moments for stamp in pair)
    pipe.hset(_twins(one), other.bytes, packed)
    pipe.hset(_twins(other), one.bytes, b"")
    for account in (one, other):
        pipe.expire(_twins(account), LIFE_S, nx=True)


def _moments(packed: bytes) -> Moments:
    stamps = [int.from_bytes(packed[at : at + 8]) for at in range(0, len(packed), 8)]
    return tuple(zip(stamps[::2], stamps[1::2], strict=True))


def _band(slot: int, band: str) -> str:
    return f"clip:{slot}:{band}"


def _own(account: AccountId, slot: int) -> str:
    return f"marks:{account}:{slot}"


def _twins(account: AccountId) -> str:
    return f"twins:{account}"
