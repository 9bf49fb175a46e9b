"""Who stands where on the wall."""

from itertools import product

import pytest

from app.proctoring.domain.wall import CALM, LOOK_LATER, LOOK_SOON, NOW, need, rank
from app.proctoring.domain.words import Kind, Reason, State, Verdict

TEST, LEARNING = Kind.EXAM, Kind.LEARNING
NEEDS = (CALM, LOOK_LATER, LOOK_SOON, NOW)


def order(*sittings):
    return sorted(sittings, key=lambda it: rank(*it))


def test_tests_come_first_and_hide_nobody_who_waits_for_a_person():
    everybody = list(product((LEARNING, TEST), NEEDS))
    assert order(*everybody) == [
        *((TEST, NOW), (TEST, LOOK_SOON), (TEST, LOOK_LATER)),
        (LEARNING, NOW),
        (TEST, CALM),
        *((LEARNING, LOOK_SOON), (LEARNING, LOOK_LATER), (LEARNING, CALM)),
    ]


def test_of_the_same_need_the_test_comes_first():
    for needs in NEEDS:
        assert order((LEARNING, needs), (TEST, needs))[0] == (TEST, needs)


def test_a_hall_of_calm_tests_leaves_who_waits_at_the_top():
    hall = [(TEST, CALM)] * 300
    assert order(*hall, (LEARNING, NOW))[0] == (LEARNING, NOW)


@pytest.mark.parametrize(
    ("state", "reason", "verdict", "incident", "needs"),
    [
        (State.RUNNING, None, Verdict.MATCH, False, CALM),
        (State.PAUSED, Reason.NEEDS_PERSON, None, False, NOW),
        (State.PAUSED, Reason.MISMATCH, Verdict.MISMATCH, True, NOW),
        (State.RUNNING, None, Verdict.MATCH, True, LOOK_SOON),
        (State.PAUSED, Reason.NO_VIDEO, None, False, LOOK_LATER),
        (State.PAUSED, Reason.AWAY, None, False, CALM),
    ],
)
def test_how_much_a_sitting_needs_a_person(state, reason, verdict, incident, needs):
    assert need(state, reason, verdict, incident=incident) == needs
