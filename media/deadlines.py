"""Ends HTTP connections that hold a place and say nothing.

aiohttp 3.14 waits for ever for half-sent headers: measured, still open after 75 s.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

LOOK_EVERY_S = 3


async def end_dawdlers(
    server: web.Server, *, patience_s: float, now: Callable[[], float]
) -> None:
    """Closes connections with no request under way for `patience_s`; until cancelled.

    One whose request is being handled is left alone: reading a body has its own limit.
    """
    idle_since: dict[RequestHandler, float] = {}
    while True:
        # `_current_request` is the only sign of a request under way (aiohttp 3.14).
        idle_since = {
            connection: idle_since.get(connection, now())
            for connection in server.connections
            if connection._current_request is None
        }
        for connection, since in idle_since.items():
            if now() - since > patience_s:
                connection.force_close()
        await asyncio.sleep(min(LOOK_EVERY_S, patience_s))
