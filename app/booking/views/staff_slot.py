"""One slot: what students have of it, what may be changed, and cancelling it."""

from datetime import datetime

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.local_times import at, local_day, local_time
from app.booking.domain.reports import SlotUse
from app.booking.views.staff_keys import (
    PLANNING,
    REPORTS,
    SLOT_CANCELLING,
    SLOT_CHANGES,
    SLOTS_PATH,
    TEXT_MAX,
    slot_in,
    told_page,
    typed,
)
from app.booking.views.staff_slots import STATES, state_of
from app.kernel.refusals import Refusal

ONE_PATH = f"{SLOTS_PATH}/{{slot}}"
SEATS_MOST = 100_000


class SeatsForm(Body):
    capacity: int = Field(ge=0, le=SEATS_MOST)
    accessible: int = Field(0, ge=0, le=SEATS_MOST)
    blocked: int = Field(0, ge=0, le=SEATS_MOST)


class BookingForm(Body):
    """Days and times on the centre's clock."""

    opens_day: str = Field(max_length=TEXT_MAX)
    opens_time: str = Field(max_length=TEXT_MAX)
    closes_day: str = Field(max_length=TEXT_MAX)
    closes_time: str = Field(max_length=TEXT_MAX)


class ModulesForm(Body):
    """Codes; none: of every module."""

    modules: str = Field("", max_length=TEXT_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(ONE_PATH, show_slot),
        web.post(f"{ONE_PATH}/seats", set_seats),
        web.post(f"{ONE_PATH}/booking", set_booking),
        web.post(f"{ONE_PATH}/modules", set_modules),
        web.get(f"{ONE_PATH}/cancel", ask_to_cancel),
        web.post(f"{ONE_PATH}/cancel", cancel),
    ]


@for_role(Role.ADMIN)
async def show_slot(request: web.Request, who: Identity) -> web.StreamResponse:
    """How full it is, and forms to change it."""
    return await slot_page(request, who)


async def slot_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    slot, centre = await request.app[REPORTS].slot(slot_in(request))
    now = request.app[CLOCK].now()
    return told_page(
        request,
        "booking/staff_slot.html",
        refusal,
        slot=slot,
        centre=centre,
        state=STATES[state_of(slot, now)],
        is_coming=slot.cancelled_at is None and now < slot.starts_at,
        is_cancellable=slot.cancelled_at is None and now < slot.ends_at,
        modules=await request.app[PLANNING].modules(),
        typed={**_as_it_is(slot), **await typed(request)},
    )


def _as_it_is(slot: SlotUse) -> dict[str, str]:
    """As it is typed."""
    starts, ends = slot.local(slot.starts_at), slot.local(slot.ends_at)
    opens, closes = slot.local(slot.opens_at), slot.local(slot.closes_at)
    return {
        "capacity": str(slot.capacity),
        "accessible": str(slot.accessible),
        "blocked": str(slot.blocked),
        "opens_day": f"{opens:%Y-%m-%d}",
        "opens_time": f"{opens:%H:%M}",
        "closes_day": f"{closes:%Y-%m-%d}",
        "closes_time": f"{closes:%H:%M}",
        "day": f"{starts:%Y-%m-%d}",
        "start": f"{starts:%H:%M}",
        "end": f"{ends:%H:%M}",
        "modules": ",".join(slot.modules or ()),
    }


@for_role(Role.ADMIN, proved=True)
@takes(form=SeatsForm)
@form_for(slot_page)
async def set_seats(request: web.Request, who: Identity) -> web.StreamResponse:
    slot, form = slot_in(request), await read_form(request, SeatsForm)
    await request.app[SLOT_CHANGES].seats(
        who.account, slot, form.capacity, form.accessible, form.blocked
    )
    return see_other(f"{SLOTS_PATH}/{slot}?said=done")


@for_role(Role.ADMIN, proved=True)
@takes(form=BookingForm)
@form_for(slot_page)
async def set_booking(request: web.Request, who: Identity) -> web.StreamResponse:
    slot, form = slot_in(request), await read_form(request, BookingForm)
    zone = await zone_of(request)
    await request.app[SLOT_CHANGES].booking(
        who.account,
        slot,
        moment(form.opens_day, form.opens_time, zone),
        moment(form.closes_day, form.closes_time, zone),
    )
    return see_other(f"{SLOTS_PATH}/{slot}?said=done")


@for_role(Role.ADMIN, proved=True)
@takes(form=ModulesForm)
@form_for(slot_page)
async def set_modules(request: web.Request, who: Identity) -> web.StreamResponse:
    slot, form = slot_in(request), await read_form(request, ModulesForm)
    codes = form.modules.replace(",", " ").upper().split()
    await request.app[SLOT_CHANGES].modules(who.account, slot, codes or None)
    return see_other(f"{SLOTS_PATH}/{slot}?said=done")


@for_role(Role.ADMIN)
async def ask_to_cancel(request: web.Request, who: Identity) -> web.StreamResponse:
    """Whom it concerns and what goes back, before anything is done."""
    return await cancel_page(request, who)


async def cancel_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    slot, _ = await request.app[REPORTS].slot(slot_in(request))
    concerned = await request.app[SLOT_CANCELLING].concerned(slot.slot)
    return page(
        request,
        "booking/staff_cancel_slot.html",
        refusal,
        slot=slot,
        concerned=concerned,
    )


@for_role(Role.ADMIN, proved=True)
@form_for(cancel_page)
async def cancel(request: web.Request, who: Identity) -> web.StreamResponse:
    """Every seat ends, all money goes back, everybody gets a letter."""
    slot = slot_in(request)
    ended = await request.app[SLOT_CANCELLING].cancel(who.account, slot)
    return see_other(f"{SLOTS_PATH}/{slot}?cancelled={ended.cancelled}")


async def zone_of(request: web.Request) -> str:
    slot, _ = await request.app[REPORTS].slot(slot_in(request))
    return slot.time_zone


def moment(day: str, hour: str, zone: str) -> datetime:
    """Raises BadLocalTime or NoSuchLocalTime."""
    return at(local_day(day), local_time(hour), zone)
