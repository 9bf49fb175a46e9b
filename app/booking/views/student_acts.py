"""What students do with seats, by forms: hold, pay, cancel, wait in line.

Every form brings a key that the server made: sent twice, it is done once.
"""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role, page_context
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import SITE, see_other
from app.adapters.http_headers import FORMS_TO
from app.adapters.openapi import takes
from app.booking.domain.words import Wish
from app.booking.service.told import seat_path
from app.booking.views.kit import (
    TESTS_PATH,
    WORD_MAX,
    ChooseForm,
    KeyForm,
    acting,
    choosing,
    given_in,
    seat_in,
    slot_in,
)
from app.booking.views.payment_keys import PAYING, PROVIDER
from app.booking.views.student_book import book_page
from app.booking.views.student_seat import seat_page
from app.booking.views.student_tests import mine_page
from app.booking.views.wiring import CHANGING, LINES, SEATS
from app.kernel.ids import ModuleCode, SlotId
from app.kernel.refusals import Refusal


class CancelForm(KeyForm):
    sure: bool = Field(False)


class SeenForm(Body):
    """`version`: of the seat on the page that was seen. `back`: 'tests' where it was
    seen there."""

    version: str = Field("", max_length=WORD_MAX)
    back: str = Field("", max_length=5)


def routes() -> list[web.RouteDef]:
    seat = "/tests/seats/{seat}"
    return [
        web.post("/tests/hold", hold),
        web.post("/tests/lines/{slot}/join", join),
        web.post("/tests/lines/{slot}/leave", leave),
        web.post(f"{seat}/take", take),
        web.post(f"{seat}/release", release),
        web.post(f"{seat}/pay", pay),
        web.post(f"{seat}/cancel", cancel),
        web.post(f"{seat}/seen", seen),
    ]


async def again(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    """The page where the seat was chosen, as it was asked for."""
    module = (await given_in(request)).get("module", "")
    return await book_page(request, who, module, refusal)


@for_role(Role.STUDENT)
@takes(form=ChooseForm)
@form_for(again)
async def hold(request: web.Request, who: Identity) -> web.StreamResponse:
    """Holds a seat for some minutes, to be paid."""
    await choosing(request, who)
    form = await read_form(request, ChooseForm)
    seat = await request.app[SEATS].hold(who.account, form.key, wish_of(form))
    return see_other(seat_path(seat))


@for_role(Role.STUDENT)
@takes(form=ChooseForm)
@form_for(again)
async def join(request: web.Request, who: Identity) -> web.StreamResponse:
    """Waits in the line of a full slot."""
    await choosing(request, who)
    form = await read_form(request, ChooseForm)
    wish = wish_of(form, slot_in(request))
    await request.app[LINES].join(who.account, form.key, wish)
    return see_other(f"{TESTS_PATH}?told=waiting")


@for_role(Role.STUDENT)
@takes(form=KeyForm)
@form_for(mine_page)
async def leave(request: web.Request, who: Identity) -> web.StreamResponse:
    await acting(request, who)
    form = await read_form(request, KeyForm)
    await request.app[LINES].leave(who.account, form.key, slot_in(request))
    return see_other(f"{TESTS_PATH}?told=left")


@for_role(Role.STUDENT)
@takes(form=KeyForm)
@form_for(seat_page)
async def take(request: web.Request, who: Identity) -> web.StreamResponse:
    """An offered seat becomes a held one."""
    await choosing(request, who)
    form = await read_form(request, KeyForm)
    seat = await request.app[LINES].take(who.account, form.key, seat_in(request))
    return see_other(seat_path(seat))


@for_role(Role.STUDENT)
@takes(form=KeyForm)
@form_for(seat_page)
async def release(request: web.Request, who: Identity) -> web.StreamResponse:
    """Gives a held or offered seat back."""
    await acting(request, who)
    form = await read_form(request, KeyForm)
    await request.app[SEATS].release(who.account, form.key, seat_in(request))
    return see_other(f"{TESTS_PATH}?told=released")


@for_role(Role.STUDENT)
@takes(form=KeyForm)
@form_for(seat_page)
async def pay(request: web.Request, who: Identity) -> web.StreamResponse:
    """On to the payment provider, with a page of ours between."""
    await acting(request, who)
    form = await read_form(request, KeyForm)
    seat = seat_in(request)
    there = await request.app[PAYING].begin(who.account, form.key, seat)
    if there is None:
        return see_other(seat_path(seat))
    context = {**page_context(request), "there": there, "back": seat_path(seat)}
    response = request.app[SITE].page("booking/pay.html", context)
    response[FORMS_TO] = request.app[PROVIDER].origins
    return response


@for_role(Role.STUDENT)
@takes(form=CancelForm)
@form_for(seat_page)
async def cancel(request: web.Request, who: Identity) -> web.StreamResponse:
    """Cancels a booked seat; what comes back is said before and after."""
    await acting(request, who)
    form = await read_form(request, CancelForm)
    seat = seat_in(request)
    if not form.sure:
        return see_other(f"{seat_path(seat)}?cancel=1")
    await request.app[CHANGING].cancel(who.account, form.key, seat)
    return see_other(seat_path(seat))


@for_role(Role.STUDENT)
@takes(form=SeenForm)
@form_for(seat_page)
async def seen(request: web.Request, who: Identity) -> web.StreamResponse:
    """The student has seen how we changed the seat, and it suits them; what we changed
    meanwhile they see on the page that follows."""
    await acting(request, who)
    form, seat = await read_form(request, SeenForm), seat_in(request)
    await request.app[CHANGING].seen(who.account, seat, form.version)
    return see_other(TESTS_PATH if form.back == "tests" else seat_path(seat))


def wish_of(form: ChooseForm, slot: UUID | None = None) -> Wish:
    return Wish(
        slot=SlotId(slot or form.slot),
        module=ModuleCode(form.module),
        accessible=form.accessible,
    )
