"""Days and times on a centre's own clock."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.booking.domain.planning_refusals import BadLocalTime, NoSuchLocalTime

YEARS = range(2000, 2101)


def local_day(text: str) -> date:
    """Raises BadLocalTime."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadLocalTime from error
    if day.year not in YEARS:
        raise BadLocalTime(f"The year {day.year} is out of reach.")
    return day


def local_time(text: str) -> time:
    """Raises BadLocalTime."""
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text.strip(), re.ASCII):
        raise BadLocalTime
    hour, minute = text.strip().split(":")
    return time(int(hour), int(minute))


def local_times(text: str) -> tuple[time, ...]:
    """'09:00, 14:00'; each once. Raises BadLocalTime."""
    return tuple(sorted({local_time(it) for it in re.split(r"[,;\s]+", text) if it}))


def at(day: date, hour: time, zone: str) -> datetime:
    """That time on the centre's clock; where the clock shows it twice, the first.

    Raises NoSuchLocalTime where the clock skips it.
    """
    there = ZoneInfo(zone)
    moment = datetime.combine(day, hour, there).astimezone(UTC)
    if moment.astimezone(there).replace(tzinfo=None) != datetime.combine(day, hour):
        raise NoSuchLocalTime(
            f"On {in_words(day)} the clocks in {zone} go forward, and {hour:%H:%M} "
            "does not exist. Choose another time for that day."
        )
    return moment


def in_words(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
