"""Redis or Valkey, with short patience.

redis-py 8.1's defaults retry and wait: under a partition one `xadd` blocked for 59 s.
Here a call is answered in half a second or fails, and is not sent twice: a write
that timed out may have happened.
"""

from collections.abc import Mapping
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

PATIENCE_S = 0.5
CONNECTIONS_MAX = 50


def connect(url: str, *, patience_s: float = PATIENCE_S) -> Redis:
    """Opens nothing yet. `patience_s` must exceed any blocking read of this client."""
    client: Redis = Redis.from_url(
        url,
        socket_timeout=patience_s,
        socket_connect_timeout=PATIENCE_S,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        max_connections=CONNECTIONS_MAX,
    )
    return client


Entry = tuple[bytes, Mapping[bytes, bytes]]


def entries_of(answer: object) -> list[Entry]:
    """The (id, fields) pairs in the answer to XREAD or XREADGROUP of one stream."""
    streams = cast("list[tuple[bytes, list[Entry]]]", answer or [])
    return [entry for _, entries in streams for entry in entries]


async def now_ms(redis: Redis) -> float:
    """By the clock that numbers the entries of streams."""
    seconds, micros = await redis.time()
    return float(seconds * 1000 + micros / 1000)


def added_ms(entry: bytes) -> int:
    """When an entry was added, by its number."""
    return int(entry.partition(b"-")[0])


async def forget_older(redis: Redis, stream: str, age_s: float) -> int:
    """Deletes what was added longer ago, by the clock that numbers the entries."""
    oldest_ms = int(await now_ms(redis) - age_s * 1000)
    gone: int = await redis.xtrim(stream, minid=oldest_ms, approximate=False)
    return gone
