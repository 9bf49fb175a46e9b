"""The lines of a statement. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime

from app.proctoring.ledger.domain import (
    Entry,
    Look,
    Part,
    Reading,
    Standing,
    Stretch,
)
from app.proctoring.ledger.parts import split
from app.proctoring.ledger.words import why


def entries(
    stretches: Sequence[Stretch], looks: Sequence[Look], readings: Sequence[Reading]
) -> list[Entry]:
    """Newest first; stretches and looks come in their order."""
    parts: dict[int, list[Part]] = {}
    for part in split(stretches, readings):
        parts.setdefault(part.stretch, []).append(part)
    asked = [it.asked_at for it in looks if it.passed]
    return [
        _entry(it, asked, tuple(parts.get(it.stretch, ())))
        for it in reversed(stretches)
    ]


def _entry(it: Stretch, asked: Sequence[datetime], parts: tuple[Part, ...]) -> Entry:
    closing, vouched = bisect_left(asked, it.till), None
    if it.state is Standing.CONFIRMED and closing < len(asked):
        vouched = asked[closing]
    within = bisect_right(asked, vouched or it.till) - bisect_left(asked, it.since)
    return Entry(
        stretch=it, why=why(it), looks=max(0, within), vouched_at=vouched, parts=parts
    )
