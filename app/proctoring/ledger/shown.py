"""A statement as pages show it: in local time and in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.proctoring.ledger.domain import (
    Correction,
    Entry,
    Standing,
    Statement,
    Totals,
    seconds_in_words,
)
from app.proctoring.ledger.words import ROLES

TONES = {
    Standing.CONFIRMED: ("good", "counts"),
    Standing.PROVISIONAL: ("wait", "provisional"),
    Standing.VOID: ("bad", "not counted"),
}
Titles = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    stretch: int
    since: datetime
    till: datetime
    length: str
    module: str
    tone: str
    state: str
    why: str
    looks: int
    vouched_at: datetime | None
    topics: Sequence[tuple[str, str]]


def months_of(statement: Statement, zone: ZoneInfo) -> list[date]:
    """The first days of the months that have stretches, newest first."""
    found = {_month(it.stretch.since, zone) for it in statement.entries}
    return sorted(found, reverse=True)


def lines(
    statement: Statement, month: date | None, zone: ZoneInfo, titles: Titles
) -> list[Line]:
    """Of one month, newest first; a stretch belongs to where it began."""
    names = {it.code: it.title for it in statement.modules}
    return [
        _line(it, zone, names.get(it.stretch.module, it.stretch.module), titles)
        for it in statement.entries
        if _month(it.stretch.since, zone) == month
    ]


def _line(entry: Entry, zone: ZoneInfo, module: str, titles: Titles) -> Line:
    it = entry.stretch
    tone, state = TONES[it.state]
    return Line(
        stretch=it.stretch,
        since=it.since.astimezone(zone),
        till=it.till.astimezone(zone),
        length=seconds_in_words(it.length_us),
        module=module,
        tone=tone,
        state=state,
        why=entry.why,
        looks=entry.looks,
        vouched_at=entry.vouched_at.astimezone(zone) if entry.vouched_at else None,
        topics=[
            (
                titles.get((part.module, part.topic), part.topic),
                seconds_in_words(part.length_us),
            )
            for part in entry.parts
            if part.topic is not None
        ],
    )


def corrections(statement: Statement, zone: ZoneInfo) -> list[dict[str, object]]:
    return [_correction(it, zone) for it in statement.corrections]


def _correction(it: Correction, zone: ZoneInfo) -> dict[str, object]:
    return {
        "at": (it.decided_at or it.asked_at).astimezone(zone),
        "module": it.module,
        "amount": seconds_in_words(abs(it.length_us)),
        "word": "added" if it.seconds > 0 else "taken away",
        "reason": it.reason,
        "asked": ROLES[it.asked_as],
        "decided": ROLES.get(it.decided_as or "", ""),
        "stretch": it.stretch,
    }


def day_in_words(day: date, totals: Totals) -> str:
    """For a day of the calendar: what counts and what may yet."""
    said = [f"{seconds_in_words(totals.confirmed_us)} confirmed"]
    if totals.provisional_us:
        said.append(f"{seconds_in_words(totals.provisional_us)} provisional")
    if not totals.confirmed_us and not totals.provisional_us:
        said = ["no time"]
    return f"{day:%A}, {day.day} {day:%B %Y}: {', '.join(said)}"


def _month(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date().replace(day=1)
