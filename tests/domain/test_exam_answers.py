"""What a page sends as an answer: read, bounded, and turned back as it was shown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.domain.answers import (
    AmbiguousNumber,
    BadAnswer,
    NotANumber,
    Place,
    UnknownOption,
    from_json,
    parse,
    shown,
    to_json,
)
from app.exams.domain.questions import QuestionKind
from app.kernel.refusals import Refusal

SINGLE = Place(kind=QuestionKind.SINGLE, options=(2, 0, 3, 1))
MULTIPLE = Place(kind=QuestionKind.MULTIPLE, options=(2, 0, 3, 1))
NUMERIC = Place(kind=QuestionKind.NUMERIC, options=())
PLACES = st.sampled_from([SINGLE, MULTIPLE, NUMERIC])


def test_an_option_is_kept_by_its_number_in_the_question():
    assert parse(SINGLE, 0) == 2
    assert parse(MULTIPLE, [0, 1, 0]) == (0, 2)


@pytest.mark.parametrize("nothing", [None, "", []])
@pytest.mark.parametrize("place", [SINGLE, MULTIPLE, NUMERIC])
def test_nothing_is_no_answer(place, nothing):
    assert parse(place, nothing) is None
    assert to_json(None) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        (" -0,25 ", "-0.25"),
        ("\N{MINUS SIGN}3", "-3"),
        (".5", "0.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("12,50", "12.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("000", "0"),
    ],
)
def test_numbers_come_with_a_comma_or_a_point(text, number):
    assert parse(NUMERIC, text) == Decimal(number)


@pytest.mark.parametrize("text", ["1,234", " -12,000", "100,000"])
def test_thousands_and_decimals_are_told_apart_by_who_writes_them(text):
    with pytest.raises(AmbiguousNumber, match=r"Write -?\d+ or -?\d+\.\d{3}\."):
        parse(NUMERIC, text)


@pytest.mark.parametrize(
    "text",
    [
        "1.000,5",
        "1 000",
        "1,000,000",
        "x",
        "NaN",
        "Infinity",
        "1e999",
        "1" * 16,
        "0." + "1" * 16,
        "9" * 500,
        "\N{FULLWIDTH DIGIT ONE}",
        "--1",
        ".",
        "1\n2",
        5,
        True,
        {"a": 1},
    ],
)
def test_what_is_not_one_plain_number_is_refused(text):
    with pytest.raises(NotANumber):
        parse(NUMERIC, text)


@pytest.mark.parametrize("given_", [4, -1, 99, 2**70])
def test_options_that_are_not_there_are_refused(given_):
    with pytest.raises(UnknownOption):
        parse(SINGLE, given_)
    with pytest.raises(UnknownOption):
        parse(MULTIPLE, [given_])


@pytest.mark.parametrize(
    ("place", "given_"),
    [
        (SINGLE, "0"),
        (SINGLE, [0]),
        (SINGLE, True),
        (SINGLE, 1.0),
        (MULTIPLE, 0),
        (MULTIPLE, [[0]]),
        (MULTIPLE, [None]),
        (MULTIPLE, [True]),
        (MULTIPLE, [0, 1, 2, 3, 0]),
        (MULTIPLE, {"0": 1}),
    ],
)
def test_what_does_not_fit_the_question_is_refused(place, given_):
    with pytest.raises(BadAnswer):
        parse(place, given_)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(PLACES, JSON)
def test_whatever_is_sent_is_read_or_refused(place, given_):
    try:
        answer = parse(place, given_)
    except Refusal:
        return
    assert from_json(place.kind, to_json(answer)) == answer
    assert parse(place, shown(place, answer)) == answer


@given(
    st.decimals(
        allow_nan=False,
        allow_infinity=False,
        places=6,
        max_value=10**12,
        min_value=-(10**12),
    )
)
def test_a_number_is_kept_exactly(number):
    answer = parse(NUMERIC, f"{number:f}")
    assert answer == number
    assert from_json(QuestionKind.NUMERIC, to_json(answer)) == number
