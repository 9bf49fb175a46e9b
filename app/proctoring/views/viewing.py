"""Proctors who look live: opening a view, renewing it while it is shown, ending it."""

from uuid import UUID

from aiohttp import web
from pydantic import Field
from redis.asyncio import Redis

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.adapters.audit import Trail
from app.adapters.bodies import Body, read_json
from app.adapters.http import SITE, Site
from app.adapters.openapi import takes
from app.adapters.tickets import sign_view
from app.adapters.view_leases import ViewLeases
from app.kernel.ids import ViewId
from app.kernel.tickets import TICKET_LIFE, ViewTicket
from app.proctoring.domain.viewing import LASTS, NoSuchView
from app.proctoring.service.desk import Desk
from app.proctoring.service.viewing import Opened, Viewing
from app.proctoring.views.api import sitting_in
from app.proctoring.views.opening import NODES

VIEWING = web.AppKey("viewing", Viewing)


class Why(Body):
    """Why this proctor looks live: for the trail."""

    reason: str = Field(max_length=2000)


def wire(app: web.Application, desk: Desk, trail: Trail, redis: Redis) -> None:
    app[VIEWING] = Viewing(desk, trail, app[NODES], ViewLeases(redis))


def routes() -> list[web.RouteDef]:
    view = "/api/wall/{id}/view"
    return [
        web.post(view, open_view),
        web.post(f"{view}/{{view}}/renew", renew),
        web.post(f"{view}/{{view}}/end", end),
    ]


@for_role(Role.PROCTOR)
@takes(body=Why)
async def open_view(request: web.Request, who: Identity) -> web.StreamResponse:
    """Looks live at a student, who is told: where the video is, and the ticket."""
    body = await read_json(request, Why)
    opened = await request.app[VIEWING].open(
        who.account, sitting_in(request), body.reason
    )
    return web.json_response(_shown(opened, request.app[SITE]))


@for_role(Role.PROCTOR)
async def renew(request: web.Request, who: Identity) -> web.StreamResponse:
    """The page is still open: every few seconds, else the view ends."""
    await request.app[VIEWING].renew(who.account, _view_in(request))
    return web.Response(status=204)


@for_role(Role.PROCTOR)
async def end(request: web.Request, who: Identity) -> web.StreamResponse:
    """Looks no longer; the student is told."""
    await request.app[VIEWING].end(who.account, _view_in(request))
    return web.Response(status=204)


def _shown(opened: Opened, site: Site) -> dict[str, object]:
    view = opened.view
    ticket = ViewTicket(
        view=view.view,
        sitting=view.sitting,
        epoch=view.epoch,
        expires_at=view.opened_at + TICKET_LIFE,
        until=view.until,
    )
    return {
        "view": str(view.view),
        "whep": f"{opened.node.url}/whep",
        "ticket": sign_view(ticket, site.secret),
        "ice_servers": site.turn.ice_servers(view.view, view.opened_at, LASTS),
        "lasts_s": LASTS.total_seconds(),
    }


def _view_in(request: web.Request) -> ViewId:
    try:
        return ViewId(UUID(request.match_info["view"]))
    except ValueError as error:
        raise NoSuchView from error
