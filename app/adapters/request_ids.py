"""A number for every request, made by us: in each line of its log, and in the answer
to what was refused. What a client sends as one is not looked at."""

import secrets
from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web

from app.adapters.logs import about

OF_SITTINGS = ("/api/sittings/{id}", "/api/wall/{id}")
NUMBER = web.RequestKey("number", str)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def numbered(request: web.Request, handler: Handler) -> web.StreamResponse:
    number = request[NUMBER] = secrets.token_hex(4)
    with about(request=number, **_sitting(request)):
        return await handler(request)


def _sitting(request: web.Request) -> dict[str, UUID]:
    """Of the address, if it is about one; what is no id is not written down."""
    resource = request.match_info.route.resource
    if resource is None or not resource.canonical.startswith(OF_SITTINGS):
        return {}
    try:
        return {"sitting": UUID(request.match_info["id"])}
    except ValueError:
        return {}
