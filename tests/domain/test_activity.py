"""'Still there?': who does nothing for long is asked, and then paused, fairly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.proctoring.domain.changes import LooksCancelled, StretchClosed
from app.proctoring.domain.neglect import asks_at, inactive
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Watch, resume
from app.proctoring.domain.words import Reason, State

T0 = datetime(2026, 11, 24, 9, tzinfo=UTC)
POLICY = Policy(idle_after_s=300, idle_answer_s=60)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def running(*, active: float = 0, since: float = 0, seen: float = 359) -> Watch:
    return Watch(
        sitting=uuid4(),
        account=uuid4(),
        opened_at=T0,
        state=State.RUNNING,
        running_from=at(since),
        seen_at=at(seen),
        active_at=at(active),
    )


def test_the_question_comes_after_what_policy_calls_active():
    assert asks_at(running(active=100), POLICY) == at(400)
    assert asks_at(replace(running(), state=State.PAUSED), POLICY) is None


@pytest.mark.parametrize("now", [0, 299, 300, 359])
def test_time_runs_while_the_question_can_be_answered(now):
    watch = running()
    assert inactive(watch, at(now), POLICY) == (watch, [])


def test_unanswered_it_pauses_and_time_ends_where_the_question_began():
    after, changes = inactive(running(), at(360), POLICY)
    assert (after.state, after.reason) == (State.PAUSED, Reason.INACTIVE)
    assert changes == [StretchClosed(at=at(300)), LooksCancelled()]


def test_what_a_look_confirmed_meanwhile_stays():
    """A passed look at 330 s closed the stretch before it: it saw the student."""
    _, changes = inactive(running(since=330), at(360), POLICY)
    assert changes[0] == StretchClosed(at=at(330))


def test_the_student_lifts_the_pause_and_is_looked_at():
    paused, _ = inactive(running(), at(360), POLICY)
    watch, wanted = resume(paused, Reason.STUDENT, at(900))
    assert watch.state is State.CHECKING_IN
    assert [it.why for it in wanted] == ["resume"]


def test_a_page_that_never_told_of_activity_is_not_asked():
    """Scripted clients and pages of before say nothing of it."""
    watch = replace(running(), active_at=None)
    assert inactive(watch, at(9_999), POLICY) == (watch, [])
