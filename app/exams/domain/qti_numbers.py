"""Which numbers a QTI item takes as right: its correct value, and the room around it
that its responseProcessing gives."""

import re
from collections.abc import Collection
from decimal import Decimal

from app.exams.domain.numbers import READ
from app.exams.domain.parsed import Wrong
from app.exams.domain.questions import Span
from app.exams.domain.xml_tree import Element

_SHORT = r"[+-]?(\d{1,20}\.|\.\d{1,20})([eE][+-]?\d{1,2})?"
_NUMBER = re.compile(rf"{READ}|{_SHORT}")


def spans_of(
    root: Element, declared: Element, ruled: Collection[str] = ()
) -> tuple[Span, ...]:
    """`ruled`: the numbers that the rules say are right, where nothing else does.
    Raises Wrong."""
    processing = root.first("responseProcessing")
    given = declared.attrs.get("identifier", "")
    if processing is not None:
        parts = list(processing.all("and")) or [processing]
        between = [it for part in parts if (it := _between(part, given))]
        if found := [*between, *_around(processing, declared, given)]:
            return tuple(dict.fromkeys(found))
    if ruled:
        numbers = sorted(_number(it, declared) for it in ruled)
        return tuple(Span(low=it, high=it) for it in numbers)
    return tuple(Span(low=it, high=it) for it in _values(declared))


def _values(declared: Element) -> list[Decimal]:
    correct = declared.first("correctResponse")
    if correct is not None and (found := list(correct.all("value"))):
        return [_number(it.text, it) for it in found]
    entries = list(declared.all("mapEntry"))
    worth = {
        _number(it.attrs.get("mapKey", ""), it): _number(
            it.attrs.get("mappedValue", ""), it
        )
        for it in entries
    }
    right = [key for key, value in worth.items() if value > 0]
    if not right:
        words = "<responseDeclaration> says of no number that it is right"
        raise Wrong(words, declared.line)
    most = max(worth.values())
    return [key for key in right if worth[key] == most]


def _between(processing: Element, given: str) -> Span | None:
    """gte and lte of the answer and a number, as exporters of ranges write it."""
    low = high = None
    for it in processing.all("gte", "lte", "gt", "lt"):
        names = [one.attrs.get("identifier") for one in it.children("variable")]
        values = it.children("baseValue")
        if names != [given] or len(values) != 1:
            continue
        answer_first = it.children()[0].tag == "variable"
        number = _number(values[0].text, values[0])
        if it.tag.startswith("g") == answer_first:
            low = number
        else:
            high = number
    return Span(low=low, high=high) if low is not None and high is not None else None


def _around(processing: Element, declared: Element, given: str) -> list[Span]:
    """equal with a tolerance, and equalRounded."""
    found: list[Span] = []
    for it in processing.all("equal", "equalRounded"):
        names = {one.attrs.get("identifier") for one in it.children("variable")}
        if given not in names:
            continue
        said = it.children("baseValue")
        values = [_number(one.text, one) for one in said] or _values(declared)
        room = _rounding if it.tag == "equalRounded" else _tolerance
        found += [room(it, value) for value in values]
    return found


def _tolerance(it: Element, value: Decimal) -> Span:
    mode = it.attrs.get("toleranceMode", "exact")
    if mode == "exact":
        return Span(low=value, high=value)
    said = it.attrs.get("tolerance", "").split()
    rooms = [abs(_number(one, it)) for one in said[:2]]
    if not rooms:
        raise Wrong(f"<equal> has the toleranceMode {mode} and no tolerance", it.line)
    below, above = rooms[0], rooms[-1]
    if mode == "relative":
        below, above = (abs(value) * room / 100 for room in (below, above))
    return Span(low=value - below, high=value + above)


def _rounding(it: Element, value: Decimal) -> Span:
    figures = it.attrs.get("figures", "")
    if not figures.isdigit() or int(figures) > 15:
        raise Wrong("<equalRounded> has no number of figures", it.line)
    places = int(figures)
    if it.attrs.get("roundingMode") == "significantFigures" and value:
        places -= value.adjusted() + 1
    half = Decimal(5).scaleb(-places - 1)
    return Span(low=value - half, high=value + half)


def _number(text: str, at: Element) -> Decimal:
    said = text.strip()
    if _NUMBER.fullmatch(said) is None:
        raise Wrong(f"<{at.tag}>: {said[:40]!r} is no number", at.line)
    return Decimal(format(Decimal(said), "f"))
