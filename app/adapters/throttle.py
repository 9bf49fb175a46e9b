"""Rate limits in Redis, and in this process while Redis is away.

The generic cell rate algorithm (GCRA, ITU-T I.371): one number a key, the moment at
which the bucket is full again. Without Redis every process counts by itself, with half
the burst: stricter for one process, never open.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.sealing import Sealer
from app.kernel.refusals import TooMany

KEPT = 20_000
"""Keys counted in this process at most; the least recently seen is forgotten."""

_GCRA = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + every
local early = full - burst * every
if early > now then return tostring(early - now) end
redis.call('SET', KEYS[1], tostring(full), 'PX', math.ceil((full - now) * 1000) + 1000)
return '0'
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`burst` at once, then one every `every_s` seconds."""

    name: str
    burst: int
    every_s: float


class Throttled(TooMany):
    """Too many tries from here. Please wait a little and try again."""


class Throttle:
    """Keys are hashed with the deployment's secret: Redis holds no address or SRN."""

    def __init__(self, redis: Redis, sealer: Sealer) -> None:
        self._script = redis.register_script(_GCRA)
        self._sealer = sealer
        self._full: OrderedDict[bytes, float] = OrderedDict()

    async def take(self, rate: Rate, key: str) -> None:
        """Raises Throttled (wait_s)."""
        hashed = self._sealer.keyed_hash(f"throttle:{rate.name}", key)
        name = f"throttle:{rate.name}:{hashed.hex()}"
        try:
            answer = await self._script(keys=[name], args=[rate.every_s, rate.burst])
            wait_s = float(answer)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("throttle_without_redis", error=kind_of(error))
            wait_s = self._take_here(rate, hashed)
        if wait_s > 0:
            seconds = round(wait_s + 0.5)
            raise Throttled(_words(seconds), wait_s=seconds)

    def _take_here(self, rate: Rate, hashed: bytes) -> float:
        now, burst = time.monotonic(), max(1, rate.burst // 2)
        full = max(self._full.get(hashed, 0), now) + rate.every_s
        early = full - burst * rate.every_s
        if early > now:
            return early - now
        self._full[hashed] = full
        self._full.move_to_end(hashed)
        while len(self._full) > KEPT:
            self._full.popitem(last=False)
        return 0


def _words(seconds: int) -> str:
    """With when to come again."""
    if seconds == 1:
        after = "a second"
    elif seconds < 120:
        after = f"{seconds} seconds"
    else:
        after = f"{-(-seconds // 60)} minutes"
    return f"Too many tries from here. Please wait a little: try again in {after}."
