"""A paper that cannot be drawn is refused, and the words say exactly what lacks."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exams.domain.blueprints import (
    BadBlueprint,
    Blueprint,
    CannotBeDrawn,
    Part,
    require_drawable,
    require_sense,
    shortage,
)


def parts(**counts: int) -> tuple[Part, ...]:
    return tuple(Part(tag=tag, count=count) for tag, count in counts.items())


def words(bank: list[list[str]], **counts: int) -> str:
    found = shortage(parts(**counts), bank)
    return found.words() if found else ""


def test_enough_of_each_tag_can_be_drawn():
    assert words([["a"], ["a", "b"], ["b"]], a=2, b=1) == ""


def test_too_few_of_a_tag_are_named():
    assert words([["costs"]] * 3, costs=5) == (
        "The tag 'costs' has 3 questions, 5 are asked."
    )


def test_a_question_is_not_asked_for_two_parts():
    bank = [["costs", "audit"]] * 3 + [["costs"]]
    assert words(bank, costs=3, audit=2) == (
        "The tags 'costs' (4) and 'audit' (3) share questions: together they have "
        "4 questions, 5 are asked."
    )


def test_a_part_in_want_of_nothing_is_not_blamed():
    bank = [["a", "b"]] * 2 + [["c"]] * 5
    found = shortage(parts(c=5, a=2, b=1), bank)
    assert found.tags == ("a", "b")


def _by_trying(wanted: list[str], bank: list[list[str]]) -> bool:
    if len(wanted) > len(bank):
        return False
    return any(
        all(tag in tags for tag, tags in zip(wanted, chosen, strict=True))
        for chosen in permutations(bank, len(wanted))
    )


_TAGS = st.lists(st.sampled_from("abc"), unique=True, max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_TAGS, max_size=6),
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), min_size=1),
)
def test_it_agrees_with_trying_everything(bank, counts):
    wanted = [tag for tag, count in counts.items() for _ in range(count)]
    found = shortage(parts(**counts), bank)
    assert (found is None) == _by_trying(wanted, bank)
    if found:  # and the words are true
        there = sum(bool(set(found.tags) & set(tags)) for tags in bank)
        assert found.there == there < found.asked
        assert found.asked == sum(counts[it] for it in found.tags)


def test_a_thousand_questions_are_judged_at_once():
    bank = [[f"t{n % 20}", f"t{(n * 7) % 20}"] for n in range(5000)]
    assert shortage(parts(**{f"t{n}": 40 for n in range(20)}), bank) is None


def blueprint(**changed) -> Blueprint:
    it = {"parts": parts(a=1), "duration_s": 3600, **changed}
    return Blueprint(**it)


def test_the_refusal_says_that_nothing_was_saved():
    with pytest.raises(CannotBeDrawn, match=r"has 0 questions, 1 is.*Nothing was"):
        require_drawable(blueprint(), [])


@pytest.mark.parametrize(
    "changed",
    [
        {"parts": ()},
        {"parts": (Part(tag="a", count=1), Part(tag="a", count=2))},
        {"parts": parts(a=0)},
        {"parts": (Part(tag="", count=1),)},
        {"duration_s": 59},
        {"pass_mark": 0},
        {"pass_mark": 101},
        {"cooling_s": -1},
    ],
)
def test_a_blueprint_without_sense_is_refused(changed):
    require_sense(blueprint())
    with pytest.raises(BadBlueprint):
        require_sense(blueprint(**changed))
