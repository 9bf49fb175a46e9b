"""The OpenAPI document of this very application."""

from aiohttp import web

from app.adapters.http import SITE
from app.adapters.openapi import document


def routes() -> list[web.RouteDef]:
    return [web.get("/openapi.json", show)]


async def show(request: web.Request) -> web.StreamResponse:
    """What can be asked of this site, for programs."""
    site = request.app[SITE]
    return web.json_response(document(request.app.router, site.url))
