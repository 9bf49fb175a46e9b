"""The door: a slot of today, who stands there, and who is expected."""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import HELPERS
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.door import Guest, NotToday, doors_at
from app.booking.service.door import Door
from app.booking.views.exam_door import BEGINS_WITHIN
from app.booking.views.papers import seat_in
from app.booking.views.wiring import DESK
from app.kernel.ids import SlotId
from app.kernel.refusals import Refusal

DOOR = web.AppKey("door", Door)
DOOR_PATH = "/staff/door"
SLOT = "[0-9a-fA-F-]{36}"
"""Other words of the path belong to other pages."""
DOORKEEPERS = (Role.PROCTOR, *HELPERS)


class LookForm(Body):
    """The code of an admit card, or an SRN."""

    given: str = Field(min_length=1, max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    slot = f"{DOOR_PATH}/{{slot:{SLOT}}}"
    seat = f"{slot}/{{seat}}"
    return [
        web.get(DOOR_PATH, show_today),
        web.get(slot, show_slot),
        web.post(slot, look),
        web.get(seat, show_guest),
        web.get(f"{seat}/photo", show_photo),
        web.post(f"{seat}/let-in", let_in),
        web.post(f"{seat}/undo", undo),
    ]


@for_role(*DOORKEEPERS)
async def show_today(request: web.Request, who: Identity) -> web.StreamResponse:
    """The slots of today, to choose one's own."""
    slots = await request.app[DOOR].today()
    return page(request, "booking/door.html", None, slots=slots)


@for_role(*DOORKEEPERS)
async def show_slot(request: web.Request, who: Identity) -> web.StreamResponse:
    """Where cards are scanned, and everybody who is expected; `let_in`: a seat, to say
    whose it was."""
    return await slot_page(request, who)


async def slot_page(
    request: web.Request,
    who: Identity,
    refusal: Refusal | None = None,
    guest: Guest | None = None,
) -> web.StreamResponse:
    slot, guests = await request.app[DOOR].slot(_slot_in(request))
    last = next((it for it in guests if str(it.seat) == _let_in(request)), None)
    opens = doors_at(slot.place.starts_at, request.app[DESK].policy)
    return page(
        request,
        "booking/door_slot.html",
        refusal,
        slot=slot,
        guests=guests,
        guest=guest,
        last=last,
        opens=opens,
        begins_till=slot.place.starts_at + request.app[BEGINS_WITHIN],
        is_refused=refusal is not None,
    )


@for_role(*DOORKEEPERS)
@takes(form=LookForm)
@form_for(slot_page)
async def look(request: web.Request, who: Identity) -> web.StreamResponse:
    """Whose card or SRN this is, if their seat is in this slot."""
    form, slot = await read_form(request, LookForm), _slot_in(request)
    seat = await request.app[DOOR].look(who, slot, form.given)
    return see_other(f"{DOOR_PATH}/{slot}/{seat}")


@for_role(*DOORKEEPERS)
async def show_guest(request: web.Request, who: Identity) -> web.StreamResponse:
    """Name, photo and test of who stands at the door, and whether to let them in."""
    return await guest_page(request, who)


async def guest_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    slot, seat = _slot_in(request), seat_in(request)
    guest = await request.app[DOOR].guest(slot, seat)
    return await slot_page(request, who, refusal, guest)


@for_role(*DOORKEEPERS)
async def show_photo(request: web.Request, who: Identity) -> web.StreamResponse:
    """The profile photo, to compare; the trail has who looked."""
    slot, seat = _slot_in(request), seat_in(request)
    jpeg = await request.app[DOOR].photo(who.account, slot, seat)
    return web.Response(body=jpeg, content_type="image/jpeg")


@for_role(*DOORKEEPERS)
@form_for(guest_page)
async def let_in(request: web.Request, who: Identity) -> web.StreamResponse:
    """Marks the student as here; said twice, it says so."""
    slot, seat = _slot_in(request), seat_in(request)
    await request.app[DOOR].let_in(who.account, slot, seat)
    return see_other(f"{DOOR_PATH}/{slot}?let_in={seat}")


@for_role(*DOORKEEPERS)
@form_for(guest_page)
async def undo(request: web.Request, who: Identity) -> web.StreamResponse:
    """Takes a mark of today back."""
    slot, seat = _slot_in(request), seat_in(request)
    await request.app[DOOR].undo(who.account, slot, seat)
    return see_other(f"{DOOR_PATH}/{slot}/{seat}?said=done")


def _let_in(request: web.Request) -> str:
    return request.query.get("let_in", "")


def _slot_in(request: web.Request) -> SlotId:
    """Of the path. Raises NotToday."""
    try:
        return SlotId(UUID(request.match_info["slot"]))
    except ValueError as error:
        raise NotToday from error
