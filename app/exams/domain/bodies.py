"""A question as JSON, and back: strict, so that nothing half is ever read."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from app.exams.domain.numbers import (
    DIGITS_MOST,
    KEPT,
    LENGTH_MOST,
    can_be_kept,
    plain,
)
from app.exams.domain.questions import (
    OPTIONS_MOST,
    TAGS_MOST,
    TEXT_MOST,
    Option,
    Question,
    QuestionKind,
    Span,
)
from app.kernel.scripts import is_printable

Json: TypeAlias = dict[str, object]
_MEMBERS = {"name", "kind", "text", "options", "spans", "tags", "feedback"}
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NAME_MOST, TAG_MOST = 200, 60


class BadBody(ValueError):
    """This is no question as we write one; the message says which member."""


def to_json(question: Question) -> Json:
    """Decimals as strings, so that 0.1 stays 0.1."""
    return {
        "name": question.name,
        "kind": str(question.kind),
        "text": question.text,
        "options": [
            {"text": it.text, "is_right": it.is_right, "feedback": it.feedback}
            for it in question.options
        ],
        "spans": [
            {"low": plain(it.low), "high": plain(it.high)} for it in question.spans
        ],
        "tags": list(question.tags),
        "feedback": question.feedback,
    }


def from_json(body: object) -> Question:
    """Raises BadBody."""
    it = _members(body, _MEMBERS, "question")
    kind = _text(it, "kind", 20)
    if kind not in set(QuestionKind):
        raise BadBody(f"kind: there is no {kind!r}")
    question = Question(
        name=_text(it, "name", NAME_MOST),
        kind=QuestionKind(kind),
        text=_text(it, "text", TEXT_MOST),
        options=tuple(_option(one) for one in _list(it, "options", OPTIONS_MOST)),
        spans=tuple(_span(one) for one in _list(it, "spans", OPTIONS_MOST)),
        tags=tuple(_tag(one) for one in _list(it, "tags", TAGS_MOST)),
        feedback=_text(it, "feedback", TEXT_MOST),
    )
    if found := trouble(question):
        raise BadBody(found)
    return question


def trouble(question: Question) -> str | None:
    """Why this cannot be asked, in words for its author; None: it can."""
    if not 0 < len(question.name) <= NAME_MOST or not is_printable(question.name):
        return f"a name has 1 to {NAME_MOST} characters on one line"
    if not question.text.strip():
        return "there is no text: say what is asked"
    for text in _texts(question):
        if len(text) > TEXT_MOST:
            return f"a text has at most {TEXT_MOST} characters"
        if _UNSHOWN.search(text):
            return "has a character that cannot be kept"
    return _tags_trouble(question.tags) or _answers_trouble(question)


def _texts(question: Question) -> list[str]:
    options = [text for it in question.options for text in (it.text, it.feedback)]
    return [question.text, question.feedback, *options]


def _tags_trouble(tags: tuple[str, ...]) -> str | None:
    if len(tags) > TAGS_MOST or len(set(tags)) < len(tags):
        return f"a question has at most {TAGS_MOST} tags, each once"
    for tag in tags:
        if not 0 < len(tag) <= TAG_MOST or tag != " ".join(tag.split()):
            return f"a tag has 1 to {TAG_MOST} characters: {tag[:TAG_MOST]!r}"
        if not is_printable(tag) or "," in tag or "\\" in tag:
            return f"a tag has no comma, no backslash, nothing unprintable: {tag!r}"
    return None


def _answers_trouble(question: Question) -> str | None:
    if question.kind is QuestionKind.NUMERIC:
        if question.options or not 0 < len(question.spans) <= OPTIONS_MOST:
            return "a numeric question has at least one number that is right"
        if any(it.low > it.high for it in question.spans):
            return "a range begins with its lower end"
        ends = [end for it in question.spans for end in (it.low, it.high)]
        if not all(map(can_be_kept, ends)):
            return f"a number has at most {DIGITS_MOST} digits on a side of its point"
        return None
    return _options_trouble(question)


def _options_trouble(question: Question) -> str | None:
    right = sum(it.is_right for it in question.options)
    if question.spans:
        return "only a numeric question has numbers that are right"
    if not 2 <= len(question.options) <= OPTIONS_MOST:
        return f"there are {len(question.options)} options; 2 to {OPTIONS_MOST} work"
    if any(not it.text.strip() for it in question.options):
        return "an option has no text"
    if len({it.text for it in question.options}) < len(question.options):
        return "two options say the same"
    if question.kind is QuestionKind.SINGLE and right != 1:
        return f"a single choice has one right option; this has {right}"
    return None if right else "no option is right"


def _members(body: object, names: set[str], what: str) -> Mapping[str, object]:
    if not isinstance(body, Mapping) or set(body) != names:
        raise BadBody(f"{what}: has {', '.join(sorted(names))}, and nothing else")
    return body


def _text(it: Mapping[str, object], name: str, most: int) -> str:
    value = it[name]
    if not isinstance(value, str) or len(value) > most:
        raise BadBody(f"{name}: is a text of at most {most} characters")
    return value


def _list(it: Mapping[str, object], name: str, most: int) -> list[object]:
    value = it[name]
    if not isinstance(value, list) or len(value) > most:
        raise BadBody(f"{name}: is a list of at most {most}")
    return value


def _tag(value: object) -> str:
    if not isinstance(value, str):
        raise BadBody("tags: are texts")
    return value


def _option(value: object) -> Option:
    it = _members(value, {"text", "is_right", "feedback"}, "options")
    right = it["is_right"]
    if not isinstance(right, bool):
        raise BadBody("is_right: is true or false")
    return Option(
        text=_text(it, "text", TEXT_MOST),
        is_right=right,
        feedback=_text(it, "feedback", TEXT_MOST),
    )


def _span(value: object) -> Span:
    it = _members(value, {"low", "high"}, "spans")
    return Span(low=_number(it, "low"), high=_number(it, "high"))


def _number(it: Mapping[str, object], name: str) -> Decimal:
    text = _text(it, name, LENGTH_MOST)
    if KEPT.fullmatch(text) is None:
        raise BadBody(f"{name}: is a number as a text")
    return Decimal(text)
