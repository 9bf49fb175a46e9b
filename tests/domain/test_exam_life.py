"""The life of an exam: its clock, its end, who may open it and write to it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.domain import exams as life
from app.exams.domain import opening
from app.exams.domain.exams import (
    EndedWhy,
    Exam,
    ExamNotBegun,
    ExamOver,
    ExamPaused,
    ExamState,
    OpenedElsewhere,
    Opener,
)
from app.exams.domain.opening import CoolingOff, NotOpenYet, TooLate, Window
from app.exams.domain.policy import ExamsPolicy
from app.kernel.ids import AccountId, ExamId, ModuleCode

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = ExamsPolicy()
SLOT = Window(starts_at=T0, ends_at=T0 + timedelta(hours=2))


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def an_exam(**more) -> Exam:
    base = {
        "exam": ExamId(UUID(int=1)),
        "account": AccountId(UUID(int=2)),
        "module": ModuleCode("M1"),
        "blueprint_version": 1,
        "seat": None,
        "duration_s": 3600,
        "drawn_at": T0,
    }
    return Exam(**{**base, **more})


def running(**more) -> Exam:
    return life.begun(an_exam(**more), T0)


@pytest.mark.parametrize("minutes", [-30, 0, 30])
def test_a_test_opens_around_the_beginning_of_its_slot(minutes):
    opening.require_window(SLOT, after(60 * minutes), POLICY)


def test_before_it_says_when_to_come():
    with pytest.raises(NotOpenYet, match="30 minutes before") as refused:
        opening.require_window(SLOT, after(-1801), POLICY)
    assert refused.value.details == {"opens_at": after(-1800).isoformat()}


def test_after_it_is_too_late():
    with pytest.raises(TooLate):
        opening.require_window(SLOT, after(1801), POLICY)
    patient = ExamsPolicy(late_min=600)
    with pytest.raises(TooLate):
        opening.require_window(SLOT, SLOT.ends_at, patient)


def test_the_clock_begins_with_the_start_look_and_only_once():
    exam = running()
    assert (exam.state, exam.deadline_at) == (ExamState.RUNNING, after(3600))
    assert life.begun(exam, after(50)) == exam


def test_no_deadline_is_later_than_policy_allows():
    latest = opening.latest_end(SLOT, timedelta(minutes=30), POLICY)
    assert latest == SLOT.ends_at + timedelta(minutes=90)
    assert life.begun(an_exam(), T0, after(600)).deadline_at == after(600)
    never = life.begun(an_exam(), T0, T0)
    assert never.ended_why is EndedWhy.NEVER_BEGUN


def test_extra_time_is_rounded_up():
    assert opening.with_extra(3600, 25) == 4500
    assert opening.with_extra(61, 33) == 82
    assert opening.with_extra(3600, 0) == 3600


def test_a_pause_moves_the_deadline_by_exactly_its_length():
    exam = life.paused(running(), after(100))
    assert exam.state is ExamState.PAUSED
    assert life.remaining(exam, after(5000)) == timedelta(seconds=3500)
    exam = life.resumed(exam, after(5000.25))
    assert exam.deadline_at == after(3600 + 4900.25)


def test_where_a_pause_stops_no_clock_it_changes_nothing():
    exam = running(pause_stops_clock=False)
    assert life.paused(exam, after(10)) == exam
    assert life.resumed(exam, after(20)) == exam


def test_a_pause_after_the_deadline_finds_it_ended_there():
    exam = life.paused(running(), after(4000))
    assert exam.ended_why is EndedWhy.DEADLINE
    assert exam.ended_at == after(3600)


@pytest.mark.parametrize("why", [EndedWhy.HANDED_IN, EndedWhy.PROCTOR])
def test_the_first_end_stays(why):
    exam = life.ended(running(), why, after(50))
    assert (exam.ended_why, exam.ended_at) == (why, after(50))
    assert life.ended(exam, EndedWhy.DEADLINE, after(99)) == exam


def test_a_hand_in_after_the_deadline_ended_at_the_deadline():
    exam = life.ended(running(), EndedWhy.HANDED_IN, after(3601))
    assert (exam.ended_why, exam.ended_at) == (EndedWhy.DEADLINE, after(3600))


def test_a_paused_test_can_be_handed_in():
    exam = life.ended(life.paused(running(), after(5)), EndedWhy.HANDED_IN, after(9))
    assert (exam.state, exam.paused_at) == (ExamState.ENDED, None)


def test_what_never_began_is_no_go():
    exam = life.ended(an_exam(), EndedWhy.HANDED_IN, after(9))
    assert exam.ended_why is EndedWhy.NEVER_BEGUN
    late = after(60 * POLICY.begin_within_min)
    assert life.neglected(an_exam(), late, POLICY).ended_why is EndedWhy.NEVER_BEGUN
    assert life.neglected(an_exam(), after(60), POLICY).state is ExamState.READY


def test_a_pause_that_nobody_lifts_ends_some_day():
    exam = life.paused(running(), after(5))
    assert life.neglected(exam, after(3600), POLICY) == exam
    late = after(5 + 60 * POLICY.paused_most_min)
    assert life.neglected(exam, late, POLICY).ended_why is EndedWhy.LEFT_PAUSED


def test_the_deadline_itself_is_in_time_and_a_moment_later_is_not():
    life.require_writable(running(), 1, after(3600))
    with pytest.raises(ExamOver):
        life.require_writable(running(), 1, after(3600.000001))


def test_only_the_page_that_opened_it_last_writes():
    exam = life.reopened(running())
    life.require_writable(exam, 2, after(1))
    with pytest.raises(OpenedElsewhere):
        life.require_writable(exam, 1, after(1))
    with pytest.raises(ExamOver):
        life.reopened(life.ended(exam, EndedWhy.PROCTOR, after(2)))


DEVICES = st.sampled_from([None, UUID(int=1), UUID(int=2)])


@given(DEVICES, st.lists(DEVICES, max_size=8))
def test_whether_another_device_had_it_since_is_known_whatever_answers_were_lost(
    first, devices
):
    """Each opens it with a page of its own; None is one that gives no ids."""
    made = [first, *devices]
    openers = [it and Opener(page=uuid4(), device=it) for it in made]
    exam = running(opener=openers[0])
    for by in openers[1:]:
        exam = life.reopened(exam, by)
        assert exam.opener == by
    for heard in range(1, exam.epoch + 1):
        since = made[heard - 1 :]
        alone = since == [made[-1]] * len(since) and made[-1] is not None
        assert (exam.opened_since <= heard) is (alone or heard == exam.epoch)


def test_nothing_is_written_before_the_beginning_or_while_it_is_paused():
    with pytest.raises(ExamNotBegun):
        life.require_writable(an_exam(), 1, T0)
    with pytest.raises(ExamPaused):
        life.require_writable(life.paused(running(), T0), 1, T0)


def test_between_two_goes_some_time_has_to_pass():
    opening.require_cooled(None, T0)
    opening.require_cooled(after(3600), after(3600))
    with pytest.raises(CoolingOff) as refused:
        opening.require_cooled(after(3600), after(3599))
    assert refused.value.details == {"open_at": after(3600).isoformat()}


DEEDS = {
    "begin": life.begun,
    "pause": life.paused,
    "resume": life.resumed,
    "hand in": lambda exam, now: life.ended(exam, EndedWhy.HANDED_IN, now),
    "end": lambda exam, now: life.ended(exam, EndedWhy.PROCTOR, now),
    "sweep": lambda exam, now: life.neglected(exam, now, POLICY),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(DEEDS)),
        st.integers(0, 900),
    ),
    max_size=30,
)


@given(STEPS, st.booleans())
def test_in_any_order_the_clock_gives_each_student_their_time_and_no_more(steps, stops):
    exam, now, stood_still = an_exam(pause_stops_clock=stops), T0, timedelta()
    for word, wait_s in steps:
        now += timedelta(seconds=wait_s)
        before, exam = exam, DEEDS[word](exam, now)
        if before.state is ExamState.PAUSED and exam.state is ExamState.RUNNING:
            stood_still += now - before.paused_at
        assert before.state is not ExamState.ENDED or exam == before
        if exam.started_at is not None:
            promised = exam.started_at + timedelta(seconds=3600) + stood_still
            assert exam.deadline_at == promised
        if exam.ended_why is EndedWhy.DEADLINE:
            assert exam.ended_at == exam.deadline_at
