"""Slots: the list, and new ones one by one or by a pattern."""

from collections import defaultdict
from datetime import date, datetime

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.booking.domain.local_times import YEARS, local_day, local_times
from app.booking.domain.planning import (
    DAY,
    SLOTS_MOST,
    Pattern,
    Seating,
    span_in_words,
)
from app.booking.domain.planning_refusals import BadPattern
from app.booking.domain.reports import Period, SlotUse
from app.booking.domain.slot_sheet import COLUMNS, EXAMPLE, NEEDED
from app.booking.service.reports import LISTED_MOST
from app.booking.views.exam_door import WITHOUT_PAPERS
from app.booking.views.staff_keys import (
    CENTRES,
    PLANNING,
    REPORTS,
    SLOTS_PATH,
    TEXT_MAX,
    centre_of,
    told_page,
    typed,
)
from app.kernel.ids import CentreId
from app.kernel.refusals import Refusal

NEW_PATH = f"{SLOTS_PATH}/new"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHOWN_MOST = 100
"""Slots of a preview that are named."""
SHOWS = {
    "all": "All",
    "open": "Bookable now",
    "free": "With free seats",
    "full": "Full",
    "cancelled": "Cancelled",
}
STATES = {
    "cancelled": ("cancelled", "bad"),
    "over": ("over", ""),
    "closed": ("booking closed", ""),
    "later": ("opens later", "wait"),
    "full": ("full", "wait"),
    "open": ("open", "good"),
}
FIRST = {
    "opens_days": "60",
    "closes_hours": "24",
    "minutes": "120",
    "weekdays": "0,1,2,3,4",
    "times": "09:00, 14:00",
}
"""What a new form has."""


class PatternForm(Body):
    """`weekdays`: '0,2', 0 is Monday; `times`: '09:00, 14:00' of the centre;
    empty seats: the usual; empty modules: every module; `act`: preview or make."""

    centre: str = Field(max_length=TEXT_MAX)
    first: str = Field(max_length=TEXT_MAX)
    last: str = Field("", max_length=TEXT_MAX)
    weekdays: str = Field("", max_length=TEXT_MAX)
    times: str = Field(max_length=TEXT_MAX)
    minutes: int = Field(120, ge=0, le=10_000)
    capacity: str = Field("", max_length=TEXT_MAX)
    accessible: str = Field("", max_length=TEXT_MAX)
    opens_days: int = Field(60, ge=0, le=10_000)
    closes_hours: int = Field(24, ge=0, le=10_000)
    modules: str = Field("", max_length=TEXT_MAX)
    act: str = Field("make", max_length=TEXT_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(SLOTS_PATH, show_slots),
        web.get(NEW_PATH, show_new),
        web.post(NEW_PATH, make),
    ]


@for_role(Role.ADMIN)
async def show_slots(request: web.Request, who: Identity) -> web.StreamResponse:
    """Of a month, by centre and day, with how full they are."""
    now = request.app[CLOCK].now()
    asked = request.query
    centre = centre_of(asked["centre"]) if asked.get("centre") else None
    first = now.date()
    if not asked.get("month"):
        # Nobody asked for a month: the first that has something to show.
        first = await request.app[REPORTS].first_day(centre) or first
    month = month_of(asked.get("month", ""), first)
    show = asked.get("show", "all")
    after = (month + DAY * 31).replace(day=1)
    period = Period(since=month, until=after - DAY)
    slots = await request.app[REPORTS].listed(period, centre)
    return told_page(
        request,
        "booking/staff_slots.html",
        slots=[it for it in slots[:LISTED_MOST] if is_shown(it, show, now)],
        cut=len(slots) > LISTED_MOST,
        without_papers=await request.app[WITHOUT_PAPERS](
            await request.app[REPORTS].sold_modules()
        ),
        centres=await request.app[CENTRES].all(),
        centre=str(centre or ""),
        month=month,
        before=(month - DAY).replace(day=1),
        after=after,
        show=show,
        shows=SHOWS,
        state_of=lambda it: STATES[state_of(it, now)],
    )


