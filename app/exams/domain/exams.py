"""The life of an exam: one go of one student at the test of a module.

ready -> running <-> paused -> ended. Time is an argument; nothing here reads a clock.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from app.exams.domain.policy import ExamsPolicy
from app.kernel.ids import AccountId, ExamId, ModuleCode, SeatId
from app.kernel.refusals import Conflict, NotFound

WARN_S = (600, 60)
"""With so many seconds left the page warns."""


class ExamState(StrEnum):
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class EndedWhy(StrEnum):
    HANDED_IN = "handed_in"
    DEADLINE = "deadline"
    PROCTOR = "proctor"
    LEFT_PAUSED = "left_paused"
    NEVER_BEGUN = "never_begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """Which page opens an exam, on which device: ids that it makes up. A reload is
    another page; what waits to be sent stays on the device."""

    page: UUID
    device: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """`duration_s` is with extra time. `pause_stops_clock`: as its blueprint says.
    Nobody but pages of `opener`'s device has opened it from epoch `opened_since` on.
    """

    exam: ExamId
    account: AccountId
    module: ModuleCode
    blueprint_version: int
    seat: SeatId | None
    duration_s: int
    drawn_at: datetime
    pause_stops_clock: bool = True
    state: ExamState = ExamState.READY
    epoch: int = 1
    opener: Opener | None = None
    opened_since: int = 1
    started_at: datetime | None = None
    deadline_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    ended_why: EndedWhy | None = None


class Standing(Protocol):
    """What has to be known of an exam to write to it."""

    @property
    def state(self) -> ExamState: ...
    @property
    def epoch(self) -> int: ...
    @property
    def deadline_at(self) -> datetime | None: ...


class NoSuchExam(NotFound):
    """There is no such test of yours."""


class ExamOver(Conflict):
    """This test has ended. What was saved before the end counts."""


class ExamNotBegun(Conflict):
    """Your test has not begun yet: it begins once the camera has recognised you."""


class ExamPaused(Conflict):
    """Your test is paused and its clock stands still. Wait for the proctor."""


class OpenedElsewhere(Conflict):
    """This test was opened on another page or device. Go on there, or reload here."""


class AnotherExamOpen(Conflict):
    """Another test of yours is open. Hand it in first."""


class SatAlready(Conflict):
    """This seat's test has been sat. Book another seat to try again."""


def reopened(exam: Exam, by: Opener | None = None) -> Exam:
    """From now on only the page that opened it writes. Raises ExamOver.

    A page may never hear that it opened it: by what is kept of `by` it can tell that
    from another's opening afterwards.
    """
    if exam.state is ExamState.ENDED:
        raise ExamOver
    epoch, before = exam.epoch + 1, exam.opener
    goes_on = by is not None and before is not None and by.device == before.device
    since = exam.opened_since if goes_on else epoch
    return replace(exam, epoch=epoch, opener=by, opened_since=since)


def begun(exam: Exam, now: datetime, latest: datetime | None = None) -> Exam:
    """The start look has passed: the clock runs. Said twice, it began once."""
    if exam.state is not ExamState.READY:
        return exam
    deadline = now + timedelta(seconds=exam.duration_s)
    if latest is not None and latest < deadline:
        deadline = latest
    if deadline <= now:
        return _ended(exam, EndedWhy.NEVER_BEGUN, now)
    return replace(exam, state=ExamState.RUNNING, started_at=now, deadline_at=deadline)


def paused(exam: Exam, now: datetime) -> Exam:
    """A person stops it; the clock stands still if the blueprint says so."""
    exam = timed_out(exam, now)
    if exam.state is not ExamState.RUNNING or not exam.pause_stops_clock:
        return exam
    return replace(exam, state=ExamState.PAUSED, paused_at=now)


def resumed(exam: Exam, now: datetime) -> Exam:
    """The deadline moves by exactly the time it stood still."""
    if exam.state is not ExamState.PAUSED:
        return exam
    assert exam.paused_at is not None
    assert exam.deadline_at is not None
    stood_still = max(now - exam.paused_at, timedelta())
    return replace(
        exam,
        state=ExamState.RUNNING,
        paused_at=None,
        deadline_at=exam.deadline_at + stood_still,
    )


def ended(exam: Exam, why: EndedWhy, now: datetime) -> Exam:
    """Once: whoever comes second finds it ended. Past its deadline that ended it."""
    exam = timed_out(exam, now)
    if exam.state is ExamState.ENDED:
        return exam
    if exam.state is ExamState.READY:
        why = EndedWhy.NEVER_BEGUN
    return _ended(exam, why, now)


def timed_out(exam: Exam, now: datetime) -> Exam:
    """Ended at its deadline, if that is over; whenever somebody notices."""
    if exam.state is not ExamState.RUNNING or not is_over(exam, now):
        return exam
    assert exam.deadline_at is not None
    return _ended(exam, EndedWhy.DEADLINE, exam.deadline_at)


def neglected(exam: Exam, now: datetime, policy: ExamsPolicy) -> Exam:
    """What nobody ends: not begun in time, left paused, past its deadline."""
    exam = timed_out(exam, now)
    patience = timedelta(minutes=policy.begin_within_min)
    if exam.state is ExamState.READY and now - exam.drawn_at >= patience:
        return _ended(exam, EndedWhy.NEVER_BEGUN, now)
    patience = timedelta(minutes=policy.paused_most_min)
    if exam.paused_at is not None and now - exam.paused_at >= patience:
        return _ended(exam, EndedWhy.LEFT_PAUSED, now)
    return exam


def is_over(exam: Standing, now: datetime) -> bool:
    """The last moment is the deadline itself."""
    if exam.state is ExamState.ENDED:
        return True
    return (
        exam.state is ExamState.RUNNING
        and exam.deadline_at is not None
        and now > exam.deadline_at
    )


def require_writable(exam: Standing, epoch: int, now: datetime) -> None:
    """Raises ExamOver, OpenedElsewhere, ExamNotBegun or ExamPaused."""
    if is_over(exam, now):
        raise ExamOver
    if exam.epoch != epoch:
        raise OpenedElsewhere(epoch=exam.epoch)
    if exam.state is ExamState.READY:
        raise ExamNotBegun
    if exam.state is ExamState.PAUSED:
        raise ExamPaused


def remaining(exam: Exam, now: datetime) -> timedelta:
    if exam.state is ExamState.READY:
        return timedelta(seconds=exam.duration_s)
    if exam.state is ExamState.ENDED or exam.deadline_at is None:
        return timedelta()
    return max(exam.deadline_at - (exam.paused_at or now), timedelta())


def _ended(exam: Exam, why: EndedWhy, at: datetime) -> Exam:
    return replace(
        exam, state=ExamState.ENDED, ended_at=at, ended_why=why, paused_at=None
    )
