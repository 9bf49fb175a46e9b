"""Moving a booked seat, by forms: what it changes is said first, then it is done."""

from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.refusals import NoSuchSlot
from app.booking.domain.words import SeatState
from app.booking.service.told import seat_path
from app.booking.views.kit import (
    ChooseForm,
    choosing,
    finding_of,
    seat_in,
    words_of,
)
from app.booking.views.student_acts import again
from app.booking.views.student_book import book_page
from app.booking.views.wiring import CHANGING, DESK
from app.kernel.ids import SlotId
from app.kernel.refusals import Refusal

KEPT = ("city", "month", "day")
"""Of the page where the new slot was chosen, to lead back there."""


class MoveForm(ChooseForm):
    sure: bool = Field(False)


def routes() -> list[web.RouteDef]:
    path = "/tests/seats/{seat}/move"
    return [web.get(path, ask_to_move), web.post(path, move)]


@for_role(Role.STUDENT)
async def ask_to_move(request: web.Request, who: Identity) -> web.StreamResponse:
    """From where and when to where and when, what it costs, and who is told; or where
    slots are found, with why not there. Asked of no slot, as where the form's address
    is loaded anew: the seat as it is."""
    seat = seat_in(request)
    if "slot" not in request.query:
        return see_other(seat_path(seat))
    to = _slot_asked(request)
    finding = finding_of(request)
    it = await finding.seat(who.account, seat)
    if it.seat.state is not SeatState.BOOKED:
        return see_other(seat_path(seat))
    given = {name: request.query.get(name, "")[:100] for name in KEPT}
    query = urlencode({**given, "move": str(seat)})
    slot, place = await finding.place(to)
    try:
        terms = await request.app[CHANGING].may_move(who.account, seat, to)
    except Refusal as refusal:
        asked = request.clone(rel_url=request.rel_url.update_query(move=str(seat)))
        return await book_page(asked, who, it.seat.module, refusal)
    context = {
        "it": it,
        "slot": slot,
        "place": place,
        "terms": terms,
        "policy": request.app[DESK].policy,
        "given": given,
        "back": f"/tests/book/{it.seat.module}?{query}",
        "zone": who.time_zone,
        **words_of(),
    }
    return page(request, "booking/move.html", None, **context)


@for_role(Role.STUDENT)
@takes(form=MoveForm)
@form_for(again)
async def move(request: web.Request, who: Identity) -> web.StreamResponse:
    """Moves a booked seat to another slot, or holds the new one to pay for moving;
    who has not said that they are sure is asked."""
    await choosing(request, who)
    form = await read_form(request, MoveForm)
    seat, to = seat_in(request), SlotId(form.slot)
    if not form.sure:
        given = {name: getattr(form, name) for name in KEPT}
        query = urlencode({**given, "slot": str(to)})
        return see_other(f"{seat_path(seat)}/move?{query}")
    new = await request.app[CHANGING].hold_move(who.account, form.key, seat, to)
    return see_other(seat_path(new))


def _slot_asked(request: web.Request) -> SlotId:
    """Raises NoSuchSlot."""
    try:
        return SlotId(UUID(request.query.get("slot", "")))
    except ValueError as error:
        raise NoSuchSlot from error
