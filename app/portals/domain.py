"""When a portal is closed, and who is told beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.refusals import Conflict, Refusal, Unavailable
from app.kernel.scripts import is_printable

REASON_MOST = 300
LONGEST = timedelta(days=366)


class Portal(StrEnum):
    LEARNING = "learning"
    TESTS = "tests"


NAMES = {Portal.LEARNING: "The learning portal", Portal.TESTS: "The test portal"}


class PortalClosed(Unavailable):
    """This portal is closed just now. All your confirmed time is kept."""


class BadWindow(Refusal):
    """A window ends after it begins, within a year, and says in up to 300 characters
    why."""


class WindowsOverlap(Conflict):
    """There is a window of this portal at that time already. End that one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Closed from `closed_from` up to, not including, `closed_till`."""

    window: UUID
    portal: Portal
    closed_from: datetime
    closed_till: datetime
    announced_from: datetime
    reason: str

    def is_closed(self, now: datetime) -> bool:
        return self.closed_from <= now < self.closed_till


def announced(windows: Iterable[Window], now: datetime) -> list[Window]:
    """Those that pages tell of: coming or current, the earliest first."""
    told = [it for it in windows if it.announced_from <= now < it.closed_till]
    return sorted(told, key=lambda it: it.closed_from)


def closed_now(
    windows: Iterable[Window], portal: Portal, now: datetime
) -> Window | None:
    found = (it for it in windows if it.portal is portal and it.is_closed(now))
    return next(found, None)


def closes_within(
    windows: Iterable[Window], portal: Portal, now: datetime, ahead: timedelta
) -> bool:
    """Whether it closes soon, and is open now."""
    return any(
        it.portal is portal and now < it.closed_from <= now + ahead for it in windows
    )


def require_open(windows: Iterable[Window], portal: Portal, now: datetime) -> None:
    """Raises PortalClosed (until, wait_s)."""
    window = closed_now(windows, portal, now)
    if window is None:
        return
    till = f"{window.closed_till:%d %B %Y, %H:%M} UTC"
    raise PortalClosed(
        f"{NAMES[portal]} is closed till {till}: {window.reason} "
        "All your confirmed time is kept.",
        until=window.closed_till.isoformat(),
        wait_s=int((window.closed_till - now).total_seconds()) + 1,
    )


def require_sense(window: Window) -> None:
    """Raises BadWindow."""
    length = window.closed_till - window.closed_from
    right = timedelta() < length <= LONGEST
    said = 1 <= len(window.reason) <= REASON_MOST and is_printable(window.reason)
    if not right or not said or window.announced_from > window.closed_from:
        raise BadWindow


def moment(day: str, at: str, zone: str, *, end: bool = False) -> datetime:
    """Of a form's day and time in the admin's zone. Without a time: the beginning of
    that day, or as an `end` its end. Raises BadWindow."""
    try:
        there = ZoneInfo(zone)
        whole = date.fromisoformat(day)
        if not at and end:
            whole += timedelta(days=1)
        hour = time.fromisoformat(at) if at else time()
        return datetime.combine(whole, hour.replace(tzinfo=None), there).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadWindow from error
