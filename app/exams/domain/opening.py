"""Who may open a test when, and how long it may take."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.exams.domain.policy import ExamsPolicy
from app.kernel.refusals import Conflict


class NotOpenYet(Conflict):
    """Your test cannot be opened yet."""


class TooLate(Conflict):
    """It is too late to open this test. Write to the helpdesk if that was our fault."""


class CoolingOff(Conflict):
    """Between two goes at a test some time has to pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the booked slot begins and ends."""

    starts_at: datetime
    ends_at: datetime


def require_window(window: Window, now: datetime, policy: ExamsPolicy) -> None:
    """For opening the first time. Raises NotOpenYet or TooLate."""
    opens_at = window.starts_at - timedelta(minutes=policy.early_min)
    closes_at = window.starts_at + timedelta(minutes=policy.late_min)
    if now < opens_at:
        raise NotOpenYet(
            f"Your test opens {policy.early_min:g} minutes before it begins. "
            "Come back then.",
            opens_at=opens_at.isoformat(),
        )
    if now > closes_at or now >= window.ends_at:
        raise TooLate(closed_at=closes_at.isoformat())


def latest_end(window: Window, extra: timedelta, policy: ExamsPolicy) -> datetime:
    """No deadline is later, whatever was late before."""
    return window.ends_at + timedelta(minutes=policy.overrun_min) + extra


def require_cooled(till: datetime | None, now: datetime) -> None:
    """Raises CoolingOff with the time from which the next go may be opened."""
    if till is not None and now < till:
        raise CoolingOff(open_at=till.isoformat())


def with_extra(duration_s: int, percent: int) -> int:
    """Rounded up: nobody loses a second that was granted."""
    return duration_s + -(-duration_s * percent // 100)
