"""What a sitting does to the clock of the test that it watches."""

from enum import StrEnum

from app.exams.domain.exams import EndedWhy, ExamState
from app.kernel.refusals import Conflict
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Ending, Kind, Reason, State

STOPPING = frozenset({Reason.PROCTOR, Reason.NEEDS_PERSON})
"""Only what waits for a person stops the clock: being away does not, nor does a look
that fails, or nobody would be there for the hard questions."""

OWN_ENDINGS = frozenset({Ending.FINISHED, Ending.WITHDRAWN})
"""What the student ended."""


class NotInATest(Conflict):
    """This is a test: it cannot be paused, and ends when you hand it in."""


class ExamIsOpen(Conflict):
    """A test of yours is open. Hand it in before you go on studying."""


class Step(StrEnum):
    BEGIN = "begin"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"


def step_of(watch: Watch, exam: ExamState) -> Step | None:
    """The step that the test's clock takes after its sitting has become so."""
    if exam is ExamState.ENDED:
        return None
    if watch.state is State.ENDED:
        return Step.END
    stopped = watch.state is State.PAUSED and watch.reason in STOPPING
    if exam is ExamState.READY:
        return Step.BEGIN if watch.state is State.RUNNING else None
    if stopped:
        return Step.PAUSE if exam is ExamState.RUNNING else None
    return Step.RESUME if exam is ExamState.PAUSED else None


def why_ended(watch: Watch) -> EndedWhy:
    own = watch.reason in OWN_ENDINGS
    return EndedWhy.HANDED_IN if own else EndedWhy.PROCTOR


def ending_of(why: EndedWhy | None) -> Ending:
    """Of a sitting whose test ended first."""
    return Ending.PROCTOR if why is EndedWhy.PROCTOR else Ending.FINISHED


def learning(watch: Watch) -> Watch:
    """For what only who learns may do. Raises NotInATest."""
    if watch.kind is Kind.EXAM:
        raise NotInATest
    return watch
