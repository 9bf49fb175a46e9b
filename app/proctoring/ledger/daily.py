"""The text of a daily statement. Pure."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from app.proctoring.ledger.domain import (
    Correction,
    Statement,
    Totals,
    length_us,
    seconds_in_words,
)
from app.proctoring.ledger.parts import within
from app.proctoring.ledger.words import ROLES


def changed(statement: Statement, day: date, zone: ZoneInfo) -> bool:
    """Whether there is anything to tell of this local day."""
    stretches = [it.stretch for it in statement.entries]
    return bool(within(stretches, day, zone) or _corrections(statement, day, zone))


def daily_text(statement: Statement, day: date, zone: ZoneInfo) -> str:
    """The day's stretches, oldest first, and where all hours stand now."""
    return "\n".join(_lines(statement, day, zone)) + "\n"


def _lines(statement: Statement, day: date, zone: ZoneInfo) -> Iterator[str]:
    yield f"Your hours of {day.day} {day:%B %Y} ({zone.key})"
    yield f"{_one_line(statement.name)}, {statement.srn}"
    yield ""
    whys = {it.stretch.stretch: it.why for it in statement.entries}
    stretches = [it.stretch for it in reversed(statement.entries)]
    of_day = Totals()
    for it, since, till in within(stretches, day, zone):
        times = f"{since.astimezone(zone):%H:%M:%S} to {till.astimezone(zone):%H:%M:%S}"
        us = length_us(since, till)
        of_day += Totals.of(it.state, us)
        yield f"{times}  {it.module}  {seconds_in_words(us)}  {it.state}"
        yield f"    {whys[it.stretch]}"
    yield f"On this day: {_in_words(of_day)}."
    for one in _corrections(statement, day, zone):
        yield _correction(one)
    yield ""
    yield "Where your hours stand now:"
    for module in statement.modules:
        yield f"    {module.title}: {_in_words(module.totals)}"
    yield ""
    yield "Provisional time may still be confirmed by your next passed look."
    yield "You asked for this letter; end it under 'Your hours'. The last line signs"
    yield "all above it: save the text as a file and check it with"
    yield "    spom statement verify FILE"


def _corrections(statement: Statement, day: date, zone: ZoneInfo) -> list[Correction]:
    return [
        it
        for it in reversed(statement.corrections)
        if it.decided_at and it.decided_at.astimezone(zone).date() == day
    ]


def _correction(it: Correction) -> str:
    what = "added" if it.seconds > 0 else "taken away"
    asked, decided = ROLES[it.asked_as], ROLES.get(it.decided_as or "", "")
    amount = seconds_in_words(abs(it.length_us))
    return (
        f"Correction of {it.module}: {amount} {what}. {it.reason} "
        f"Asked by {asked}, approved by {decided}."
    )


def _in_words(totals: Totals) -> str:
    return (
        f"{seconds_in_words(totals.confirmed_us)} confirmed, "
        f"{seconds_in_words(totals.provisional_us)} provisional, "
        f"{seconds_in_words(totals.void_us)} not counted"
    )


def _one_line(name: str) -> str:
    return " ".join(name.split())
