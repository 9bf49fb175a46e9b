"""What Redis holds of a student: for seconds, but erased is erased."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from redis.asyncio import Redis

from app.adapters.redis import Entry

SCANNED = 500


async def forget_in_redis(redis: Redis, ids: Iterable[UUID]) -> int:
    """Every key named after one of these ids, and every entry of a stream that names
    one: a sample has its sitting's. How many went."""
    marks = [str(it).encode() for it in ids]
    gone = 0
    async for key in redis.scan_iter(count=SCANNED):
        if any(mark in key for mark in marks):
            gone += int(await redis.unlink(key))
        elif await redis.type(key) == b"stream":
            gone += await _forget_in_stream(redis, key, marks)
    return gone


async def _forget_in_stream(redis: Redis, key: bytes, marks: list[bytes]) -> int:
    """Page by page: an entry may hold several pictures."""
    gone, after = 0, b"-"
    while answer := await redis.xrange(key, after, "+", count=20):
        entries = cast("list[Entry]", answer)
        found = [
            entry
            for entry, fields in entries
            if any(mark in value for value in fields.values() for mark in marks)
        ]
        if found:
            gone += int(await redis.xdel(key, *found))
        after = b"(" + entries[-1][0]
    return gone
