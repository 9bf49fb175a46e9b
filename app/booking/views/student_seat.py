"""One seat of a student: to pay, booked with its papers, or over."""

from datetime import datetime

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.booking.domain.finding import COMING, SeatShown
from app.booking.domain.next_steps import SAT, UNKNOWN
from app.booking.domain.rules import rules_of
from app.booking.domain.words import SeatState
from app.booking.views.exam_door import door_of
from app.booking.views.kit import finding_of, seat_in, words_of
from app.booking.views.student_tests import known
from app.booking.views.wiring import CHANGING, DESK
from app.kernel.refusals import Refusal


def routes() -> list[web.RouteDef]:
    return [web.get("/tests/seats/{seat}", show_seat)]


@for_role(Role.STUDENT)
async def show_seat(request: web.Request, who: Identity) -> web.StreamResponse:
    """A seat of mine as it is now, whatever page led here."""
    return await seat_page(request, who)


async def seat_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    """Raises NoSuchSeat."""
    finding = finding_of(request)
    now, desk = finding.now(), request.app[DESK]
    it = await finding.seat(who.account, seat_in(request))
    state = it.state(now)
    mine = [
        one
        for one in await finding.mine(who.account)
        if one.seat.module == it.seat.module
    ]
    terms = None
    if state is SeatState.BOOKED:
        terms = await request.app[CHANGING].terms(who.account, it.seat.seat)
    door = await door_of(request, who.account, it)
    became = door.became(now) if door else UNKNOWN
    context = {
        "became": SAT[became.result],
        "again": became.again,
        "it": it,
        "state": state,
        "now": now,
        "zone": who.time_zone,
        "terms": terms,
        "rules": rules_of(it.starts_at, it.fee, now, desk.policy),
        "policy": desk.policy,
        "newer": _newer(mine, it, now),
        "moving": _moving(mine, it, now),
        "confirming": _confirming(request, it, state),
        "door": door,
        "known": known(mine, []),
        "cancel_on": request.query.get("cancel") == "1",
        **words_of(),
    }
    return page(request, "booking/seat.html", refusal, **context)


def _newer(mine: list[SeatShown], it: SeatShown, now: datetime) -> SeatShown | None:
    """The seat of this module that counts now, if it is another one."""
    moved_to = it.seat.moved_to
    for one in mine:
        if one.seat.seat in (moved_to, it.seat.seat):
            continue
        if one.state(now) in COMING and not one.seat.replaces:
            return one
    return next((one for one in mine if one.seat.seat == moved_to), None)


def _moving(mine: list[SeatShown], it: SeatShown, now: datetime) -> SeatShown | None:
    """The seat held to take the place of this one; or the one that this would."""
    for one in mine:
        waits = one.state(now) is SeatState.HELD
        if one.seat.replaces == it.seat.seat and waits:
            return one
        if it.seat.replaces == one.seat.seat:
            return one
    return None


def _confirming(request: web.Request, it: SeatShown, state: SeatState) -> bool:
    """Back from paying, and the money is not here yet: nobody shall pay twice."""
    paid = request.query.get("paid") == "1"
    return paid and state in (SeatState.HELD, SeatState.EXPIRED) and not it.money
