"""WHIP (RFC 9725) over HTTP: offers in, answers out."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from app.adapters.tickets import TicketInvalid, verify
from app.kernel.refusals import Refusal
from media.ingest import Ingest, Stream
from media.problems import answers, problem, shared_with
from media.seam.description import OFFER_MAX

RECEIVE_WITHIN_S = 15
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


class SlowRequest(Refusal):
    """The request took too long to arrive."""


class Whip:
    """Handlers for one ingest; `now` tells when tickets expire."""

    def __init__(
        self, ingest: Ingest, *, secret: str, now: Callable[[], datetime]
    ) -> None:
        self._ingest = ingest
        self._secret = secret
        self._now = now

    def application(self, app_url: str) -> web.Application:
        """`app_url` is the one origin whose pages may call us."""
        app = web.Application(
            middlewares=[shared_with(app_url.rstrip("/")), answers],
            client_max_size=OFFER_MAX,
        )
        app.router.add_post("/whip", self.begin)
        app.router.add_options("/whip", self.describe)
        app.router.add_options("/whip/{resource}", self.describe)
        app.router.add_patch("/whip/{resource}", self.change)
        app.router.add_delete("/whip/{resource}", self.end)
        app.router.add_get("/healthz", self.health)
        return app

    async def begin(self, request: web.Request) -> web.Response:
        if request.content_type != SDP:
            return problem(415, "not_sdp", f"Send {SDP}.", Accept_Post=SDP)
        ticket = verify(_bearer(request), self._secret, self._now())
        stream, answer = await self._ingest.admit(ticket, await _text(request))
        return web.Response(
            status=201,
            text=answer,
            content_type=SDP,
            headers={"Location": f"/whip/{stream.resource}", **_tag(stream)},
        )

    async def change(self, request: web.Request) -> web.Response:
        """A trickled candidate, or an ICE restart."""
        if request.content_type != FRAGMENT:
            return problem(415, "not_a_fragment", f"Send {FRAGMENT}.")
        matching = request.headers.get("If-Match")
        if matching is None:
            return problem(428, "if_match_needed", "Say which ETag, or *.")
        stream, answer = await self._ingest.patch(
            _resource(request), await _text(request), matching.strip().strip('"')
        )
        if answer is None:
            return web.Response(status=204)
        return web.Response(text=answer, content_type=FRAGMENT, headers=_tag(stream))

    async def end(self, request: web.Request) -> web.Response:
        self._ingest.end(_resource(request))
        return web.Response()

    async def describe(self, request: web.Request) -> web.Response:
        headers = {"Accept-Post": SDP, "Accept-Patch": FRAGMENT}
        return web.Response(status=204, headers=headers)

    async def health(self, request: web.Request) -> web.Response:
        streams = {"streams": len(self._ingest), "capacity": self._ingest.capacity}
        return web.json_response({"status": "ok", **streams})


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TicketInvalid
    return token.strip()


def _resource(request: web.Request) -> str:
    """Unguessable, so that knowing it is permission: tickets live only a minute."""
    return request.match_info["resource"]


def _tag(stream: Stream) -> dict[str, str]:
    return {"ETag": f'"{stream.etag}"'}


async def _text(request: web.Request) -> str:
    """Raises SlowRequest, or aiohttp's 413."""
    try:
        async with asyncio.timeout(RECEIVE_WITHIN_S):
            return (await request.read()).decode(errors="replace")
    except TimeoutError:
        raise SlowRequest from None
