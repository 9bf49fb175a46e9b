"""A result: what it is, whether it is held, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.exams.domain.grading import Grade, reaches
from app.exams.domain.rulings import Ruled, Ruling
from app.kernel.ids import AccountId, CertificateId, ExamId, ModuleCode
from app.kernel.refusals import Conflict, NotFound, Refusal
from app.kernel.scripts import is_printable

REASON_MIN, REASON_MAX = 10, 500


class State(StrEnum):
    """Of a result. Waiting: not ended, or not graded yet; unbegun: no question was
    shown, so it is no go; held: nobody may know yet; annulled: it counts as neither
    passed nor failed."""

    WAITING = "waiting"
    UNBEGUN = "unbegun"
    HELD = "held"
    PASSED = "passed"
    FAILED = "failed"
    ANNULLED = "annulled"


class NoSuchExam(NotFound):
    """There is no such test here, or it is not yours to see."""


class NotEnded(Conflict):
    """This test has not ended yet: there is no result to hold."""


class HeldAlready(Conflict):
    """This result is held already. Release it first to hold it for another reason."""


class NeverBegun(Conflict):
    """This test never began: there is no result to hold or to annul."""


class NotHeld(Conflict):
    """This result is not held by anybody."""


class SayWhy(Refusal):
    """Please write a reason of 10 to 500 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Of the sitting that an exam was sat in; `is_open`: nobody has decided yet;
    `is_upheld`: somebody has, against the student."""

    incident: UUID
    is_open: bool
    is_upheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """What a person decides of an exam's sitting: its `incidents`, decided or not, and
    how many `looks` wait for somebody to compare their pictures."""

    incidents: Sequence[Incident] = ()
    looks: int = 0

    @property
    def open_incidents(self) -> int:
        return sum(it.is_open for it in self.incidents)

    @property
    def upheld(self) -> tuple[UUID, ...]:
        return tuple(it.incident for it in self.incidents if it.is_upheld)

    @property
    def is_open(self) -> bool:
        return self.looks > 0 or self.open_incidents > 0


NOTHING = Undecided()
LEFT_PAUSED = (
    "Your test was paused and nobody let it go on, so it ended by itself. A person "
    "looks at it before its result is told."
)
"""Why the result of such a test is held; its student reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """By an admin, or by itself (None); the student reads that there is one, and
    why."""

    by: AccountId | None
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate as results tell of it."""

    certificate: CertificateId
    number: int
    issued_at: datetime
    revoked_at: datetime | None
    revoked_why: str | None

    @property
    def name(self) -> str:
        return certificate_name(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """One exam, as it is kept. `gradings`: how often it was graded; `cooling_s`: as the
    module asks today; `ruling`: the newest; `told`: what was written of it;
    `is_erased`: the student, who has no name any more to be certified."""

    exam: ExamId
    account: AccountId
    name: str
    srn: str
    time_zone: str
    is_erased: bool
    module: ModuleCode
    title: str
    drawn_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ended_why: str | None
    pass_mark: int
    cooling_s: int
    hold: Hold | None
    ruling: Ruling | None
    told: str | None
    grade: Grade | None
    graded_at: datetime | None
    gradings: int
    certificate: Issued | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    sat: Sat
    state: State
    undecided: Undecided

    @property
    def grade(self) -> Grade | None:
        """For the student: nothing before it is told."""
        return self.sat.grade if self.state in (State.PASSED, State.FAILED) else None

    @property
    def unruled(self) -> int:
        """Incidents that were upheld, and of which no admin has ruled yet."""
        return _unruled(self.sat, self.undecided)

    @property
    def annulled_why(self) -> str:
        ruling = self.sat.ruling
        return ruling.why if ruling and self.state is State.ANNULLED else ""

    @property
    def has_lost_its_ground(self) -> bool:
        """Annulled for incidents of which none is upheld, or undecided, any more."""
        ruling, undecided = self.sat.ruling, self.undecided
        return bool(
            self.state is State.ANNULLED
            and ruling
            and ruling.incidents
            and not undecided.upheld
            and not undecided.is_open
        )

    @property
    def is_kept(self) -> bool:
        """A pass that stands although questions were withdrawn later."""
        it = self.grade
        return bool(
            it
            and it.passed
            and not reaches(it.points, it.of_points, self.sat.pass_mark)
        )

    @property
    def is_empty(self) -> bool:
        return bool(self.state is State.FAILED and self.grade and self.grade.is_empty)

    def may_go_again(self, now: datetime) -> bool:
        """Not where it was passed, waits for somebody, or has to cool."""
        done = self.state in (State.FAILED, State.ANNULLED, State.UNBEGUN)
        return done and self.cooling_till(now) is None

    def cooling_till(self, now: datetime) -> datetime | None:
        """Till when the next go cannot be booked; None: at once."""
        counts = self.state in (State.FAILED, State.ANNULLED) and not self.is_empty
        if not counts or not self.sat.ended_at:
            return None
        till = self.sat.ended_at + timedelta(seconds=self.sat.cooling_s)
        return till if till > now else None


def may_go_again(mine: Sequence[Result], module: ModuleCode, now: datetime) -> bool:
    """After these goes of one student: another test of this module, just now. Not where
    one was passed, or the last has no result that is known."""
    goes = [it for it in mine if it.sat.module == module]
    return all(it.may_go_again(now) for it in goes)


def result(sat: Sat, undecided: Undecided = NOTHING) -> Result:
    return Result(sat=sat, state=_state(sat, undecided), undecided=undecided)


def _state(sat: Sat, undecided: Undecided) -> State:
    if sat.ended_at is not None and sat.started_at is None:
        return State.UNBEGUN
    if sat.ended_at is None or sat.grade is None:
        return State.WAITING
    if sat.ruling is not None and sat.ruling.what is Ruled.ANNULLED:
        return State.ANNULLED
    if sat.hold is not None or undecided.is_open or _unruled(sat, undecided):
        return State.HELD
    return State.PASSED if sat.grade.passed else State.FAILED


def _unruled(sat: Sat, undecided: Undecided) -> int:
    ruled = sat.ruling.incidents if sat.ruling else ()
    return len(set(undecided.upheld) - set(ruled))


def certificate_name(number: int) -> str:
    """C-000123."""
    return f"C-{number:06}"


def reason_of(text: str) -> str:
    """On one line. Raises SayWhy."""
    reason = " ".join(text.split())
    if not REASON_MIN <= len(reason) <= REASON_MAX or not is_printable(reason):
        raise SayWhy
    return reason
