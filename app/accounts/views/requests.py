"""Registering, asking for a new photo, and the queue in which people decide."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.domain.photos import PHOTO_MAX, PhotoUnusable
from app.accounts.service.requests import NewRegistration, NoSuchRequest
from app.accounts.views.account import ACCOUNT_PATH, account_page
from app.accounts.views.guard import for_everybody, for_role
from app.accounts.views.kit import browser_of, page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import (
    CAPTURES,
    HELPERS,
    REQUESTS,
    account_in,
    request_in,
)
from app.accounts.views.steps import form_for
from app.adapters.bodies import BadBody, Body, read_fields, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.findings import Ask
from app.kernel.refusals import Refusal

QUEUE_PATH = "/staff/requests"


class ApproveForm(Body):
    srn: str = Field(max_length=FIELD_MAX)


class RefuseForm(Body):
    reason: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    one = f"{QUEUE_PATH}/{{request}}"
    return [
        web.get("/register", show_register),
        web.post("/register", register),
        web.get("/register/done", show_registered),
        web.get("/account/photo", own_photo),
        web.post("/account/photo", ask_photo),
        web.get(QUEUE_PATH, show_queue),
        web.get(f"{one}/photo", see_photo),
        web.get("/staff/people/{account}/photo", see_profile_photo),
        web.post(f"{one}/approve", approve),
        web.post(f"{one}/refuse", refuse),
        web.post(f"{one}/photo/approve", approve_photo),
        web.post(f"{one}/photo/refuse", refuse_photo),
        web.get(f"{one}/captures/{{ask}}", see_capture),
        web.post(f"{one}/captures/approve", approve_captures),
        web.post(f"{one}/captures/refuse", refuse_captures),
    ]


async def show_register(request: web.Request) -> web.StreamResponse:
    """For students whom no roster knows."""
    return page(request, "register/form.html", given={})


@takes(files=("name", "srn", "email", "mobile", "photo"))
async def register(request: web.Request) -> web.StreamResponse:
    """The same answer for everybody."""
    given: dict[str, str] = {}
    try:
        given, photo = await _fields(request)
        new = NewRegistration(
            name=given.get("name", ""),
            srn=given.get("srn", ""),
            email=given.get("email", ""),
            mobile=given.get("mobile", ""),
            photo=photo,
        )
        await request.app[REQUESTS].register(new, browser_of(request))
    except Refusal as refusal:
        return page(request, "register/form.html", refusal, given=given)
    return see_other("/register/done")


async def show_registered(request: web.Request) -> web.StreamResponse:
    """Thanks, and what happens next."""
    return page(request, "register/done.html")


async def _fields(request: web.Request) -> tuple[dict[str, str], bytes]:
    """The short fields of a form with one picture. Raises BadBody, PhotoUnusable."""
    form = await read_fields(request)
    photo = form.get("photo")
    if not isinstance(photo, web.FileField):
        raise PhotoUnusable
    fields = {name: it for name, it in form.items() if isinstance(it, str)}
    if any(len(text) > FIELD_MAX for text in fields.values()):
        raise BadBody("A field is too long.")
    return fields, photo.file.read(PHOTO_MAX + 1)


@for_everybody()
async def own_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    """One's own profile photo."""
    return _jpeg(await request.app[REQUESTS].see_profile_photo(who, who.account))


@for_role(Role.STUDENT)
@takes(files=("photo",))
async def ask_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    """A new one waits until a person has looked at it."""
    try:
        _, photo = await _fields(request)
        await request.app[REQUESTS].ask_photo(who, photo)
    except Refusal as refusal:
        return await account_page(request, who, refusal)
    return see_other(f"{ACCOUNT_PATH}?said=asked")


@for_role(*HELPERS)
async def show_queue(request: web.Request, who: Identity) -> web.StreamResponse:
    """Registrations and new photos, the oldest first."""
    return await queue_page(request, who)


async def queue_page(
    request: web.Request, _: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    people, photos = await request.app[REQUESTS].waiting()
    captures = await request.app[CAPTURES].waiting()
    waiting = {"people": people, "photos": photos, "captures": captures}
    return page(request, "staff/requests.html", refusal, **waiting)


@for_role(*HELPERS)
async def see_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    """Who looks at a face is written down first."""
    return _jpeg(await request.app[REQUESTS].see_photo(who, request_in(request)))


@for_role(*HELPERS)
async def see_profile_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    """Who looks at a face is written down first."""
    jpeg = await request.app[REQUESTS].see_profile_photo(who, account_in(request))
    return _jpeg(jpeg)


@for_role(*HELPERS, proved=True)
@takes(form=ApproveForm)
@form_for(queue_page)
async def approve(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, ApproveForm)
    await request.app[REQUESTS].approve_registration(who, request_in(request), form.srn)
    return see_other(f"{QUEUE_PATH}?said=done")


@for_role(*HELPERS, proved=True)
@takes(form=RefuseForm)
@form_for(queue_page)
async def refuse(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, RefuseForm)
    await request.app[REQUESTS].refuse_registration(
        who, request_in(request), form.reason
    )
    return see_other(f"{QUEUE_PATH}?said=done")


@for_role(*HELPERS, proved=True)
@form_for(queue_page)
async def approve_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[REQUESTS].decide_photo(who, request_in(request), refuse_for=None)
    return see_other(f"{QUEUE_PATH}?said=done")


@for_role(*HELPERS, proved=True)
@takes(form=RefuseForm)
@form_for(queue_page)
async def refuse_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, RefuseForm)
    await request.app[REQUESTS].decide_photo(
        who, request_in(request), refuse_for=form.reason
    )
    return see_other(f"{QUEUE_PATH}?said=done")


@for_role(*HELPERS)
async def see_capture(request: web.Request, who: Identity) -> web.StreamResponse:
    """A picture of a device check; who looks at a face is written down first."""
    try:
        ask = Ask(request.match_info["ask"])
    except ValueError as error:
        raise NoSuchRequest from error
    captures = request.app[CAPTURES]
    return _jpeg(await captures.see(who, request_in(request), ask))


@for_role(*HELPERS, proved=True)
@form_for(queue_page)
async def approve_captures(request: web.Request, who: Identity) -> web.StreamResponse:
    """They become part of the student's template."""
    await request.app[CAPTURES].approve(who, request_in(request))
    return see_other(f"{QUEUE_PATH}?said=done")


@for_role(*HELPERS, proved=True)
@takes(form=RefuseForm)
@form_for(queue_page)
async def refuse_captures(request: web.Request, who: Identity) -> web.StreamResponse:
    """They are deleted; the profile photo alone goes on to serve."""
    form = await read_form(request, RefuseForm)
    await request.app[CAPTURES].refuse(who, request_in(request), form.reason)
    return see_other(f"{QUEUE_PATH}?said=done")


def _jpeg(jpeg: bytes) -> web.Response:
    return web.Response(body=jpeg, content_type="image/jpeg")
