"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) over HTTP: offers in, answers out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Generic, Protocol, TypeVar

from aiohttp import web

from app.adapters.tickets import TicketInvalid, verify, verify_view
from app.kernel.refusals import Refusal
from media.ingest import Ingest, Stream
from media.problems import answers, problem, shared_with
from media.relay import Relay, View
from media.resources import Resource, Resources
from media.seam.description import OFFER_MAX

RECEIVE_WITHIN_S = 15
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"

R = TypeVar("R", bound=Resource)
Admit = Callable[[str], Awaitable[tuple[R, str]]]
"""Takes an offer; gives the resource and the answer."""


class SlowRequest(Refusal):
    """The request took too long to arrive."""


class Table(Protocol[R]):
    """Ingest or Relay: what holds the resources of one endpoint."""

    resources: Resources[R]

    def end(self, resource: R, /) -> None: ...


class Endpoint(Generic[R]):
    """Handlers below one path; `verified` takes a ticket, which is looked at before
    anything else that a stranger sends."""

    def __init__(
        self,
        path: str,
        table: Table[R],
        verified: Callable[[str], Admit[R]],
    ) -> None:
        self._path = path
        self._table = table
        self._verified = verified

    def routes(self) -> list[web.RouteDef]:
        one = f"{self._path}/{{resource}}"
        return [
            web.post(self._path, self.begin),
            web.options(self._path, self.describe),
            web.options(one, self.describe),
            web.patch(one, self.change),
            web.delete(one, self.end),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        if request.content_type != SDP:
            return problem(415, "not_sdp", f"Send {SDP}.", Accept_Post=SDP)
        admit = self._verified(_bearer(request))
        resource, answer = await admit(await _text(request))
        return web.Response(
            status=201,
            text=answer,
            content_type=SDP,
            headers={"Location": f"{self._path}/{resource.name}", **_tag(resource)},
        )

    async def change(self, request: web.Request) -> web.Response:
        """A trickled candidate, or an ICE restart."""
        if request.content_type != FRAGMENT:
            return problem(415, "not_a_fragment", f"Send {FRAGMENT}.")
        matching = request.headers.get("If-Match")
        if matching is None:
            return problem(428, "if_match_needed", "Say which ETag, or *.")
        resource, answer = await self._table.resources.patch(
            _name(request), await _text(request), matching.strip().strip('"')
        )
        if answer is None:
            return web.Response(status=204)
        return web.Response(text=answer, content_type=FRAGMENT, headers=_tag(resource))

    async def end(self, request: web.Request) -> web.Response:
        self._table.end(self._table.resources.find(_name(request)))
        return web.Response()

    async def describe(self, request: web.Request) -> web.Response:
        headers = {"Accept-Post": SDP, "Accept-Patch": FRAGMENT}
        return web.Response(status=204, headers=headers)


class Endpoints:
    """Both endpoints of one node; `now` tells when tickets expire."""

    def __init__(
        self, ingest: Ingest, relay: Relay, *, secret: str, now: Callable[[], datetime]
    ) -> None:
        self._ingest = ingest
        self._relay = relay
        self._secret = secret
        self._now = now

    def application(self, app_url: str) -> web.Application:
        """`app_url` is the one origin whose pages may call us."""
        app = web.Application(
            middlewares=[shared_with(app_url.rstrip("/")), answers],
            client_max_size=OFFER_MAX,
        )
        app.add_routes(Endpoint("/whip", self._ingest, self._stream).routes())
        app.add_routes(Endpoint("/whep", self._relay, self._view).routes())
        app.router.add_get("/healthz", self.health)
        return app

    async def health(self, request: web.Request) -> web.Response:
        streams = {"streams": len(self._ingest), "capacity": self._ingest.capacity}
        views = {"views": len(self._relay)}
        return web.json_response({"status": "ok", **streams, **views})

    def _stream(self, ticket: str) -> Admit[Stream]:
        return partial(self._ingest.admit, verify(ticket, self._secret, self._now()))

    def _view(self, ticket: str) -> Admit[View]:
        wanted = verify_view(ticket, self._secret, self._now())
        return partial(self._relay.admit, wanted)


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TicketInvalid
    return token.strip()


def _name(request: web.Request) -> str:
    """Unguessable, so that knowing it is permission: tickets live only a minute."""
    return request.match_info["resource"]


def _tag(resource: Resource) -> dict[str, str]:
    return {"ETag": f'"{resource.etag}"'}


async def _text(request: web.Request) -> str:
    """Raises SlowRequest, or aiohttp's 413."""
    try:
        async with asyncio.timeout(RECEIVE_WITHIN_S):
            return (await request.read()).decode(errors="replace")
    except TimeoutError:
        raise SlowRequest from None