def month_of(text: str, usual: date) -> date:
    """'2026-11'; anything else is the month of the `usual` day."""
    try:
        day = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return usual.replace(day=1)
    return day if day.year in YEARS else usual.replace(day=1)


def state_of(it: SlotUse, now: datetime) -> str:
    if it.cancelled_at is not None:
        return "cancelled"
    if now >= it.ends_at:
        return "over"
    if now >= it.closes_at:
        return "closed"
    if now < it.opens_at:
        return "later"
    return "open" if it.free > 0 else "full"


def is_shown(it: SlotUse, show: str, now: datetime) -> bool:
    state = state_of(it, now)
    if show == "free":
        return it.free > 0 and state not in ("cancelled", "over")
    return show not in SHOWS or show in ("all", state)


@for_role(Role.ADMIN)
async def show_new(request: web.Request, who: Identity) -> web.StreamResponse:
    """Forms for slots by a pattern, one by one, and from a file."""
    return await new_page(request, who)


async def new_page(
    request: web.Request,
    who: Identity,
    refusal: Refusal | None = None,
    **more: object,
) -> web.StreamResponse:
    centres = await request.app[CENTRES].all()
    usual = {**FIRST, "centre": request.query.get("centre", "")}
    given = await typed(request, usual)
    if "first" not in given:  # It was the form of a file.
        given = defaultdict(str, usual)
    shown = {"plan": None, "report": None, **more}
    return page(
        request,
        "booking/staff_new_slots.html",
        refusal,
        centres=[it for it in centres if it.closed_at is None],
        modules=await request.app[PLANNING].modules(),
        typed=given,
        weekdays=WEEKDAYS,
        shown_most=SHOWN_MOST,
        columns=COLUMNS,
        needed=NEEDED,
        example=EXAMPLE,
        slots_most=SLOTS_MOST,
        **shown,
    )


@for_role(Role.ADMIN, proved=True)
@takes(form=PatternForm)
@form_for(new_page)
async def make(request: web.Request, who: Identity) -> web.StreamResponse:
    """`act` is `preview` or `make`; one slot is a pattern of one day."""
    form = await read_form(request, PatternForm)
    centre, planning = centre_of(form.centre), request.app[PLANNING]
    pattern = await _pattern(request, centre, form)
    if form.act == "preview":
        plan = await planning.preview(centre, pattern)
        return await new_page(request, who, plan=plan, in_words=span_in_words)
    plan = await planning.make(who.account, centre, pattern)
    first = plan.made[0].day
    return see_other(
        f"{SLOTS_PATH}?centre={centre}&month={first:%Y-%m}&made={len(plan.made)}"
    )


async def _pattern(
    request: web.Request, centre: CentreId, form: PatternForm
) -> Pattern:
    """Raises NoSuchCentre, BadLocalTime or BadPattern."""
    known = (await request.app[CENTRES].one(centre)).it
    capacity = _number(form.capacity, known.capacity)
    modules = tuple(form.modules.replace(",", " ").upper().split())
    first = local_day(form.first)
    return Pattern(
        first=first,
        last=local_day(form.last) if form.last else first,
        weekdays=_weekdays(form.weekdays) if form.last else frozenset(range(7)),
        times=local_times(form.times),
        seating=Seating(
            minutes=form.minutes,
            capacity=capacity,
            accessible=_number(form.accessible, min(known.accessible, capacity)),
            opens_days=form.opens_days,
            closes_hours=form.closes_hours,
            modules=modules or None,
        ),
    )


def _number(text: str, usual: int) -> int:
    """Raises BadPattern."""
    if not text.strip():
        return usual
    if not (text.strip().isascii() and text.strip().isdigit() and len(text) < 8):
        raise BadPattern("Seats are counted in whole numbers.")
    return int(text)


def _weekdays(text: str) -> frozenset[int]:
    return frozenset(n for n in range(7) if str(n) in text.split(","))
