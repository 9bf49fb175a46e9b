"""The public page of what works just now."""

from aiohttp import web

from app.accounts.views.guard import STATUS_PATH
from app.accounts.views.kit import page
from app.operations.status.domain import Word
from app.operations.status.service import Status

STATUS = web.AppKey("status", Status)
TONES = {Word.WORKING: "good", Word.DELAYED: "wait", Word.DOWN: "bad"}


def routes() -> list[web.RouteDef]:
    return [web.get(STATUS_PATH, show_status)]


async def show_status(request: web.Request) -> web.StreamResponse:
    """What works just now, in words; 200 also while something does not."""
    report = await request.app[STATUS].report()
    return page(request, "status.html", report=report, tones=TONES)
