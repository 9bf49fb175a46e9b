"""Who may decide what, and when: never one person alone against a student's word."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.refusals import Refusal
from app.proctoring.domain.incident_words import CHOICES, KINDS, STANDINGS, letter
from app.proctoring.domain.incidents import (
    APPEAL,
    AnotherPerson,
    AppealOnce,
    Case,
    Choice,
    Decided,
    DecidedAlready,
    Decision,
    Kind,
    NothingToAppeal,
    OnlyUpholdOrDismiss,
    SayMore,
    SayWhy,
    Standing,
    Step,
    TooLateToAppeal,
    advice,
    appeal,
    belongs,
    decide,
)

T0 = datetime(2026, 11, 24, 9, tzinfo=UTC)
STUDENT, *REVIEWERS = [UUID(int=number) for number in range(1, 6)]
WHY = "the face is another one"


def after(case: Case, by: UUID, choice: Choice, reason: str = WHY) -> Case:
    decided = decide(case, by, choice, reason)
    given_ = Decision(step=decided.step, choice=choice, reason=reason, by=by, at=T0)
    return Case(
        account=case.account,
        state=decided.state,
        choice=decided.choice,
        decisions=(*case.decisions, given_),
    )


def appealed(choice: Choice = Choice.UPHOLD) -> Case:
    case = after(Case(account=STUDENT, state=Standing.OPEN), REVIEWERS[0], choice)
    state = appeal(case, T0, "that was me with new glasses", T0)
    return Case(
        account=STUDENT, state=state, choice=case.choice, decisions=case.decisions
    )


def test_two_people_overturn_and_neither_is_the_first():
    proposed = after(appealed(), REVIEWERS[1], Choice.DISMISS)
    assert (proposed.state, proposed.choice) == (Standing.PROPOSED, Choice.UPHOLD)
    for by in REVIEWERS[:2]:
        with pytest.raises(AnotherPerson):
            decide(proposed, by, Choice.DISMISS, WHY)
    closed = after(proposed, REVIEWERS[2], Choice.DISMISS)
    assert (closed.state, closed.choice) == (Standing.CLOSED, Choice.DISMISS)
    assert closed.overturned


def test_one_other_person_is_enough_to_keep_a_decision():
    closed = after(appealed(), REVIEWERS[1], Choice.UPHOLD)
    assert (closed.state, closed.choice) == (Standing.CLOSED, Choice.UPHOLD)
    assert not closed.overturned


def test_a_third_person_may_side_with_the_first():
    proposed = after(appealed(), REVIEWERS[1], Choice.DISMISS)
    closed = after(proposed, REVIEWERS[2], Choice.UPHOLD)
    assert (closed.state, closed.choice) == (Standing.CLOSED, Choice.UPHOLD)


def test_nobody_decides_on_themselves_or_twice_or_what_is_decided():
    case = Case(account=STUDENT, state=Standing.OPEN)
    with pytest.raises(AnotherPerson):
        decide(case, STUDENT, Choice.DISMISS, "")
    with pytest.raises(AnotherPerson):
        decide(appealed(), REVIEWERS[0], Choice.DISMISS, WHY)
    with pytest.raises(DecidedAlready):
        decide(
            after(case, REVIEWERS[0], Choice.DISMISS), REVIEWERS[1], Choice.UPHOLD, WHY
        )


@pytest.mark.parametrize("choice", [Choice.UPHOLD, Choice.WARN, Choice.END])
def test_what_costs_a_student_needs_a_reason(choice):
    case = Case(account=STUDENT, state=Standing.OPEN)
    for reason in ("", "too short", "x" * 501):
        with pytest.raises(SayWhy):
            decide(case, REVIEWERS[0], choice, reason)


def test_an_appeal_is_answered_by_upholding_or_dismissing():
    for choice in (Choice.WARN, Choice.LOOK, Choice.END):
        with pytest.raises(OnlyUpholdOrDismiss):
            decide(appealed(), REVIEWERS[1], choice, WHY)


def test_an_appeal_comes_once_in_time_and_against_something():
    said = "that was me with new glasses"
    case = Case(account=STUDENT, state=Standing.DECIDED, choice=Choice.UPHOLD)
    assert appeal(case, T0, said, T0 + APPEAL) is Standing.APPEALED
    with pytest.raises(TooLateToAppeal):
        appeal(case, T0, said, T0 + APPEAL + timedelta(seconds=1))
    with pytest.raises(SayMore):
        appeal(case, T0, "no", T0)
    with pytest.raises(AppealOnce):
        appeal(appealed(), T0, said, T0)
    fine = Case(account=STUDENT, state=Standing.DECIDED, choice=Choice.DISMISS)
    for unfit in (fine, Case(account=STUDENT, state=Standing.OPEN)):
        with pytest.raises(NothingToAppeal):
            appeal(unfit, T0, said, T0)


steps = st.lists(
    st.tuples(st.sampled_from([*REVIEWERS, STUDENT]), st.sampled_from(list(Choice))),
    max_size=12,
)


@given(steps)
def test_no_order_of_decisions_overturns_with_fewer_than_three(tries):
    case = Case(account=STUDENT, state=Standing.OPEN)
    for by, choice in tries:
        try:
            case = after(case, by, choice)
        except Refusal:
            continue
        if case.state is Standing.DECIDED and case.choice is not Choice.DISMISS:
            case = Case(
                account=STUDENT,
                state=appeal(case, T0, "that was me, really", T0),
                choice=case.choice,
                decisions=case.decisions,
            )
    people = [it.by for it in case.decisions]
    assert len(set(people)) == len(people)
    assert STUDENT not in people
    assert len(people) == 3 or not case.overturned


def test_what_comes_within_a_quarter_of_an_hour_belongs_together():
    assert belongs(T0, T0 + timedelta(minutes=15))
    assert not belongs(T0, T0 + timedelta(minutes=15, seconds=1))


def test_the_machine_says_what_it_saw_and_no_score():
    said = " ".join(advice([Kind.MISMATCH, Kind.MISMATCH, Kind.SEVERAL_FACES]))
    assert "2 looks did not recognise" in said
    assert "One look saw more than one" in said
    assert "%" not in said
    assert advice([]) == []
    (said,) = advice([Kind.NOT_AS_ASKED] * 11)
    assert said.startswith("11 times the head")
    (said,) = advice([Kind.NO_FACE])
    assert said.startswith("One look saw nobody")


def test_everything_has_its_words():
    assert set(KINDS) == set(Kind)
    assert set(CHOICES) == set(Choice)
    assert set(STANDINGS) == set(Standing)


def test_a_letter_says_what_was_decided_why_and_what_can_be_done():
    first = Decided(
        step=Step.FIRST,
        state=Standing.DECIDED,
        choice=Choice.UPHOLD,
        takes_effect=True,
    )
    words = letter(first, WHY, 0)
    assert WHY in words.text
    assert "14 days" in words.text
    back = Decided(
        step=Step.CONFIRM,
        state=Standing.CLOSED,
        choice=Choice.DISMISS,
        takes_effect=True,
    )
    assert "1 min 5 s were given back" in letter(back, "", 65).text
    assert uuid4().hex not in words.text
