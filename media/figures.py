"""What a media node tells of itself to Prometheus, and to who asks if it is ready."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from redis.exceptions import RedisError

from app.adapters.figures import BYTES, CAPACITY, DROPPED, PACKETS, STREAMS, VIEWS
from app.adapters.metrics import figures_at
from app.adapters.redis import connect
from media.ingest import Ingest
from media.relay import Relay
from media.seam.ports import Ports
from media.settings import Settings


async def show_figures(
    settings: Settings,
    ingest: Ingest,
    relay: Relay,
    ports: Ports,
    stack: AsyncExitStack,
) -> None:
    """From now on, until `stack` ends, at `settings.metrics`."""
    STREAMS.set_function(lambda: len(ingest))
    VIEWS.set_function(lambda: len(relay))
    CAPACITY.set(ingest.capacity)
    PACKETS.read = lambda: ingest.traffic.packets
    BYTES.read = lambda: ingest.traffic.bytes
    DROPPED.read = lambda: ingest.traffic.dropped + ports.dropped
    ready = _readiness(settings, stack)
    await stack.enter_async_context(figures_at(settings.metrics, ready))


def _readiness(
    settings: Settings, stack: AsyncExitStack
) -> Callable[[], Awaitable[None]]:
    """A node that Redis cannot reach gets no commands, and no students."""
    redis = connect(settings.redis_url)
    stack.push_async_callback(redis.aclose)

    async def ready() -> None:
        try:
            await redis.ping()
        except RedisError as error:
            raise OSError from error

    return ready
