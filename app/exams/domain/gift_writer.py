"""Writes GIFT that Moodle reads, and that we read as the same questions."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal

from app.exams.domain.gift_text import escaped
from app.exams.domain.numbers import plain
from app.exams.domain.questions import Option, Question, QuestionKind

WHOLE = Decimal(100)
_FIFTH = Decimal("0.00001")


def write_gift(questions: Iterable[Question]) -> str:
    return "\n\n".join(_question(it) for it in questions) + "\n"


def _question(it: Question) -> str:
    written = [tag.replace("]", "\\]") for tag in it.tags]
    tags = "".join(f" [tag:{tag}]" for tag in written)
    comment = f"//{tags}\n" if tags else ""
    head = f"::{escaped(it.name)}:: [markdown]{escaped(it.text)}"
    inner = _spans(it) if it.kind is QuestionKind.NUMERIC else _options(it)
    feedback = f"\n####{_guarded(it.feedback)}" if it.feedback else ""
    return f"{comment}{head} {{{inner}{feedback}\n}}"


def _options(question: Question) -> str:
    right = sum(it.is_right for it in question.options)
    wrong = len(question.options) - right
    shares = {
        True: _share(WHOLE / right) if right else "",
        False: _share(-WHOLE / wrong) if wrong else "",
    }
    lines = []
    for it in question.options:
        if question.kind is QuestionKind.SINGLE:
            begin = "=" if it.is_right else "~"
        else:
            begin = f"~%{shares[it.is_right]}%"
        lines.append(f"\n\t{begin}{_said(it)}")
    return "".join(lines)


def _share(of: Decimal) -> str:
    """As Moodle's own steps: 33.33333."""
    return plain(of.quantize(_FIFTH, ROUND_DOWN).normalize())


def _said(it: Option) -> str:
    feedback = f"#{_guarded(it.feedback)}" if it.feedback else ""
    return f"{_guarded(it.text)}{feedback}"


def _guarded(text: str) -> str:
    """What begins like a weight or a format is told not to be one."""
    return f"[markdown]{escaped(text)}" if text[0] in "[%" else escaped(text)


def _spans(question: Question) -> str:
    lines = [f"\n\t=%100%{_span(it.low, it.high)}" for it in question.spans]
    if len(lines) > 1:
        return "#" + "".join(lines)
    only = question.spans[0]
    return f"#{_span(only.low, only.high)}"


def _span(low: Decimal, high: Decimal) -> str:
    return plain(low) if low == high else f"{plain(low)}..{plain(high)}"
