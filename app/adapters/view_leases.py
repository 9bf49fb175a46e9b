"""Which views may go on, as the app tells the media nodes through Redis.

A lease ends by itself, so an app that dies, or a Redis that comes back empty, ends
views and never lets one go on.
"""

from collections.abc import Iterable, Sequence

from redis.asyncio import Redis

from app.kernel.ids import ViewId

LEASE_S = 20
"""With what a node forgives (`media/relay.py`) less than the app tells the student."""


class ViewLeases:
    """Every call may raise RedisError, OSError or TimeoutError."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def hold(self, view: ViewId) -> None:
        """The view may go on for `LEASE_S` from now."""
        await self._redis.set(_key(view), 1, ex=LEASE_S)

    async def drop(self, views: Iterable[ViewId]) -> None:
        """They end now."""
        if keys := [_key(view) for view in views]:
            await self._redis.delete(*keys)

    async def held(self, views: Sequence[ViewId]) -> set[ViewId]:
        """Those of them that may go on."""
        if not views:
            return set()
        found = await self._redis.mget([_key(view) for view in views])
        pairs = zip(views, found, strict=True)
        return {view for view, value in pairs if value is not None}


def _key(view: ViewId) -> str:
    return f"view:{view}"
