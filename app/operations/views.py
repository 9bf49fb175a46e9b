"""Whether this process is well."""

from aiohttp import web

from app.adapters.db import Database

DATABASE = web.AppKey("database", Database)


def routes() -> list[web.RouteDef]:
    return [web.get("/healthz", healthz)]


async def is_well(app: web.Application) -> None:
    """Raises DatabaseAway."""
    async with app[DATABASE].connection() as connection:
        await connection.fetchval("SELECT 1")


async def healthz(request: web.Request) -> web.StreamResponse:
    """200 when the database answers, else 503 with a problem body."""
    await is_well(request.app)
    return web.json_response({"status": "ok"})
