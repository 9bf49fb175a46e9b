"""The wall: its page, and what proctors do to one sitting."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role, page_context
from app.adapters.bodies import Body, read_json
from app.adapters.db import Row
from app.adapters.http import SITE, Handler
from app.adapters.openapi import takes
from app.kernel.ids import AccountId, SittingId
from app.proctoring.service.proctors import NoSuchMessage, Proctors
from app.proctoring.views.api import sitting_in

PROCTORS = web.AppKey("proctors", Proctors)
Act = Callable[[Proctors, AccountId, SittingId], Awaitable[None]]


class Message(Body):
    """What the student reads at once."""

    words: str = Field(max_length=2000)


class End(Body):
    """Why the sitting is ended: for the trail."""

    reason: str = Field(max_length=2000)


def routes() -> list[web.RouteDef]:
    one = "/api/wall/{id}"
    acts = {
        "check": Proctors.check,
        "pause": Proctors.pause,
        "resume": Proctors.resume,
    }
    return [
        web.get("/wall", show_wall),
        *(web.post(f"{one}/{word}", _act(act)) for word, act in acts.items()),
        web.post(f"{one}/end", end),
        web.post(f"{one}/message", say),
        web.get(f"{one}/timeline", show_timeline),
        web.post("/api/messages/{message}/read", read),
    ]


@for_role(Role.PROCTOR)
async def show_wall(request: web.Request, _: Identity) -> web.StreamResponse:
    """Every open sitting, those that need a person first."""
    return request.app[SITE].page("wall.html", page_context(request))


def _act(act: Act) -> Handler:
    @for_role(Role.PROCTOR)
    async def handle(request: web.Request, who: Identity) -> web.StreamResponse:
        await act(request.app[PROCTORS], who.account, sitting_in(request))
        return web.Response(status=204)

    return handle


@for_role(Role.PROCTOR)
@takes(body=End)
async def end(request: web.Request, who: Identity) -> web.StreamResponse:
    """Ends the sitting; confirmed time is kept."""
    body = await read_json(request, End)
    await request.app[PROCTORS].end(who.account, sitting_in(request), body.reason)
    return web.Response(status=204)


@for_role(Role.PROCTOR)
@takes(body=Message)
async def say(request: web.Request, who: Identity) -> web.StreamResponse:
    """A message on the student's study page."""
    body = await read_json(request, Message)
    await request.app[PROCTORS].say(who.account, sitting_in(request), body.words)
    return web.Response(status=204)


@for_role(Role.STUDENT)
async def read(request: web.Request, who: Identity) -> web.StreamResponse:
    """The student has read a message."""
    try:
        message = UUID(request.match_info["message"])
    except ValueError as error:
        raise NoSuchMessage from error
    await request.app[PROCTORS].read(who.account, message)
    return web.Response(status=204)


@for_role(Role.PROCTOR)
async def show_timeline(request: web.Request, _: Identity) -> web.StreamResponse:
    """What happened in a sitting, the newest last: looks, time, messages, acts,
    and what a test's browser told."""
    sitting = sitting_in(request)
    found, messages, acts, told = await request.app[PROCTORS].timeline(sitting)
    lines = [
        *(_line(row["at"], row["what"], row["word"], row["detail"]) for row in found),
        *(
            _line(row["sent_at"], "message", row["words"], _seen(row))
            for row in messages
        ),
        *(_line(row["at"], "act", row["what"], _by(row)) for row in acts),
        *(_line(it.at, "event", it.kind, None) for it in told),
    ]
    return web.json_response({"lines": sorted(lines, key=lambda it: str(it["at"]))})


def _line(
    at: object, what: str, word: str | None, detail: str | None
) -> dict[str, object]:
    return {
        "at": str(at).replace(" ", "T"),
        "what": what,
        "word": word,
        "detail": detail,
    }


def _seen(row: Row) -> str:
    return "read" if row["read_at"] else "not read yet"


def _by(row: Row) -> str:
    why = json.loads(row["details"]).get("why")
    return f"{row['name']}: {why}" if why else str(row["name"])
