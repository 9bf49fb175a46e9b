"""Papers: drawn from a seed, always where it is possible, and fairly."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.domain.papers import (
    BankQuestion,
    CannotBeDrawn,
    below,
    draw,
    shuffle,
    stream,
)
from app.exams.domain.questions import QuestionKind


@dataclass(frozen=True)
class Part:
    tag: str
    count: int


@dataclass(frozen=True)
class Blueprint:
    parts: tuple[Part, ...]


def of(**counts: int) -> Blueprint:
    return Blueprint(tuple(Part(tag, count) for tag, count in counts.items()))


def question(number: int, *tags: str, options: int = 4, version: int = 1):
    return BankQuestion(
        question=UUID(int=number),
        version=version,
        kind=QuestionKind.SINGLE,
        tags=tags,
        options=options,
    )


def seed(number: int) -> bytes:
    return number.to_bytes(32, "big")


def chi_square(counts: Counter, cells: int) -> float:
    expected = counts.total() / cells
    seen = sum((n - expected) ** 2 / expected for n in counts.values())
    return seen + (cells - len(counts)) * expected


BANK = [question(n, "a" if n % 2 else "b") for n in range(1, 11)]


def test_the_same_seed_draws_the_same_paper_whatever_order_the_bank_comes_in():
    assert draw(of(a=3, b=2), BANK, seed(1)) == draw(of(a=3, b=2), BANK[::-1], seed(1))


def test_another_seed_draws_another_paper():
    assert draw(of(a=3, b=2), BANK, seed(1)) != draw(of(a=3, b=2), BANK, seed(2))


def test_a_paper_is_known_for_good():
    """A change of how papers are drawn would break the proof of those drawn before."""
    paper = draw(of(a=2, b=1), BANK, seed(7))
    assert [(it.position, it.question.int, it.options) for it in paper] == KNOWN


def test_each_part_has_its_count_and_no_question_stands_twice():
    paper = draw(of(a=4, b=3), BANK, seed(3))
    assert Counter(it.part_tag for it in paper) == {"a": 4, "b": 3}
    assert len({it.question for it in paper}) == 7
    assert [it.position for it in paper] == list(range(1, 8))
    for it in paper:
        assert sorted(it.options) == [0, 1, 2, 3]


def test_of_two_versions_the_newest_is_drawn():
    bank = [question(1, "a", version=1), question(1, "a", version=2)]
    (it,) = draw(of(a=1), bank, seed(1))
    assert it.version == 2


def test_overlapping_tags_are_drawn_wherever_it_is_possible():
    # Only one way to fill: 1 must stand for c, 2 for b, 3 for a.
    bank = [question(1, "a", "b", "c"), question(2, "a", "b"), question(3, "a")]
    for number in range(50):
        paper = draw(of(a=1, b=1, c=1), bank, seed(number))
        assert {it.part_tag: it.question.int for it in paper} == {
            "a": 3,
            "b": 2,
            "c": 1,
        }


def test_too_few_questions_draw_no_paper():
    with pytest.raises(CannotBeDrawn):
        draw(of(a=6), BANK, seed(1))


TAGS = st.sets(st.sampled_from("abcd"), min_size=1)
COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), min_size=1)


@given(st.lists(TAGS, max_size=8), COUNTS, st.integers(0, 99))
def test_a_paper_is_drawn_exactly_when_hall_allows_it(tags, counts, number):
    """Each set of tags has as many questions as its parts want together."""
    bank = [question(n, *sorted(it)) for n, it in enumerate(tags, start=1)]
    possible = all(
        sum(counts[tag] for tag in some) <= sum(bool(it & set(some)) for it in tags)
        for size in range(1, len(counts) + 1)
        for some in combinations(counts, size)
    )
    if possible:
        paper = draw(of(**counts), bank, seed(number))
        assert Counter(it.part_tag for it in paper) == counts
        by_id = {it.question: it for it in bank}
        assert all(it.part_tag in by_id[it.question].tags for it in paper)
    else:
        with pytest.raises(CannotBeDrawn):
            draw(of(**counts), bank, seed(number))


def test_each_question_is_drawn_as_often_as_any_other():
    bank = [question(n, "a") for n in range(1, 11)]
    drawn = Counter(
        it.question for n in range(4000) for it in draw(of(a=3), bank, seed(n))
    )
    assert chi_square(drawn, 10) < 27.9  # 9 degrees, p = 0.001


def test_each_set_of_questions_is_as_likely_as_any_other():
    bank = [question(n, "a") for n in range(1, 6)]
    sets = Counter(
        frozenset(it.question for it in draw(of(a=2), bank, seed(n)))
        for n in range(4000)
    )
    assert chi_square(sets, 10) < 27.9


def test_each_question_stands_at_each_place_equally_often():
    bank = [question(n, "a") for n in range(1, 5)]
    places = Counter(
        (it.question, it.position)
        for n in range(4000)
        for it in draw(of(a=4), bank, seed(n))
    )
    assert chi_square(places, 16) < 39.3  # 16 cells, 9 degrees: well on the safe side


def test_each_order_of_options_is_as_likely_as_any_other():
    bank = [question(1, "a", options=4)]
    orders = Counter(draw(of(a=1), bank, seed(n))[0].options for n in range(6000))
    assert chi_square(orders, 24) < 49.7  # 23 degrees, p = 0.001


def test_the_orders_of_two_questions_say_nothing_of_each_other():
    bank = [question(1, "a", options=3), question(2, "a", options=3)]
    pairs = Counter()
    for n in range(6000):
        orders = {it.question: it.options for it in draw(of(a=2), bank, seed(n))}
        pairs[orders[UUID(int=1)], orders[UUID(int=2)]] += 1
    assert chi_square(pairs, 36) < 66.6  # 35 degrees, p = 0.001


def test_a_biased_shuffle_would_be_noticed():
    """The control: swapping with any place instead of the ones that are left."""

    def biased(things, numbers):
        found = list(things)
        for at in range(len(found)):
            other = below(len(found), numbers)
            found[at], found[other] = found[other], found[at]
        return tuple(found)

    orders = Counter(biased("abcd", stream(seed(n), "x")) for n in range(6000))
    assert chi_square(orders, 24) > 49.7


def test_a_shuffle_keeps_what_it_shuffles():
    assert sorted(shuffle(range(20), stream(seed(1), "x"))) == list(range(20))


KNOWN = [(1, 6, (3, 0, 2, 1)), (2, 1, (0, 2, 1, 3)), (3, 5, (1, 3, 2, 0))]
