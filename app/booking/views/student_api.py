"""The same for programs: JSON in and out, a refusal as a problem body.

Every call that changes something brings the header Idempotency-Key.
"""

from uuid import UUID

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes
from app.booking.domain.finding import Offer
from app.booking.domain.words import Wish
from app.booking.service.told import seat_path
from app.booking.views.kit import (
    acting,
    as_month,
    choosing,
    finding_of,
    own_module,
    seat_in,
    slot_in,
)
from app.booking.views.payment_keys import PAYING
from app.booking.views.wiring import CHANGING, LINES, SEATS
from app.kernel.ids import ModuleCode, SeatId, SlotId
from app.kernel.money import Money


class WishBody(Body):
    slot: UUID
    module: str = Field(max_length=12)
    accessible: bool = False


class MoveBody(Body):
    slot: UUID


def routes() -> list[web.RouteDef]:
    seat = "/api/tests/seats/{seat}"
    return [
        web.get("/api/tests/slots", slots),
        web.post("/api/tests/holds", hold),
        web.post("/api/tests/lines", join),
        web.post("/api/tests/lines/{slot}/leave", leave),
        web.post(f"{seat}/take", take),
        web.post(f"{seat}/release", release),
        web.post(f"{seat}/pay", pay),
        web.post(f"{seat}/cancel", cancel),
        web.post(f"{seat}/move", move),
    ]


@for_role(Role.STUDENT)
async def slots(request: web.Request, who: Identity) -> web.StreamResponse:
    """Slots of a module's test in a month; `module`, `city` and `month` (2026-12)."""
    query, finding = request.query, finding_of(request)
    module = await own_module(request, who, query.get("module", ""))
    cities = await finding.cities(module.code)
    city = query.get("city", "")
    if city and city not in cities:
        return web.json_response({"module": module.code, "month": None, "slots": []})
    span = await finding.span(module.code, city, accessible=False)
    if span is None:
        return web.json_response({"module": module.code, "month": None, "slots": []})
    month = as_month(query.get("month", "")) or span.month(None)
    offers = await finding.offers(module, city, month)
    return web.json_response(
        {
            "module": module.code,
            "month": f"{month:%Y-%m}",
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "slots": [_offer(it) for it in offers],
        }
    )


@for_role(Role.STUDENT)
@takes(body=WishBody)
async def hold(request: web.Request, who: Identity) -> web.StreamResponse:
    """Holds a seat for some minutes, to be paid."""
    await choosing(request, who)
    wish = _wish(await read_json(request, WishBody))
    return _seat(await request.app[SEATS].hold(who.account, _key(request), wish))


@for_role(Role.STUDENT)
@takes(body=WishBody)
async def join(request: web.Request, who: Identity) -> web.StreamResponse:
    """Waits in the line of a full slot."""
    await choosing(request, who)
    wish = _wish(await read_json(request, WishBody))
    await request.app[LINES].join(who.account, _key(request), wish)
    return web.Response(status=204)


@for_role(Role.STUDENT)
async def leave(request: web.Request, who: Identity) -> web.StreamResponse:
    await acting(request, who)
    await request.app[LINES].leave(who.account, _key(request), slot_in(request))
    return web.Response(status=204)


@for_role(Role.STUDENT)
async def take(request: web.Request, who: Identity) -> web.StreamResponse:
    """An offered seat becomes a held one."""
    await choosing(request, who)
    lines = request.app[LINES]
    return _seat(await lines.take(who.account, _key(request), seat_in(request)))


@for_role(Role.STUDENT)
async def release(request: web.Request, who: Identity) -> web.StreamResponse:
    """Gives a held or offered seat back."""
    await acting(request, who)
    await request.app[SEATS].release(who.account, _key(request), seat_in(request))
    return web.Response(status=204)


@for_role(Role.STUDENT)
async def pay(request: web.Request, who: Identity) -> web.StreamResponse:
    """Where a held seat is paid: a form to send there; `booked` where it is free."""
    await acting(request, who)
    paying = request.app[PAYING]
    there = await paying.begin(who.account, _key(request), seat_in(request))
    if there is None:
        return web.json_response({"booked": True})
    form = {
        "action": there.action,
        "method": there.method,
        "fields": dict(there.fields),
    }
    return web.json_response({"booked": False, **form})


@for_role(Role.STUDENT)
async def cancel(request: web.Request, who: Identity) -> web.StreamResponse:
    """Cancels a booked seat; answers what comes back."""
    await acting(request, who)
    changing = request.app[CHANGING]
    back = await changing.cancel(who.account, _key(request), seat_in(request))
    return web.json_response({"back": _money(back)})


@for_role(Role.STUDENT)
@takes(body=MoveBody)
async def move(request: web.Request, who: Identity) -> web.StreamResponse:
    """Moves a booked seat to another slot, or holds the new one to pay for moving."""
    await choosing(request, who)
    to = SlotId((await read_json(request, MoveBody)).slot)
    changing, seat = request.app[CHANGING], seat_in(request)
    return _seat(await changing.hold_move(who.account, _key(request), seat, to))


def _key(request: web.Request) -> str:
    """Checked by what it is given to."""
    return request.headers.get("Idempotency-Key", "")


def _wish(body: WishBody) -> Wish:
    return Wish(
        slot=SlotId(body.slot),
        module=ModuleCode(body.module),
        accessible=body.accessible,
    )


def _seat(seat: SeatId) -> web.Response:
    return web.json_response({"seat": str(seat), "page": seat_path(seat)})


def _money(it: Money) -> dict[str, object]:
    return {"minor": it.minor, "currency": it.currency}


def _offer(it: Offer) -> dict[str, object]:
    slot, place = it.slot, it.place
    return {
        "slot": str(slot.slot),
        "centre": str(slot.centre),
        "centre_name": place.centre,
        "city": place.city,
        "address": place.address,
        "day": slot.day.isoformat(),
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "opens_at": slot.opens_at.isoformat(),
        "closes_at": slot.closes_at.isoformat(),
        "time_zone": slot.time_zone,
        "fee": _money(it.fee),
        "free": slot.free,
        "accessible_free": slot.accessible_free,
    }
