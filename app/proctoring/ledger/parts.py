"""The same time, cut by topics and by days. Pure, and nothing is lost in cutting."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.kernel.ids import SittingId
from app.proctoring.ledger.domain import Part, Reading, Stretch, Totals, length_us

DAY = timedelta(days=1)
WEEKS = 26
LEVELS_US = tuple(minutes * 60_000_000 for minutes in (0, 30, 90, 180))
"""More than this much on a day is level 1, 2, 3, 4 of the calendar."""


def split(stretches: Iterable[Stretch], readings: Iterable[Reading]) -> list[Part]:
    """In the order of the stretches. The parts of one add up to it exactly."""
    told: defaultdict[SittingId, list[Reading]] = defaultdict(list)
    for reading in sorted(readings, key=lambda it: it.at):
        told[reading.sitting].append(reading)
    return [
        part for it in stretches for part in _parts_of(it, told.get(it.sitting, []))
    ]


def _parts_of(stretch: Stretch, readings: list[Reading]) -> Iterator[Part]:
    first = bisect_right(readings, stretch.since, key=lambda it: it.at)
    topic = readings[first - 1].topic if first else None
    since = stretch.since
    for reading in readings[first:]:
        if reading.at >= stretch.till:
            break
        if reading.topic == topic:
            continue
        if reading.at > since:
            yield _part(stretch, topic, since, reading.at)
        topic, since = reading.topic, reading.at
    if since < stretch.till:
        yield _part(stretch, topic, since, stretch.till)


def _part(stretch: Stretch, topic: str | None, since: datetime, till: datetime) -> Part:
    return Part(
        stretch=stretch.stretch,
        module=stretch.module,
        topic=topic,
        since=since,
        till=till,
        state=stretch.state,
    )


def by_day(stretches: Iterable[Stretch], zone: ZoneInfo) -> dict[date, Totals]:
    """What lies beyond local midnight belongs to the next day, in any zone."""
    found: defaultdict[date, Totals] = defaultdict(Totals)
    for it in stretches:
        for day, since, till in _days_of(it.since, it.till, zone):
            found[day] += Totals.of(it.state, length_us(since, till))
    return dict(found)


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC; also where midnight is skipped."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def within(
    stretches: Iterable[Stretch], day: date, zone: ZoneInfo
) -> list[tuple[Stretch, datetime, datetime]]:
    """The stretches of one local day, with the part of each that lies in it."""
    return [
        (it, since, till)
        for it in stretches
        for there, since, till in _days_of(it.since, it.till, zone)
        if there == day
    ]


def _days_of(
    since: datetime, till: datetime, zone: ZoneInfo
) -> Iterator[tuple[date, datetime, datetime]]:
    since, till = since.astimezone(UTC), till.astimezone(UTC)
    day = since.astimezone(zone).date()
    while since < till:
        # Clocks set back over midnight strike it twice: the first time counts.
        while (midnight := begins(day + DAY, zone)) <= since:
            day += DAY
        yield day, since, min(midnight, till)
        since = midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A day on the calendar; `row` 0 is Monday."""

    day: date
    column: int
    row: int
    totals: Totals
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The last 26 weeks. `months` are their names with the column they begin in."""

    squares: tuple[Square, ...]
    months: tuple[tuple[int, str], ...]
    studied: int
    totals: Totals


def calendar(days: Mapping[date, Totals], today: date) -> Calendar:
    """Whole weeks up to the one of `today`; days to come are left out."""
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    shown = [first + DAY * n for n in range((today - first).days + 1)]
    squares = tuple(
        Square(
            day=day,
            column=(day - first).days // 7,
            row=day.weekday(),
            totals=(there := days.get(day, Totals())),
            level=level(there),
        )
        for day in shown
    )
    return Calendar(
        squares=squares,
        months=tuple(_months(squares)),
        studied=sum(1 for it in squares if it.level),
        totals=sum((it.totals for it in squares), Totals()),
    )


def level(day: Totals) -> int:
    """0 to 4, by the time that counts or may yet."""
    return bisect_left(LEVELS_US, day.confirmed_us + day.provisional_us)


def _months(squares: Iterable[Square]) -> Iterator[tuple[int, str]]:
    for it in squares:
        if it.day.day == 1 and it.column < WEEKS - 1:
            yield it.column, f"{it.day:%b}"
