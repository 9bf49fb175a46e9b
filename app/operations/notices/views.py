"""Notices on every page, and the page where admins make them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, NOTICES_SHOWN, WHO, for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import Handler, see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal
from app.operations.notices.domain import Audience, BadNotice, Notice, Tone
from app.operations.notices.service import NoSuchNotice, Notices

NOTICES = web.AppKey("notices", Notices)
NOTICES_PATH = "/staff/notices"


class NoticeForm(Body):
    """`begins` and `ends` as the browser's datetime-local gives them, in the admin's
    own time zone; no beginning means now."""

    text: str = Field(max_length=FIELD_MAX)
    tone: Tone
    audience: Audience
    begins: str = Field("", max_length=40)
    ends: str = Field(max_length=40)


def routes() -> list[web.RouteDef]:
    return [
        web.get(NOTICES_PATH, show_notices),
        web.post(NOTICES_PATH, make),
        web.post(f"{NOTICES_PATH}/{{notice}}/end", end),
    ]


@web.middleware
async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
    """After `identify`: what this person's pages show on top."""
    if "text/html" in request.headers.get("Accept", ""):
        audiences = {Audience.EVERYBODY}
        if who := request.get(WHO):
            student = who.role is Role.STUDENT
            audiences.add(Audience.STUDENTS if student else Audience.STAFF)
        request[NOTICES_SHOWN] = await request.app[NOTICES].current(audiences)
    return await handler(request)


@for_role(Role.ADMIN)
async def show_notices(request: web.Request, who: Identity) -> web.StreamResponse:
    """Those that are shown now or will be."""
    return await notices_page(request, who)


async def notices_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    now = request.app[CLOCK].now().astimezone(ZoneInfo(who.time_zone))
    return page(
        request,
        "staff/notices.html",
        refusal,
        open_notices=await request.app[NOTICES].open(),
        tomorrow=f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}",
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=NoticeForm)
@form_for(notices_page)
async def make(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, NoticeForm)
    now = request.app[CLOCK].now()
    notice = Notice(
        notice=uuid4(),
        text=form.text,
        tone=form.tone,
        audience=form.audience,
        shown_from=_moment(form.begins, who) if form.begins else now,
        shown_till=_moment(form.ends, who),
    )
    await request.app[NOTICES].make(who.account, notice)
    return see_other(f"{NOTICES_PATH}?said=done")


@for_role(Role.ADMIN, proved=True)
async def end(request: web.Request, who: Identity) -> web.StreamResponse:
    try:
        notice = UUID(request.match_info["notice"])
    except ValueError as error:
        raise NoSuchNotice from error
    await request.app[NOTICES].end(who.account, notice)
    return see_other(f"{NOTICES_PATH}?said=done")


def _moment(text: str, who: Identity) -> datetime:
    try:
        there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(who.time_zone))
        return there.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadNotice from error
