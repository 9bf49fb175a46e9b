"""The way from a booked seat into its test; tests themselves come from above."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from aiohttp import web

from app.booking.domain.finding import SeatShown
from app.booking.domain.next_steps import Became
from app.booking.domain.words import SeatState
from app.kernel.ids import AccountId, ModuleCode, SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamDoor:
    """`goes_on`: the seat's test was opened and has not ended. `asks_card`: the admit
    card has to be shown first. `href`: where it is opened, goes on, or, once it has
    ended, its result. `result`: its state, once it has ended; `again`: another seat
    may be booked after it."""

    opens_at: datetime
    closes_at: datetime
    goes_on: bool
    ended: bool
    asks_card: bool
    href: str
    result: str = ""
    again: bool = False

    def is_open(self, now: datetime) -> bool:
        if self.ended:
            return False
        return self.goes_on or self.opens_at <= now <= self.closes_at

    def is_early(self, now: datetime) -> bool:
        return not self.ended and not self.goes_on and now < self.opens_at

    def became(self, now: datetime) -> Became:
        if not self.ended and not self.goes_on and now > self.closes_at:
            return Became(result="unopened", again=True)
        return Became(result=self.result, again=self.again)


DoorsOf: TypeAlias = Callable[
    [web.Request, AccountId, Sequence[SeatShown]],
    Awaitable[Mapping[SeatId, ExamDoor]],
]
DOORS_OF: web.AppKey[DoorsOf] = web.AppKey("exam_doors_of")
"""Set by who wires tests."""
PassedBy: TypeAlias = Callable[
    [web.Request, AccountId], Awaitable[Collection[ModuleCode]]
]
PASSED_BY: web.AppKey[PassedBy] = web.AppKey("modules_passed_by")
"""Of which the test was passed, with a seat or without; set by who wires tests."""
WithoutPapers: TypeAlias = Callable[
    [Sequence[ModuleCode]], Awaitable[Sequence[ModuleCode]]
]
WITHOUT_PAPERS: web.AppKey[WithoutPapers] = web.AppKey("modules_without_papers")
"""Of these, for whose test no paper could be drawn now; set by who wires tests."""
BEGINS_WITHIN: web.AppKey[timedelta] = web.AppKey("tests_begin_within")
"""So long after its slot began a test may be opened; set by who wires tests."""
SEATED = (SeatState.BOOKED, SeatState.ATTENDED)


async def door_of(
    request: web.Request, account: AccountId, seat: SeatShown | None
) -> ExamDoor | None:
    """None: no test is sat with this seat."""
    if seat is None or seat.seat.state not in SEATED:
        return None
    return (await request.app[DOORS_OF](request, account, [seat]))[seat.seat.seat]


async def doors_of(
    request: web.Request, account: AccountId, seats: Sequence[SeatShown]
) -> Mapping[SeatId, ExamDoor]:
    """Of those with which a test is sat, all at once."""
    seated = [it for it in seats if it.seat.state in SEATED]
    return await request.app[DOORS_OF](request, account, seated) if seated else {}
