"""Ends HTTP connections that hold a place and say nothing.

aiohttp 3.14 waits for ever for half-sent headers: measured, still open after 75 s.
"""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

LOOK_EVERY_S = 3


async def end_dawdlers(
    server: web.Server, *, patience_s: float, now: Callable[[], float]
) -> None:
    """Closes connections with no request under way for `patience_s`; until cancelled.

    One whose request is being handled is left alone: reading a body has its own limit.
    """
    idle_since: WeakKeyDictionary[RequestHandler, float] = WeakKeyDictionary()
    while True:
        for connection in server.connections:
            # Its only sign of a request under way, as of aiohttp 3.14.
            if connection._current_request is not None:
                idle_since[connection] = now()
            elif now() - idle_since.setdefault(connection, now()) > patience_s:
                connection.force_close()
        await asyncio.sleep(min(LOOK_EVERY_S, patience_s))
