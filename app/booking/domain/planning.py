"""Planning slots: which days and times a pattern names, and what they clash with."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.booking.domain.local_times import at, in_words
from app.booking.domain.planning_refusals import (
    BadPattern,
    BadTimes,
    SlotsOverlap,
    TooManySlots,
)

SLOTS_MOST = 1_000
DAYS_MOST = 731
TIMES_MOST = 24
LONGEST_MIN = 12 * 60
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """From a slot's start up to, not including, its end."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDraft:
    """`day` is the centre's own; `line`: of a sheet."""

    day: date
    span: Span
    opens_at: datetime
    closes_at: datetime
    capacity: int
    accessible: int
    modules: tuple[str, ...] | None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """What the slots of a pattern share. Booking opens so many days before, at the
    same time of day, and closes so many hours before."""

    minutes: int
    capacity: int
    accessible: int
    opens_days: int
    closes_hours: int
    modules: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """`weekdays`: 0 is Monday. Times are the centre's own."""

    first: date
    last: date
    weekdays: frozenset[int]
    times: tuple[time, ...]
    seating: Seating


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Wanted slots: to be made, there already, and what clashes with what."""

    made: list[SlotDraft] = field(default_factory=list)
    there: list[SlotDraft] = field(default_factory=list)
    clashes: list[tuple[SlotDraft, Span]] = field(default_factory=list)


def slots_of(pattern: Pattern, zone: str, now: datetime) -> list[SlotDraft]:
    """In the order of time. Raises BadPattern, TooManySlots, NoSuchLocalTime."""
    require_pattern(pattern)
    days = (pattern.last - pattern.first).days + 1
    wanted = [pattern.first + DAY * n for n in range(days)]
    wanted = [it for it in wanted if it.weekday() in pattern.weekdays]
    if not wanted:
        raise BadPattern("None of these weekdays is between the two days.")
    if len(wanted) * len(pattern.times) > SLOTS_MOST:
        raise TooManySlots
    return [
        draft(day, hour, zone, pattern.seating, now)
        for day in wanted
        for hour in pattern.times
    ]


def draft(
    day: date, hour: time, zone: str, seating: Seating, now: datetime
) -> SlotDraft:
    """Raises BadPattern or NoSuchLocalTime."""
    starts_at = at(day, hour, zone)
    if starts_at <= now:
        raise BadPattern(f"{in_words(day)}, {hour:%H:%M} ({zone}) is past.")
    # The same time of day, also across a change of clocks.
    opens = datetime.combine(day - DAY * seating.opens_days, hour, ZoneInfo(zone))
    closes_at = starts_at - timedelta(hours=seating.closes_hours)
    if not opens.astimezone(UTC) < closes_at:
        raise BadPattern("Booking would close before it opens.")
    return SlotDraft(
        day=day,
        span=Span(
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=seating.minutes)
        ),
        opens_at=opens.astimezone(UTC),
        closes_at=closes_at,
        capacity=seating.capacity,
        accessible=seating.accessible,
        modules=seating.modules,
    )


def ending(it: SlotDraft, end: time, zone: str) -> SlotDraft:
    """With an end of its own that day. Raises BadTimes or NoSuchLocalTime."""
    span = Span(starts_at=it.span.starts_at, ends_at=at(it.day, end, zone))
    require_times(span, it.opens_at, it.closes_at)
    return replace(it, span=span)


def require_pattern(it: Pattern) -> None:
    """Raises BadPattern."""
    if it.last < it.first:
        raise BadPattern("The last day is before the first.")
    if (it.last - it.first).days >= DAYS_MOST:
        raise BadPattern("Plan at most two years at once.")
    if not it.weekdays:
        raise BadPattern("Choose at least one weekday.")
    if not 1 <= len(it.times) <= TIMES_MOST:
        raise BadPattern(f"Give one to {TIMES_MOST} times of day.")
    require_seating(it.seating)


def require_seating(it: Seating) -> None:
    """Raises BadPattern."""
    if not 1 <= it.minutes <= LONGEST_MIN:
        raise BadPattern("A test lasts one minute to 12 hours.")
    if it.capacity < 1 or not 0 <= it.accessible <= it.capacity:
        raise BadPattern(
            "A slot has at least one seat, and the accessible seats are a part of them."
        )
    if not 1 <= it.opens_days <= 365 or not 0 <= it.closes_hours <= 24 * 30:
        raise BadPattern(
            "Booking opens 1 to 365 days before, and closes 0 to 720 hours before."
        )


def require_within(capacity: int, accessible: int, most: int, accessibles: int) -> None:
    """No more seats than the centre has. Raises BadPattern."""
    if capacity > most or accessible > accessibles:
        raise BadPattern(
            f"This centre has {most} seats, {accessibles} of them accessible. Change "
            "the centre first if it has more."
        )


def require_times(span: Span, opens_at: datetime, closes_at: datetime) -> None:
    """Raises BadTimes."""
    length = span.ends_at - span.starts_at
    if not timedelta() < length <= timedelta(minutes=LONGEST_MIN):
        raise BadTimes
    if not opens_at < closes_at <= span.starts_at:
        raise BadTimes


def sort_out(wanted: Iterable[SlotDraft], there: Iterable[Span]) -> Sorted:
    """`there`: of the centre, no two of which meet."""
    known = set(there)
    taken, found = sorted(known), Sorted()
    for it in sorted(wanted, key=lambda one: one.span):
        if it.span in known:
            found.there.append(it)
            continue
        clash = meeting(it.span, taken)
        if clash is None:
            insort(taken, it.span)
            found.made.append(it)
        else:
            found.clashes.append((it, clash))
    return found


def meeting(span: Span, taken: list[Span]) -> Span | None:
    """One of `taken` (sorted, no two meet) that meets it."""
    place = bisect_left(taken, span)
    near = taken[max(0, place - 1) : place + 1]
    return next((it for it in near if it.meets(span)), None)


def overlap(span: Span, other: Span, zone: str) -> SlotsOverlap:
    return SlotsOverlap(
        f"{span_in_words(span, zone)} overlaps the slot {span_in_words(other, zone)} "
        "of this centre."
    )


def span_in_words(span: Span, zone: str) -> str:
    """Monday, 2 March 2026, 09:00 to 11:00 (Asia/Kolkata)."""
    there = ZoneInfo(zone)
    since, till = span.starts_at.astimezone(there), span.ends_at.astimezone(there)
    return f"{in_words(since.date())}, {since:%H:%M} to {till:%H:%M} ({zone})"
