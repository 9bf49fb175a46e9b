"""A question keeps its meaning through JSON, and nothing half is read."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings

from app.exams.domain.bodies import BadBody, from_json, to_json, trouble
from app.exams.domain.questions import Option, Question, QuestionKind, Span
from tests.domain.questions_made import questions

SUM = Question(
    name="Sum",
    kind=QuestionKind.NUMERIC,
    text="0.1 + 0.2?",
    spans=(Span(low=Decimal("0.3"), high=Decimal("0.3")),),
    tags=("sums",),
)


@settings(max_examples=60, deadline=None)
@given(questions())
def test_a_question_is_the_same_after_json(question):
    assert trouble(question) is None
    assert from_json(json.loads(json.dumps(to_json(question)))) == question


def test_numbers_are_written_as_texts():
    assert to_json(SUM)["spans"] == [{"low": "0.3", "high": "0.3"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "essay"),
        ("text", " "),
        ("text", None),
        ("name", ""),
        ("name", "two\nlines"),
        ("spans", []),
        ("spans", [{"low": 0.3, "high": 0.3}]),
        ("spans", [{"low": "2", "high": "1"}]),
        ("spans", [{"low": "1e9", "high": "1e9"}]),
        ("tags", ["a,b"]),
        ("tags", ["a", "a"]),
        ("tags", [1]),
        ("options", [{"text": "x", "is_right": 1, "feedback": ""}]),
        ("unknown", 1),
    ],
)
def test_what_is_no_question_is_refused(name, value):
    with pytest.raises(BadBody):
        from_json({**to_json(SUM), name: value})


@pytest.mark.parametrize("right", [0, 2])
def test_a_single_choice_has_one_right_option(right):
    options = tuple(Option(text=str(n), is_right=n < right) for n in range(3))
    it = Question(name="n", kind=QuestionKind.SINGLE, text="?", options=options)
    assert "one right option" in trouble(it)
