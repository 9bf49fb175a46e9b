"""A student's first page of tests: what to do next for each module, and what was."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.booking.domain.finding import COMING, LineShown, Own, SeatShown
from app.booking.domain.next_steps import UNKNOWN, Became, Card, Next, card_of, history
from app.booking.domain.seats import unfit
from app.booking.domain.words import SeatState
from app.booking.views.exam_door import PASSED_BY, ExamDoor, doors_of
from app.booking.views.kit import TESTS_PATH, finding_of, own_of, words_of
from app.booking.views.wiring import SEATS
from app.kernel.ids import ModuleCode, SeatId
from app.kernel.refusals import Refusal
from app.learning.domain.electives import own_modules
from app.learning.views.kit import STUDENTS

SAID = {
    "released": "The seat is given back. Nothing is to be paid.",
    "cancelled": "Your seat is cancelled.",
    "waiting": "You wait in line. We write to you as soon as a seat comes free.",
    "left": "You left the line.",
}
"""By the name of the link that leads here."""


def routes() -> list[web.RouteDef]:
    return [web.get(TESTS_PATH, show_tests)]


@for_role(Role.STUDENT)
async def show_tests(request: web.Request, who: Identity) -> web.StreamResponse:
    """For each module of mine, what to do next; and the seats of before."""
    return await mine_page(request, who)


async def mine_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    finding = finding_of(request)
    now, modules = finding.now(), await own_of(request, who)
    mine = await finding.mine(who.account)
    owns = await finding.own(who.account, modules, mine)
    closed = await request.app[SEATS].why_none()
    doors = await _doors(request, who, owns, now)
    passed = await request.app[PASSED_BY](request, who.account)
    cards = [_card(it, closed, now, doors, passed) for it in owns]
    context = {
        "cards": cards,
        "mine": mine,
        "doors": {str(seat): door for seat, door in doors.items()},
        "unpicked": await _unpicked(request, who),
        "history": history(mine, now),
        "known": known(mine, await finding.lines(who.account)),
        "titles": json.dumps({it.code: it.title for it in modules}),
        "now": now,
        "Next": Next,
        "told": SAID.get(request.query.get("told", "")),
        **words_of(),
    }
    return page(request, "booking/tests.html", refusal, **context)


def _card(
    own: Own,
    closed: Refusal | None,
    now: datetime,
    doors: Mapping[SeatId, ExamDoor],
    passed: Collection[ModuleCode],
) -> Card:
    if own.first(now, *COMING) is not None:
        return card_of(own, None, now)
    why_not = closed or unfit(own.fitness)
    sat = own.first(now, SeatState.ATTENDED)
    became = doors[sat.seat.seat].became(now) if sat else UNKNOWN
    if own.module in passed:
        became = Became(result="passed")
    return card_of(own, why_not, now, became)


async def _doors(
    request: web.Request, who: Identity, owns: Sequence[Own], now: datetime
) -> Mapping[SeatId, ExamDoor]:
    """Of the seat of each module that is booked, and of the last that was attended."""
    seats = [
        own.first(now, state)
        for own in owns
        for state in (SeatState.BOOKED, SeatState.ATTENDED)
    ]
    return await doors_of(request, who.account, [it for it in seats if it is not None])


async def _unpicked(request: web.Request, who: Identity) -> list[str]:
    """Sets whose elective is not picked yet."""
    standing = await request.app[STUDENTS].standing(who.account)
    return [it.code for it in standing.sets if not own_modules([it], standing.picked)]


def known(seats: Sequence[SeatShown], lines: Sequence[LineShown]) -> str:
    """What the page shows, for its script to see what is new: states by seat, and
    places in line by slot; and what of both we changed."""
    return json.dumps(
        {
            "seats": {str(it.seat.seat): it.seat.state for it in seats},
            "lines": {str(it.offer.slot.slot): it.place_in_line for it in lines},
            "versions": {
                **{str(it.seat.seat): it.version for it in seats},
                **{str(it.offer.slot.slot): it.version for it in lines},
            },
        }
    )
