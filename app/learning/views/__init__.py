"""Learning over HTTP: dashboard, topics and their files, electives, notes."""

from aiohttp import web

from app.learning.views import dashboard, progress, topics


def routes() -> list[web.RouteDef]:
    return [*dashboard.routes(), *topics.routes(), *progress.routes()]
