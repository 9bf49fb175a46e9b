"""Shows the figures of a process to Prometheus, on an address of their own: not where
people come in, since they say how busy the house is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from app.adapters.faults import kind_of
from app.adapters.figures import LOOP_LAG, REQUESTS
from app.adapters.tasks import alongside
from app.kernel.refusals import Unavailable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BEAT_S = 0.5
READY_WITHIN_S = 2.0


class BadAddress(SystemExit):
    """What was set is no address, or taken."""


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost, so that answers to what failed are measured, too."""
    begun, status = monotonic(), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        if status != 101 and not request.headers.get("Upgrade"):
            known = (request.method, route_of(request), f"{status // 100}xx")
            REQUESTS.labels(*known).observe(monotonic() - begun)


def route_of(request: web.Request) -> str:
    """As the code writes it; one word for all addresses that lead nowhere."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "nowhere"


@asynccontextmanager
async def figures_at(
    address: str, ready: Callable[[], Awaitable[None]]
) -> AsyncIterator[int]:
    """While the block runs: `/metrics`, `/healthz` (the loop runs) and `/readyz` (work
    can be done: `ready` does not raise), at `host:port`; the port. Empty: nowhere.

    Raises BadAddress.
    """
    if not address:
        yield 0
        return
    host, port = _split(address)
    runner = web.AppRunner(_application(ready), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            said = f"SPOM_METRICS: cannot listen on {address}: {error.strerror}."
            raise BadAddress(said) from None
        async with alongside(_feel_the_pulse()):
            yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _application(ready: Callable[[], Awaitable[None]]) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(), headers=headers)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readiness(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await ready()
        except (Unavailable, OSError, TimeoutError) as error:
            because = error.__cause__ if type(error) is OSError else None
            said = {"status": "not ready", "why": kind_of(because or error)}
            return web.json_response(said, status=503)
        return web.json_response({"status": "ready"})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", health)
    app.router.add_get("/readyz", readiness)
    return app


async def _feel_the_pulse() -> None:
    while True:
        before = monotonic()
        await asyncio.sleep(BEAT_S)
        LOOP_LAG.observe(max(0.0, monotonic() - before - BEAT_S))


def _split(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None:
        raise BadAddress(
            f"SPOM_METRICS: {address!r} is no address; write 127.0.0.1:9464."
        )
    return host, port
