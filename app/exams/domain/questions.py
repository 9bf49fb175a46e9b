"""What a question is, whatever format it came in, and what an answer is worth."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

TEXT_MOST = 20_000
OPTIONS_MOST = 20
TAGS_MOST = 20


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMERIC = "numeric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`text` is Markdown, with formulas in $…$ and pictures of the bank's files."""

    text: str
    is_right: bool
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number that is right, both ends included."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`name` is the author's, unique in the bank. Single and multiple have `options`
    (single: one right), numeric has `spans`. `feedback` is shown after the end."""

    name: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...] = ()
    spans: tuple[Span, ...] = ()
    tags: tuple[str, ...] = ()
    feedback: str = ""


Answer: TypeAlias = int | tuple[int, ...] | Decimal | None
"""Of a single: an option's number as it stands in the question, from 0; of a multiple:
several, rising; of a numeric: the number. None: not answered."""


def is_right(question: Question, answer: Answer) -> bool:
    """All or nothing, no negative marks: a multiple needs exactly the right ones."""
    if answer is None:
        return False
    if question.kind is QuestionKind.NUMERIC:
        return isinstance(answer, Decimal) and any(
            it.low <= answer <= it.high for it in question.spans
        )
    given = (answer,) if isinstance(answer, int) else answer
    right = tuple(n for n, it in enumerate(question.options) if it.is_right)
    return given == right
