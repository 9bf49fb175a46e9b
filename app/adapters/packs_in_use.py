"""Which face packs matchers run with just now, as they tell each other in Redis."""

from typing import cast

from redis.asyncio import Redis

KEY = "packs"
LIFE_S = 300.0
"""Five beats of a matcher: who is silent for longer does not run."""


class PacksInUse:
    """Every call may raise RedisError. A Redis that comes back empty is full again
    after one beat of each."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def tell(self, pack: str) -> None:
        """A matcher runs with this pack."""
        now_s, _ = await self._redis.time()
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zadd(KEY, {pack: now_s})
            pipe.zremrangebyscore(KEY, "-inf", now_s - LIFE_S)
            await pipe.execute()

    async def told(self) -> set[str]:
        """Those that were told of lately."""
        now_s, _ = await self._redis.time()
        found = await self._redis.zrangebyscore(KEY, now_s - LIFE_S, "+inf")
        return {pack.decode() for pack in cast("list[bytes]", found)}
