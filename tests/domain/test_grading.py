"""Grading: every point is told from the answers, and no rounding decides."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.domain.grading import (
    Asked,
    Given,
    grade,
    latest,
    percent,
    reaches,
    regraded,
    shown,
)
from app.exams.domain.questions import Option, Question, QuestionKind, Span

MARK = 50
SINGLE = Question(
    name="one",
    kind=QuestionKind.SINGLE,
    text="?",
    options=(Option(text="no", is_right=False), Option(text="yes", is_right=True)),
)
MULTIPLE = Question(
    name="several",
    kind=QuestionKind.MULTIPLE,
    text="?",
    options=tuple(Option(text=str(n), is_right=n in (0, 2)) for n in range(3)),
)
NUMERIC = Question(
    name="number",
    kind=QuestionKind.NUMERIC,
    text="?",
    spans=(Span(low=Decimal("0.1"), high=Decimal("0.3")),),
)
RIGHT = {"one": 1, "several": (0, 2), "number": Decimal("0.30")}
WRONG = {"one": 0, "several": (0,), "number": Decimal("0.31")}
questions = st.sampled_from([SINGLE, MULTIPLE, NUMERIC])


def asked(*questions: Question, tag: str = "t", withdrawn=()) -> list[Asked]:
    return [
        Asked(position=n, tag=tag, question=it, withdrawn=n in withdrawn)
        for n, it in enumerate(questions, start=1)
    ]


def answered(*answers, turn: int = 1) -> list[Given]:
    return [
        Given(position=n, turn=turn, answer=it) for n, it in enumerate(answers, start=1)
    ]


@st.composite
def papers(draw):
    """Places with tags, some withdrawn, and the places that were answered rightly."""
    count = draw(st.integers(1, 40))
    places = [
        Asked(
            position=n,
            tag=draw(st.sampled_from(["law", "cost", ""])),
            question=draw(questions),
            withdrawn=draw(st.booleans()),
        )
        for n in range(1, count + 1)
    ]
    right = draw(st.sets(st.integers(1, count)))
    given = [
        Given(
            position=it.position,
            turn=draw(st.integers(1, 9)),
            answer=(RIGHT if it.position in right else WRONG)[it.question.name],
        )
        for it in places
    ]
    return places, given, right


def test_three_kinds_are_all_or_nothing_and_nothing_is_taken_off():
    three = asked(SINGLE, MULTIPLE, NUMERIC)
    assert grade(three, answered(1, (0, 2), Decimal("0.1")), MARK).points == 3
    assert grade(three, answered(0, (0, 1, 2), Decimal("0.4")), MARK).points == 0
    assert grade(three, answered(None, (), None), MARK).points == 0
    assert grade(three, [], MARK).of_points == 3


def test_the_highest_turn_of_a_place_counts_however_they_come():
    turns = [
        Given(position=1, turn=3, answer=1),
        Given(position=1, turn=9, answer=None),
        Given(position=1, turn=2, answer=0),
    ]
    assert latest(turns) == latest(reversed(turns)) == {1: None}


def test_half_of_an_odd_number_is_not_reached():
    assert not grade(asked(SINGLE, SINGLE, SINGLE), answered(1, 0, 0), MARK).passed
    assert grade(asked(SINGLE, SINGLE, SINGLE), answered(1, 1, 0), MARK).passed
    assert grade(asked(SINGLE, SINGLE), answered(1, 0), MARK).passed


def test_a_paper_of_which_all_is_withdrawn_is_empty_and_no_failure_of_its_sums():
    it = grade(asked(SINGLE, SINGLE, withdrawn=(1, 2)), answered(1, 1), MARK)
    assert (it.points, it.of_points, it.percent) == (0, 0, Decimal(0))
    assert it.is_empty
    assert not it.passed
    assert it.by_tag == {}


@given(papers(), st.integers(1, 100))
def test_points_are_those_right_and_not_withdrawn_and_parts_add_up(made, mark):
    places, given_, right = made
    it = grade(places, given_, mark)
    counting = [place for place in places if not place.withdrawn]
    assert it.of_points == len(counting)
    assert it.points == sum(place.position in right for place in counting)
    assert it.points == sum(share.points for share in it.by_tag.values())
    assert it.of_points == sum(share.of_points for share in it.by_tag.values())
    assert all(share.of_points for share in it.by_tag.values())


@given(papers(), st.randoms(use_true_random=False))
def test_the_order_of_places_and_answers_changes_nothing(made, random):
    places, given_, _ = made
    before = grade(places, given_, MARK)
    random.shuffle(places)
    random.shuffle(given_)
    assert grade(places, given_, MARK) == before


@given(st.integers(0, 500), st.integers(1, 500), st.integers(1, 100))
def test_a_pass_is_told_from_the_fraction_and_no_figure_shown_belies_it(
    points, of_points, mark
):
    points = min(points, of_points)
    exact = Fraction(100 * points, of_points)
    passed = reaches(points, of_points, mark)
    assert passed is (exact >= mark)
    kept = percent(points, of_points)
    assert Fraction(kept) <= exact < Fraction(kept) + Fraction(1, 10**10)
    figure = Fraction(shown(kept).removesuffix(" %"))
    assert figure <= exact < figure + Fraction(1, 10)
    assert (figure >= mark) is passed


@pytest.mark.parametrize(
    ("points", "of_points", "figure"),
    [(1, 3, "33.3 %"), (2, 3, "66.6 %"), (499, 999, "49.9 %"), (1, 1, "100.0 %")],
)
def test_figures_are_rounded_down(points, of_points, figure):
    assert shown(percent(points, of_points)) == figure


@given(papers(), st.booleans())
def test_grading_anew_takes_a_pass_away_only_where_policy_says_so(made, may_fail):
    places, given_, _ = made
    all_count = [
        Asked(position=it.position, tag=it.tag, question=it.question) for it in places
    ]
    before, anew = grade(all_count, given_, MARK), grade(places, given_, MARK)
    after = regraded(before, anew, may_fail=may_fail)
    if may_fail or not before.passed:
        assert after == anew
    else:
        assert after.passed
    assert (after.points, after.of_points) == (anew.points, anew.of_points)
