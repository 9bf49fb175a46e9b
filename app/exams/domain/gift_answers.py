"""What stands in the braces of a GIFT question."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from app.exams.domain.gift_text import in_format, marks, opening
from app.exams.domain.numbers import READ
from app.exams.domain.parsed import CannotAsk, Wrong
from app.exams.domain.questions import Option, QuestionKind, Span

_WEIGHT = re.compile(r"\s*%\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*%")
_TRUTH = re.compile(r"\s*(TRUE|FALSE|T|F)\s*(?=#|$)", re.I)
_NUMBER = rf"\s*({READ})\s*"
_AROUND = re.compile(rf"{_NUMBER}(?::{_NUMBER})?")
_BETWEEN = re.compile(rf"{_NUMBER}\.\.{_NUMBER}")
WHOLE = Decimal(100)


@dataclass(slots=True)
class Answers:
    """What was found; `format` is that of the question's text."""

    format: str
    line_of: Callable[[int], int]
    kind: QuestionKind = QuestionKind.SINGLE
    options: list[Option] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    feedback: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    sign: str
    weight: Decimal | None
    text: str
    feedback: str
    line: int

    @property
    def worth(self) -> Decimal:
        return self.weight if self.weight is not None else WHOLE * (self.sign == "=")


def answers_in(text: str, begin: int, end: int, into: Answers) -> Answers:
    """Raises CannotAsk or Wrong."""
    end_of_answers = _general_feedback(text, begin, end, into)
    inner = text[begin:end_of_answers]
    if not inner.strip():
        raise CannotAsk("this is an essay: nothing stands in { }")
    if found := _TRUTH.match(inner):
        _truth(found[1], inner[found.end() :], into)
    elif inner.lstrip().startswith("#"):
        at = begin + inner.index("#") + 1
        _numeric(text, at, end_of_answers, into)
    else:
        _options(_choices(text, begin, end_of_answers, into), into)
    return into


def _general_feedback(text: str, begin: int, end: int, into: Answers) -> int:
    for mark in marks(text, "#", begin, end):
        if text.startswith("####", mark.at):
            kind, start = opening(text, mark.at + 4, into.format)
            into.feedback = in_format(text[start:end], kind)
            return mark.at
    return end


def _truth(word: str, rest: str, into: Answers) -> None:
    """'T#said when wrong#said when right'"""
    said = [in_format(it, into.format) for it in _split(rest, "#")[1:]]
    wrong, right = [*said, "", ""][:2]
    is_true = word.upper().startswith("T")
    into.options = [
        Option(text="True", is_right=is_true, feedback=right if is_true else wrong),
        Option(
            text="False", is_right=not is_true, feedback=wrong if is_true else right
        ),
    ]


def _numeric(text: str, begin: int, end: int, into: Answers) -> None:
    into.kind = QuestionKind.NUMERIC
    if not any(marks(text, "=~", begin, end)):
        number, _, _ = text[begin:end].partition("#")
        into.spans.append(_span(number, into.line_of(begin)))
        return
    for it in _choices(text, begin, end, into):
        if it.worth >= WHOLE:
            into.spans.append(_span(it.text.replace("\\", ""), it.line))
        elif it.worth > 0:
            into.notes.append(
                f"{it.text}: {it.worth} % is not given here, so not right"
            )
        if it.feedback:
            into.notes.append(f"what is said of {it.text or 'an answer'} is left out")


def _span(text: str, line: int) -> Span:
    if found := _BETWEEN.fullmatch(text):
        low, high = Decimal(found[1]), Decimal(found[2])
    elif found := _AROUND.fullmatch(text):
        number, around = Decimal(found[1]), abs(Decimal(found[2] or 0))
        low, high = number - around, number + around
    else:
        words = f"{text.strip()!r} is no number: write 5, 5:0.1 or 4.9..5.1"
        raise Wrong(words, line)
    if low > high:
        raise Wrong(f"{text.strip()!r}: a range begins with its lower end", line)
    return Span(low=low, high=high)


def _choices(text: str, begin: int, end: int, into: Answers) -> list[_Choice]:
    found = list(marks(text, "=~", begin, end))
    if not found or text[begin : found[0].at].strip():
        line = into.line_of(begin)
        if not found:
            raise CannotAsk("this is a short answer")
        raise Wrong("an answer begins with = or ~", line)
    ends = [*(it.at for it in found[1:]), end]
    return [
        _choice(it.sign, text, it.at + 1, to, into)
        for it, to in zip(found, ends, strict=True)
    ]


def _choice(sign: str, text: str, begin: int, end: int, into: Answers) -> _Choice:
    line = into.line_of(begin)
    weight = _WEIGHT.match(text, begin, end)
    if weight is None and text[begin:end].lstrip().startswith("%"):
        raise Wrong("a weight is a number between two %, like %50%", line)
    start = weight.end() if weight else begin
    kind, start = opening(text, start, into.format)
    said, *rest = _split(text[start:end], "#")
    own, at = opening(rest[0], 0, kind) if rest else (kind, 0)
    numeric = into.kind is QuestionKind.NUMERIC
    return _Choice(
        sign=sign,
        weight=Decimal(weight[1]) if weight else None,
        text=said.strip() if numeric else in_format(said, kind),
        feedback=in_format("#".join(rest)[at:], own) if rest else "",
        line=line,
    )


def _options(choices: list[_Choice], into: Answers) -> None:
    if all(it.sign == "=" for it in choices):
        pairs = any("->" in it.text for it in choices)
        raise CannotAsk("this is matching" if pairs else "this is a short answer")
    right = [it for it in choices if it.sign == "="]
    if len(right) > 1:
        words = "several = answers: write ~%50% before each when all are to be chosen"
        raise Wrong(words, right[1].line)
    for it in choices:
        if right and it.sign == "~" and it.worth == WHOLE:
            words = "two answers are worth 100 %: write ~%50% before each when all are "
            raise Wrong(f"{words}to be chosen, or keep one =", it.line)
    if right and any(0 < it.worth < WHOLE for it in choices if it.sign == "~"):
        into.notes.append("an answer worth a part is not right here")
    # As Moodle decides it: weights, and no answer that begins with =.
    into.kind = QuestionKind.SINGLE if right else QuestionKind.MULTIPLE
    into.options = [
        Option(
            text=it.text,
            is_right=it.sign == "=" if right else it.worth > 0,
            feedback=it.feedback,
        )
        for it in choices
    ]
    for it in choices:
        if not it.text.strip():
            raise Wrong("an answer has no text", it.line)


def _split(text: str, sign: str) -> list[str]:
    parts, at = [], 0
    for it in marks(text, sign):
        parts.append(text[at : it.at])
        at = it.at + 1
    return [*parts, text[at:]]
