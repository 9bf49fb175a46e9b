"""`python -m media`: runs one media node until SIGINT or SIGTERM."""

import asyncio
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import click
import cv2
import structlog
import uvloop
from aiohttp import web

from app.adapters.clock import AnchoredClock
from app.adapters.logs import at_node, set_up_logging
from app.adapters.media_nodes import MediaNodes
from app.adapters.redis import connect
from app.adapters.tasks import end
from app.adapters.view_leases import ViewLeases
from media import seam
from media.capture import Capturer
from media.deadlines import end_dawdlers
from media.draining import Draining
from media.faces.glimpse import Glimpser
from media.faces.loading import load_models
from media.faces.packs import PackError
from media.figures import show_figures
from media.glances import Glances
from media.ingest import Ingest
from media.nodes import Node
from media.relay import Relay
from media.rhythm import Rhythm
from media.seam.limits import Limits
from media.seam.place import NoPort
from media.seam.ports import Ports, open_ports
from media.server import RECEIVE_WITHIN_S, Endpoints
from media.settings import Settings, read_settings

BLOCKING_PATIENCE_S = 10
KEEP_ALIVE_S = 15
STOP_WITHIN_S = 3

log = structlog.get_logger()


@click.command(name="spom media")
def main() -> None:
    """Takes students' video over WHIP, captures samples when commanded, and shows the
    video over WHEP to proctors who look live.

    Reads REDIS_URL, SPOM_SECRET, SPOM_APP_URL, SPOM_MEDIA_URL, SPOM_MEDIA_HOST,
    SPOM_MEDIA_PORT, SPOM_MEDIA_ANNOUNCE,
    SPOM_MEDIA_PORTS, SPOM_MEDIA_CAPACITY, SPOM_MEDIA_DRAIN_S, SPOM_MEDIA_NODE,
    SPOM_PACK, SPOM_POLICY_GLANCE_EVERY_S, SPOM_METRICS.
    """
    set_up_logging()
    # Waking threads for pictures as small as these costs more than they save.
    cv2.setNumThreads(1)
    settings = read_settings()
    address = settings.media_host, settings.media_port
    try:
        listening = socket.create_server(address, family=_family(address[0]))
    except OSError as error:
        raise SystemExit(f"Cannot listen on {address}: {error.strerror}.") from None
    uvloop.run(serve(settings, listening))


async def serve(settings: Settings, listening: socket.socket) -> None:
    """Until a signal comes; then streams move to other nodes first."""
    seam.verify()
    at_node(settings.node)
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        ports = _ports(settings, stack)
        ingest = Ingest(
            group,
            ports=ports,
            capacity=settings.media_capacity,
            limits=Limits(),
            now=time.monotonic,
        )
        clock = AnchoredClock()
        relay = _relay(settings, group, ingest, ports, clock, stack)
        secret = settings.secret.get_secret_value()
        endpoints = Endpoints(ingest, relay, secret=secret, now=clock.now)
        server = await _listen(settings, endpoints, listening, stack)
        glances = _glances(settings, ingest, stack)
        node, draining = _node(settings, ingest, glances, stack)
        tasks = [
            *([group.create_task(glances.run())] if glances else []),
            group.create_task(node.run()),
            group.create_task(ingest.sweep()),
            group.create_task(relay.sweep()),
            group.create_task(
                end_dawdlers(server, patience_s=RECEIVE_WITHIN_S, now=time.monotonic)
            ),
        ]
        await show_figures(settings, ingest, relay, ports, stack)
        log.info("listening", port=settings.media_port)
        await stopped.wait()
        await draining.run()
        for task in tasks:
            await end(task)
        relay.close()
        ingest.close()


async def _listen(
    settings: Settings,
    endpoints: Endpoints,
    listening: socket.socket,
    stack: AsyncExitStack,
) -> web.Server:
    runner = web.AppRunner(
        endpoints.application(settings.app_url),
        access_log=None,
        keepalive_timeout=KEEP_ALIVE_S,
        shutdown_timeout=STOP_WITHIN_S,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listening).start()
    assert runner.server is not None
    return runner.server


def _ports(settings: Settings, stack: AsyncExitStack) -> Ports:
    try:
        return stack.enter_context(open_ports(settings.place, time.monotonic))
    except ConnectionError as error:
        why = "is taken" if isinstance(error, NoPort) else f"does not open: {error}"
        raise SystemExit(
            f"SPOM_MEDIA_PORTS: the UDP port {settings.media_ports} {why}."
        ) from None


def _relay(
    settings: Settings,
    group: asyncio.TaskGroup,
    ingest: Ingest,
    ports: Ports,
    clock: AnchoredClock,
    stack: AsyncExitStack,
) -> Relay:
    redis = connect(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    return Relay(
        group,
        ingest,
        ViewLeases(redis),
        ports=ports,
        now=time.monotonic,
        wall_clock=clock.now,
    )


def _node(
    settings: Settings,
    ingest: Ingest,
    glances: Glances | None,
    stack: AsyncExitStack,
) -> tuple[Node, Draining]:
    redis = connect(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    patient = connect(settings.redis_url, patience_s=BLOCKING_PATIENCE_S)
    stack.push_async_callback(patient.aclose)
    pool = stack.enter_context(ThreadPoolExecutor(2, thread_name_prefix="decode"))
    node = Node(
        ingest,
        Capturer(pool, window_s=settings.capture_s, now=time.monotonic),
        name=settings.node,
        url=settings.media_url,
        redis=redis,
        patient_redis=patient,
    )
    if glances is not None:
        node.hurry = glances.hurry
    return node, Draining(
        ingest,
        node,
        MediaNodes(redis),
        name=settings.node,
        within_s=settings.media_drain_s,
    )


def _glances(
    settings: Settings, ingest: Ingest, stack: AsyncExitStack
) -> Glances | None:
    """Loads the models only where glances are wanted."""
    if not settings.glance_every_s:
        return None
    try:
        models = load_models(settings.pack)
    except PackError as error:
        raise SystemExit(str(error)) from None
    redis = connect(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    pool = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="glance"))
    return Glances(
        ingest=ingest,
        glimpser=Glimpser(models),
        pool=pool,
        redis=redis,
        now=time.monotonic,
        rhythm=Rhythm(every_s=settings.glance_every_s),
    )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


if __name__ == "__main__":
    main()
