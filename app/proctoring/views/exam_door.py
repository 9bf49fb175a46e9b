"""When a seat's test can be opened, for the pages of seats."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from aiohttp import web

from app.accounts.views.guard import CLOCK
from app.booking.domain.finding import SeatShown
from app.booking.domain.words import SeatState
from app.booking.views.exam_door import (
    BEGINS_WITHIN,
    DOORS_OF,
    PASSED_BY,
    WITHOUT_PAPERS,
    ExamDoor,
)
from app.exams.domain.exams import Exam, ExamState
from app.exams.domain.policy import AdmitCards, ExamsPolicy
from app.exams.domain.results import Result, State
from app.exams.service.papers import Papers
from app.exams.views.bank_kit import BLUEPRINTS
from app.exams.views.results import mine_of
from app.kernel.ids import AccountId, ModuleCode, SeatId


def wire(app: web.Application, papers: Papers, policy: ExamsPolicy) -> None:
    async def doors_of(
        request: web.Request, account: AccountId, seats: Sequence[SeatShown]
    ) -> dict[SeatId, ExamDoor]:
        ids = [it.seat.seat for it in seats]
        found = await papers.of_seats(account, ids)
        mine: Sequence[Result] = ()
        if any(it.state is ExamState.ENDED for it in found.values()):
            mine = await mine_of(request, account)
        now, doors = app[CLOCK].now(), {}
        for it in seats:
            exam = found.get(it.seat.seat)
            doors[it.seat.seat] = _door(policy, it, exam, _after(exam, mine, now))
        return doors

    async def passed_by(request: web.Request, account: AccountId) -> set[ModuleCode]:
        mine = await mine_of(request, account)
        return {it.sat.module for it in mine if it.state is State.PASSED}

    async def without_papers(modules: Sequence[ModuleCode]) -> list[ModuleCode]:
        blueprints = app[BLUEPRINTS]
        return [it for it in modules if not await blueprints.can_be_drawn(it)]

    app[DOORS_OF], app[PASSED_BY] = doors_of, passed_by
    app[WITHOUT_PAPERS] = without_papers
    app[BEGINS_WITHIN] = timedelta(minutes=policy.late_min)


def _door(
    policy: ExamsPolicy, seat: SeatShown, found: Exam | None, after: tuple[str, bool]
) -> ExamDoor:
    ended = found is not None and found.state is ExamState.ENDED
    href = f"/exam?seat={seat.seat.seat}"
    if found is not None:
        href = f"/results/{found.exam}" if ended else f"/exam/{found.exam}"
    return ExamDoor(
        opens_at=seat.starts_at - timedelta(minutes=policy.early_min),
        closes_at=seat.starts_at + timedelta(minutes=policy.late_min),
        goes_on=found is not None and not ended,
        ended=ended,
        asks_card=found is None
        and policy.admit_card is not AdmitCards.NONE
        and seat.seat.state is SeatState.BOOKED,
        href=href,
        result=after[0],
        again=after[1],
    )


def _after(
    exam: Exam | None, mine: Sequence[Result], now: datetime
) -> tuple[str, bool]:
    """The state of its result, and whether it may be sat again; passed in any other
    go, the module is passed."""
    if exam is None or exam.state is not ExamState.ENDED:
        return "", False
    if any(it.sat.module == exam.module and it.state is State.PASSED for it in mine):
        return State.PASSED, False
    result = next((it for it in mine if it.sat.exam == exam.exam), None)
    if result is None:
        return "", False
    return "empty" if result.is_empty else result.state, result.may_go_again(now)
