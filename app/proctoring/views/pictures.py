"""Comparing by a person: the picture beside the profile photo, one at a time."""

from uuid import UUID

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.service.photos import Photos
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.ids import LookId
from app.kernel.refusals import Refusal
from app.proctoring.domain.words import Verdict
from app.proctoring.service.pictures import ANSWERS, NoSuchPicture, Pictures

PICTURES = web.AppKey("pictures", Pictures)
PHOTOS = web.AppKey("photos", Photos)
PICTURES_PATH = "/wall/pictures"


class UnknownAnswer(Refusal):
    """Say whether it is the same person, another one, nobody, or that you cannot
    tell."""


class Answer(Body):
    verdict: Verdict


def routes() -> list[web.RouteDef]:
    return [
        web.get(PICTURES_PATH, show_next),
        web.get(f"{PICTURES_PATH}/{{look}}/sample", show_sample),
        web.get(f"{PICTURES_PATH}/{{look}}/reference", show_reference),
        web.post(f"{PICTURES_PATH}/{{look}}", compare),
    ]


@for_role(Role.PROCTOR)
async def show_next(request: web.Request, who: Identity) -> web.StreamResponse:
    """The oldest picture that waits for a person."""
    return await pictures_page(request, who)


async def pictures_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    waiting = await request.app[PICTURES].next()
    return page(request, "pictures.html", refusal, waiting=waiting)


@for_role(Role.PROCTOR)
async def show_sample(request: web.Request, who: Identity) -> web.StreamResponse:
    """The captured picture; the trail has who looked."""
    jpeg = await request.app[PICTURES].picture(who.account, _look(request))
    return web.Response(body=jpeg, content_type="image/jpeg")


@for_role(Role.PROCTOR)
async def show_reference(request: web.Request, who: Identity) -> web.StreamResponse:
    """The profile photo of the student whose picture waits."""
    account = await request.app[PICTURES].account_of(who.account, _look(request))
    jpeg = await request.app[PHOTOS].photo(account)
    if jpeg is None:
        raise NoSuchPicture
    return web.Response(body=jpeg, content_type="image/jpeg")


@for_role(Role.PROCTOR)
@takes(form=Answer)
@form_for(pictures_page)
async def compare(request: web.Request, who: Identity) -> web.StreamResponse:
    """What the person sees; on to the next picture."""
    form = await read_form(request, Answer)
    if form.verdict not in ANSWERS:
        raise UnknownAnswer
    await request.app[PICTURES].compare(who.account, _look(request), form.verdict)
    return see_other(PICTURES_PATH)


def _look(request: web.Request) -> LookId:
    try:
        return LookId(UUID(request.match_info["look"]))
    except ValueError as error:
        raise NoSuchPicture from error
