"""The outbox page of a development machine: what would have been sent."""

import re

from aiohttp import web

from app.accounts.views.guard import page_context
from app.adapters.db import Database
from app.adapters.http import SITE
from app.adapters.outbox import Outbox
from app.adapters.outbox.outbox import Shown
from app.operations.views import DATABASE

OUTBOX = web.AppKey("outbox", Outbox)
CODE = re.compile(r"\b\d{6}\b")


def routes() -> list[web.RouteDef]:
    """Only for development: whoever opens these pages can log in as anybody."""
    return [web.get("/outbox", show), web.get("/outbox.json", as_json)]


async def show(request: web.Request) -> web.StreamResponse:
    """Newest first; codes large, links of ours to click."""
    site = request.app[SITE]
    context = {
        **page_context(request),
        "letters": [_for_page(it, site.url) for it in await _read(request)],
    }
    return site.page("outbox.html", context)


async def as_json(request: web.Request) -> web.StreamResponse:
    """`?to=` an address or number: what was sent there, for scripts and tests."""
    to = request.query.get("to")
    found = [
        {"channel": it.letter.channel, "kind": it.letter.kind, "text": it.letter.text}
        for it in await _read(request)
        if to is None or it.letter.to == to
    ]
    return web.json_response({"letters": found})


async def _read(request: web.Request) -> list[Shown]:
    database: Database = request.app[DATABASE]
    async with database.connection() as tx:
        return await request.app[OUTBOX].shown(tx)


def _for_page(shown: Shown, url: str) -> dict[str, object]:
    letter = shown.letter
    code = CODE.search(letter.text) if letter.kind == "code" else None
    parts = re.split(rf"({re.escape(url)}/\S+)", letter.text)
    return {
        "channel": {"sms": "SMS", "email": "E-mail"}[letter.channel],
        "to": letter.to,
        "kind": letter.kind.replace("_", " "),
        "subject": letter.subject if letter.channel == "email" else "",
        "code": code[0] if code else None,
        "parts": [(part, part.startswith(f"{url}/")) for part in parts if part],
        "at": shown.posted_at,
        "state": shown.state,
    }
