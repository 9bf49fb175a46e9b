"""Difficulty and discrimination, against what statistics by hand say."""

import statistics as by_hand
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exams.domain.statistics import (
    Answered,
    item_statistics,
    point_biserial,
)

Q = [UUID(int=n) for n in range(4)]


def paper(number: int, *right: bool) -> list[Answered]:
    return [
        Answered(
            exam=UUID(int=100 + number),
            question=Q[n],
            version=1,
            is_right=it,
            answer=0 if it else 1,
        )
        for n, it in enumerate(right)
    ]


def test_a_question_that_the_knowing_get_right_tells_them_apart():
    told = [it for n in range(40) for it in paper(n, n % 2 == 0, n % 2 == 0, True)]
    found = item_statistics(told)[Q[0], 1]
    assert (found.asked, found.right) == (40, 0.5)
    assert found.discrimination == pytest.approx(1)
    assert found.chosen == {0: 20, 1: 20}
    assert found.words == "It works."


def test_a_wrong_key_shows_as_a_negative_discrimination():
    told = [
        it for n in range(40) for it in paper(n, n % 2 == 1, n % 2 == 0, n % 2 == 0)
    ]
    found = item_statistics(told)[Q[0], 1]
    assert found.discrimination == pytest.approx(-1)
    assert "Is the right answer right?" in found.words


def test_fewer_than_thirty_answers_say_nothing():
    told = [it for n in range(29) for it in paper(n, n % 2 == 0, n % 2 == 0)]
    found = item_statistics(told)[Q[0], 1]
    assert not found.is_enough
    assert found.words == "Too few answers to say: 29 of 30."


def test_what_all_get_right_has_no_discrimination():
    told = [it for n in range(40) for it in paper(n, True, n % 2 == 0)]
    found = item_statistics(told)[Q[0], 1]
    assert found.discrimination is None
    assert "Nearly everybody" in found.words


def test_several_choices_count_each_and_none_counts_as_unanswered():
    said = [(0, 2), (2,), (), None]
    told = [
        Answered(exam=UUID(int=n), question=Q[0], version=2, is_right=False, answer=it)
        for n, it in enumerate(said)
    ]
    found = item_statistics(told)[Q[0], 2]
    assert found.chosen == {0: 1, 2: 2}
    assert found.unanswered == 2
    assert found.discrimination is None


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=40))
def test_it_is_the_correlation_of_the_books(pairs):
    ours = point_biserial([(x, y / 20) for x, y in pairs])
    xs, ys = [float(x) for x, _ in pairs], [y / 20 for _, y in pairs]
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        assert ours is None
    else:
        assert ours == pytest.approx(by_hand.correlation(xs, ys))
