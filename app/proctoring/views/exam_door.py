"""When a seat's test can be opened, for the pages of seats."""

from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from app.booking.domain.finding import SeatShown
from app.booking.domain.words import SeatState
from app.booking.views.exam_door import DOORS_OF, ExamDoor
from app.exams.domain.exams import Exam, ExamState
from app.exams.domain.policy import AdmitCards, ExamsPolicy
from app.exams.service.papers import Papers
from app.kernel.ids import AccountId, SeatId


def wire(app: web.Application, papers: Papers, policy: ExamsPolicy) -> None:
    def door_of(seat: SeatShown, found: Exam | None) -> ExamDoor:
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
        )

    async def doors_of(
        account: AccountId, seats: Sequence[SeatShown]
    ) -> dict[SeatId, ExamDoor]:
        ids = [it.seat.seat for it in seats]
        found = await papers.of_seats(account, ids)
        return {it.seat.seat: door_of(it, found.get(it.seat.seat)) for it in seats}

    app[DOORS_OF] = doors_of
