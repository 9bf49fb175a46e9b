"""The clock of a test follows its sitting, in the transaction that changes it."""

from datetime import datetime

from app.adapters.db import Tx
from app.booking.service.sat import attend
from app.exams.domain.exams import EndedWhy, Exam
from app.exams.domain.opening import Window
from app.exams.service.exams import Exams
from app.proctoring.domain.exam_clock import Step, step_of, why_ended
from app.proctoring.domain.watch import Watch


class ExamClock:
    def __init__(self, exams: Exams) -> None:
        self._exams = exams

    async def follow(self, tx: Tx, watch: Watch, now: datetime) -> None:
        """The sitting is locked, and with it its test's turns."""
        assert watch.exam is not None
        exam = await self._exams.look_up(tx, watch.exam)
        match step_of(watch, exam.state):
            case Step.BEGIN:
                await self._begin(tx, exam, now)
            case Step.PAUSE:
                await self._exams.pause(tx, exam.exam, now)
            case Step.RESUME:
                await self._exams.resume(tx, exam.exam, now)
            case Step.END:
                await self._exams.end(tx, exam.exam, why_ended(watch), now)

    async def _begin(self, tx: Tx, exam: Exam, now: datetime) -> None:
        window = None
        if exam.seat is not None:
            slot = await attend(tx, exam.seat)
            if slot is None:
                await self._exams.end(tx, exam.exam, EndedWhy.NEVER_BEGUN, now)
                return
            window = Window(starts_at=slot.starts_at, ends_at=slot.ends_at)
        await self._exams.begin(tx, exam.exam, now, window)
