"""Windows on every page, the page of a closed portal, and where admins plan them."""

from datetime import timedelta
from uuid import UUID, uuid4

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, WINDOWS_SHOWN, for_role, page_context
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import SITE, Handler, see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal
from app.portals.domain import NAMES, Portal, Window, moment
from app.portals.service import NoSuchWindow, Portals

PORTALS = web.AppKey("portals", Portals)
WINDOWS_PATH = "/staff/windows"
LEARNING_PAGES = "/study/"


class WindowForm(Body):
    """Days and times in the admin's own zone; without times, whole days."""

    portal: Portal
    from_day: str = Field(max_length=FIELD_MAX)
    from_time: str = Field("", max_length=FIELD_MAX)
    till_day: str = Field(max_length=FIELD_MAX)
    till_time: str = Field("", max_length=FIELD_MAX)
    reason: str = Field(max_length=FIELD_MAX)
    ahead_days: int = Field(7, ge=0, le=90)


def routes() -> list[web.RouteDef]:
    return [
        web.get(WINDOWS_PATH, show_windows),
        web.post(WINDOWS_PATH, make),
        web.post(f"{WINDOWS_PATH}/{{window}}/end", end),
    ]


@web.middleware
async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What is announced stands on every page; a closed portal has a page of its own."""
    if "text/html" in request.headers.get("Accept", ""):
        portals = request.app[PORTALS]
        request[WINDOWS_SHOWN] = [shown(it) for it in await portals.announced()]
        if request.path.startswith(LEARNING_PAGES):
            window = await portals.closed(Portal.LEARNING)
            if window is not None:
                return _closed_page(request, window)
    return await handler(request)


def shown(it: Window) -> dict[str, str]:
    """A window as pages and sockets tell of it."""
    return {
        "name": NAMES[it.portal],
        "portal": it.portal,
        "closed_from": it.closed_from.isoformat(),
        "closed_till": it.closed_till.isoformat(),
        "reason": it.reason,
    }


def _closed_page(request: web.Request, window: Window) -> web.StreamResponse:
    context = {"window": shown(window), **page_context(request)}
    response = request.app[SITE].page("closed.html", context, status=503)
    left = window.closed_till - request.app[CLOCK].now()
    response.headers["Retry-After"] = str(max(1, int(left.total_seconds())))
    return response


@for_role(Role.ADMIN)
async def show_windows(request: web.Request, who: Identity) -> web.StreamResponse:
    """When the portals are closed, now and later."""
    return await windows_page(request, who)


async def windows_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    windows = await request.app[PORTALS].windows(fresh=True)
    return page(request, "staff/windows.html", refusal, planned=windows, names=NAMES)


@for_role(Role.ADMIN, proved=True)
@takes(form=WindowForm)
@form_for(windows_page)
async def make(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, WindowForm)
    closed_from = moment(form.from_day, form.from_time, who.time_zone)
    window = Window(
        window=uuid4(),
        portal=form.portal,
        closed_from=closed_from,
        closed_till=moment(form.till_day, form.till_time, who.time_zone, end=True),
        announced_from=closed_from - timedelta(days=form.ahead_days),
        reason=" ".join(form.reason.split()),
    )
    await request.app[PORTALS].make(who.account, window)
    return see_other(f"{WINDOWS_PATH}?said=done")


@for_role(Role.ADMIN, proved=True)
async def end(request: web.Request, who: Identity) -> web.StreamResponse:
    try:
        window = UUID(request.match_info["window"])
    except ValueError as error:
        raise NoSuchWindow from error
    await request.app[PORTALS].end(who.account, window)
    return see_other(f"{WINDOWS_PATH}?said=done")
