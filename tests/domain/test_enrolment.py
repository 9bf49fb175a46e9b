"""Guided enrolment: what is asked for next, what is good enough, what a template is."""

import math
import struct
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.domain.enrolment import (
    CAPTURES,
    Enrolled,
    after_the_last,
    combined,
)
from app.kernel.findings import Ask, Finding
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.changes import CaptureTaken
from app.proctoring.domain.check_looks import Guidance, in_turn
from app.proctoring.domain.judge import judge
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.judging import is_clear, verdict_of_capture
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Ending, Kind, State, Verdict, Why
from tests.domain.sitting_world import T0, Dice

POLICY = Policy()
SEEN = Finding(
    frames=8,
    faces=1,
    luminance=0.5,
    sharpness=300.0,
    face_height=0.4,
    turn=3.0,
    similarity=0.8,
    liveness=0.9,
    did_as_asked=True,
    kept=0.7,
    engine="test",
    pack="test",
)
WATCH = Watch(
    sitting=SittingId(uuid4()),
    account=AccountId(uuid4()),
    opened_at=T0,
    kind=Kind.CHECK,
)


def look(verdict=Verdict.MATCH, why=Why.ENROL, ask=Ask.FRONT):
    asked = why is Why.ENROL
    return Judged(
        why=why, epoch=1, asked_at=T0, at=T0, verdict=verdict, asked=asked
    ), ask if asked else None


def judged(watch, looked, missing):
    it, asked = looked
    guidance = Guidance(missing=missing, asked=asked)
    return judge(watch, it, POLICY, Dice(1), guidance)


def wanted(changes):
    return [(it.why, it.ask) for it in changes if isinstance(it, LookWanted)]


def taken(changes):
    return [it.ask for it in changes if isinstance(it, CaptureTaken)]


def test_who_is_recognised_is_asked_for_the_captures_that_are_missing():
    watch, changes = judged(WATCH, look(why=Why.START), CAPTURES)
    assert watch.state is State.CHECKING_IN
    assert wanted(changes) == [(Why.ENROL, Ask.FRONT)]
    assert taken(changes) == []
    (asked,) = changes
    assert asked.due_at - T0 == timedelta(seconds=POLICY.enrol_after_s)


def test_each_capture_leads_to_the_next_and_the_last_one_ends_the_check():
    watch, left, seen = WATCH, list(CAPTURES), []
    while left:
        watch, changes = judged(watch, look(ask=left[0]), left)
        seen += taken(changes)
        left = left[1:]
        assert wanted(changes) == [(Why.ENROL, it) for it in left[:1]]
    assert seen == list(CAPTURES)
    assert (watch.state, watch.reason) == (State.ENDED, Ending.CHECKED)


def test_where_nothing_is_missing_a_match_ends_the_check():
    watch, changes = judged(WATCH, look(why=Why.START), [])
    assert watch.state is State.ENDED
    assert wanted(changes) == taken(changes) == []


def test_what_was_not_asked_for_is_not_taken():
    _, changes = judged(WATCH, look(ask=Ask.LEFT), [Ask.UP])
    assert taken(changes) == []
    assert wanted(changes) == [(Why.ENROL, Ask.UP)]


def test_a_late_capture_of_an_earlier_connection_is_not_taken():
    watch, changes = judged(replace(WATCH, epoch=2), look(), CAPTURES)
    assert (watch.state, changes) == (State.CHECKING_IN, [])


def test_a_capture_that_fails_is_asked_for_again_until_patience_ends():
    watch = WATCH
    for _ in range(POLICY.enrol_tries - 1):
        watch, changes = judged(watch, look(Verdict.DARK), CAPTURES)
        assert wanted(changes) == [(Why.ENROL, Ask.FRONT)]
    watch, changes = judged(watch, look(Verdict.DARK), CAPTURES)
    assert watch.state is State.ENDED
    assert taken(changes) == []


def test_a_good_capture_begins_patience_anew():
    watch = replace(WATCH, failures=POLICY.enrol_tries - 1)
    watch, _ = judged(watch, look(), CAPTURES)
    assert watch.failures == 0


def test_a_fault_of_ours_uses_up_no_patience():
    watch, changes = judged(WATCH, look(Verdict.SYSTEM_UNAVAILABLE), ())
    assert watch.failures == 0
    assert wanted(changes) == [(Why.RETRY, None)]


@given(st.floats(0, 1, exclude_max=True))
def test_chance_orders_the_turns_after_the_front(u):
    order = in_turn(CAPTURES, u)
    assert order[0] is Ask.FRONT
    assert sorted(order) == sorted(CAPTURES)
    assert in_turn([Ask.UP], u) == [Ask.UP]


def test_every_order_of_turns_comes_up():
    assert len({tuple(in_turn(CAPTURES, u / 60)) for u in range(60)}) == 6


@pytest.mark.parametrize(
    ("seen", "failures", "verdict"),
    [
        ({}, 0, Verdict.MATCH),
        ({"similarity": 0.3}, 0, Verdict.MISMATCH),
        ({"luminance": 0.15}, 0, Verdict.DARK),
        ({"sharpness": 5.0}, 0, Verdict.BLURRED),
        ({"face_height": 0.05}, 0, Verdict.SMALL),
        ({"did_as_asked": False}, 0, Verdict.NOT_AS_ASKED),
        ({"kept": 0.1}, 0, Verdict.MISMATCH),
        ({"faces": 2}, 0, Verdict.SEVERAL_FACES),
        ({"liveness": 0.1}, 0, Verdict.SPOOF),
        ({"liveness": 0.1}, POLICY.lifeless_tries, Verdict.MATCH),
        ({"liveness": None}, 0, Verdict.MATCH),
    ],
)
def test_a_capture_is_a_good_picture_of_the_student_alive(seen, failures, verdict):
    """A look would pass some of these: a template needs more."""
    finding = replace(SEEN, **seen)
    assert verdict_of_capture(finding, POLICY, failures) is verdict


@pytest.mark.parametrize(
    ("seen", "clear"),
    [
        ({}, True),
        ({"similarity": POLICY.match_similarity + POLICY.enrol_margin / 2}, False),
        ({"liveness": 0.1}, False),
        ({"similarity": None}, False),
    ],
)
def test_what_is_not_clear_waits_for_a_person(seen, clear):
    assert is_clear(replace(SEEN, **seen), POLICY) is clear


def test_one_unclear_capture_makes_a_person_compare_them_all():
    assert after_the_last([True] * 4) is Enrolled.APPROVED
    assert after_the_last([True, True, False, True]) is Enrolled.WAITING


def vector(*numbers: float) -> bytes:
    return struct.pack(f"<{len(numbers)}f", *numbers)


def test_a_template_is_the_unit_mean():
    half = math.sqrt(0.5)
    made = struct.unpack("<2f", combined([vector(1, 0), vector(0, 1)]))
    assert made == pytest.approx((half, half))
    assert combined([vector(1, 0)]) == vector(1, 0)


@pytest.mark.parametrize(
    "vectors", [[], [vector(1, 0), vector(-1, 0)], [vector(1), vector(1, 0)]]
)
def test_what_cannot_be_combined_is_refused(vectors):
    with pytest.raises(ValueError, match="embeddings"):
        combined(vectors)
