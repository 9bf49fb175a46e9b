"""What Redis holds of a student: for seconds, but erased is erased."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from redis.asyncio import Redis

from app.adapters.redis import Entry

SCANNED = 500


async def forget_in_redis(redis: Redis, ids: Iterable[UUID]) -> int:
    """Every key named after one of these ids, and every entry of a stream that names
    one: a sample has its sitting's. How many went. Marks of glances have no such name:
    `Clips.forget` takes them back."""
    names = [str(it).encode() for it in ids]
    gone = 0
    async for key in redis.scan_iter(count=SCANNED):
        if any(name in key for name in names):
            gone += int(await redis.unlink(key))
    async for key in redis.scan_iter(count=SCANNED, _type="stream"):
        gone += await _forget_in_stream(redis, key, names)
    return gone


async def _forget_in_stream(redis: Redis, key: bytes, names: list[bytes]) -> int:
    """Page by page: an entry may hold several pictures."""
    gone, after = 0, b"-"
    while answer := await redis.xrange(key, after, "+", count=20):
        entries = cast("list[Entry]", answer)
        found = [
            entry
            for entry, fields in entries
            if any(name in value for value in fields.values() for name in names)
        ]
        if found:
            gone += int(await redis.xdel(key, *found))
        after = b"(" + entries[-1][0]
    return gone
