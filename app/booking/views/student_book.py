"""Choosing a seat: a month, the slots of a day, free seats as they are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.booking.domain.changing import Terms
from app.booking.domain.finding import (
    Offer,
    SeatShown,
    before,
    by_centre,
    days_of,
    following,
    weeks_of,
)
from app.booking.domain.refusals import SlotFull
from app.booking.domain.words import SeatState
from app.booking.views.kit import (
    as_day,
    as_month,
    finding_of,
    given_in,
    own_module,
    words_of,
)
from app.booking.views.wiring import CHANGING, DESK, SEATS
from app.kernel.ids import SeatId
from app.kernel.refusals import Refusal
from app.learning.domain.catalogue import Module

Shown: TypeAlias = dict[str, object]
WATCHED_MOST = 30
"""Centres whose seats a page watches; the others are as they were when it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the page was asked for, after reading it kindly."""

    module: Module
    city: str
    accessible: bool
    month: date | None
    day: date | None
    move: SeatShown | None
    terms: Terms | None

    def link(self, **other: str) -> str:
        """Of the same page, with something changed."""
        given = {
            "city": self.city,
            "accessible": "1" if self.accessible else "",
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "move": str(self.move.seat.seat) if self.move else "",
            **other,
        }
        query = urlencode({name: it for name, it in given.items() if it})
        return f"/tests/book/{self.module.code}?{query}"


def routes() -> list[web.RouteDef]:
    return [web.get("/tests/book/{module}", show_book)]


@for_role(Role.STUDENT)
async def show_book(request: web.Request, who: Identity) -> web.StreamResponse:
    """Where and when the test of a module can be sat, and seats to take."""
    code = request.match_info["module"]
    return await book_page(request, who, code)


async def book_page(
    request: web.Request, who: Identity, code: str, refusal: Refusal | None = None
) -> web.StreamResponse:
    asked = await _asked(request, who, code)
    why_not = None
    if asked.move is None:
        why_not = await request.app[SEATS].why_not(who.account, asked.module.code)
    context = {
        "asked": asked,
        "cities": await finding_of(request).cities(asked.module.code),
        "why_not": why_not,
        "seat_link": _seat_link(refusal) or _seat_link(why_not),
        "refused": await _refused(request, refusal),
        "zone": who.time_zone,
        "policy": request.app[DESK].policy,
        **await _month(request, who, asked),
        **words_of(),
    }
    return page(request, "booking/book.html", refusal, **context)


async def _asked(request: web.Request, who: Identity, code: str) -> Asked:
    """Raises NoSuchModule, PickFirst or NoSuchSeat."""
    given = await given_in(request)
    module = await own_module(request, who, code)
    cities = await finding_of(request).cities(module.code)
    city = given.get("city", "")
    day = as_day(given.get("day", ""))
    month = as_month(given.get("month", "")) or (day and day.replace(day=1))
    move, terms = await _moving(request, who, module, given.get("move", ""))
    accessible = given.get("accessible", "") in ("1", "true", "on")
    return Asked(
        module=module,
        city=city if city in cities else "",
        accessible=move.seat.accessible if move else accessible,
        month=month,
        day=day,
        move=move,
        terms=terms,
    )


async def _moving(
    request: web.Request, who: Identity, module: Module, seat: str
) -> tuple[SeatShown | None, Terms | None]:
    """The booked seat to be moved, and what that costs now."""
    try:
        wanted = SeatId(UUID(seat))
    except ValueError:
        return None, None
    found = await finding_of(request).seat(who.account, wanted)
    if found.seat.state is not SeatState.BOOKED or found.seat.module != module.code:
        return None, None
    return found, await request.app[CHANGING].terms(who.account, wanted)


async def _month(request: web.Request, who: Identity, asked: Asked) -> Shown:
    finding = finding_of(request)
    now, accessible = finding.now(), asked.accessible
    module = asked.module
    span = await finding.span(module.code, asked.city, accessible=accessible)
    cools = await finding.cooling_till(who.account, module.code)
    told: Shown = {"cooling_till": cools if cools and cools > now else None}
    if span is None:
        return {"span": None, **told}
    month = span.month(asked.month)
    offers = await finding.offers(module, asked.city, month)
    days = days_of(offers, now)
    free = [it for it in sorted(days) if days[it].free_of(accessible=accessible)]
    day = asked.day if asked.day in days else next(iter(free or sorted(days)), None)
    centres = list(dict.fromkeys(it.slot.centre for it in offers))
    waits = await finding.lines(who.account)
    return {
        "span": span,
        "month": month,
        "weeks": weeks_of(month),
        "days": days,
        "day": day,
        "centres": by_centre(days[day].offers) if day else [],
        "kinds": {it.slot.slot: _kind(it, asked, now, cools) for it in offers},
        **told,
        "lines": {it.offer.slot.slot: it.place_in_line for it in waits},
        "today": now.astimezone(ZoneInfo(who.time_zone)).date(),
        "earlier": before(month) if month > span.first.replace(day=1) else None,
        "later": following(month) if following(month) <= span.last else None,
        "topics": " ".join(
            f"slots:{it}:{month:%Y-%m}" for it in centres[:WATCHED_MOST]
        ),
    }


def _kind(it: Offer, asked: Asked, now: datetime, cools: datetime | None) -> str:
    """What may be done with a slot, but for whether a seat is free. `cools`: the test
    cannot be sat again before."""
    if cools is not None and it.slot.starts_at < cools:
        return "soon"
    if now < it.slot.opens_at:
        return "later"
    if asked.move is None:
        return "choose"
    if it.slot.slot == asked.move.seat.slot:
        return "same"
    return "move" if it.fee == asked.move.fee else "other_fee"


async def _refused(request: web.Request, refusal: Refusal | None) -> str:
    """The slot that somebody else was quicker to take."""
    full = isinstance(refusal, SlotFull)
    return (await given_in(request)).get("slot", "") if full else ""


def _seat_link(refusal: Refusal | None) -> str:
    """Of the seat that stands in the way."""
    seat = refusal.details.get("seat") if refusal else None
    return f"/tests/seats/{seat}" if seat else ""
