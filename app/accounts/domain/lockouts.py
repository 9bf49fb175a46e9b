"""Wrong tries in a row, and how long they close one way in.

A scope is one way in, to one account, from one known device, or from everywhere else:
a stranger who knows an SRN cannot lock its owner's own device.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.accounts.domain.policy import AccountPolicy

FORGOTTEN_AFTER = timedelta(hours=24)
NEVER = timedelta(days=36_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Of one scope. `until` may lie in the past."""

    count: int
    locks: int
    last_at: datetime
    until: datetime | None = None


def locked_until(failures: Failures | None, now: datetime) -> datetime | None:
    """None: a try may be made."""
    if failures is None or failures.until is None or failures.until <= now:
        return None
    return failures.until


def is_closed(until: datetime, now: datetime) -> bool:
    """Too many in a row: waiting does not help any more."""
    return until - now > NEVER / 2


def after_failure(
    before: Failures | None, now: datetime, policy: AccountPolicy
) -> Failures:
    """One more wrong try; every few of them lock the scope, later for longer."""
    if before is None or _is_forgotten(before, now):
        before = Failures(count=0, locks=0, last_at=now)
    after = replace(before, count=before.count + 1, last_at=now, until=None)
    if after.count >= policy.failures_most:
        return replace(after, locks=after.locks + 1, until=now + NEVER)
    if after.count % policy.failures_before_lock:
        return after
    minutes = policy.later_lock_min if before.locks else policy.first_lock_min
    until = now + timedelta(minutes=minutes)
    return replace(after, locks=after.locks + 1, until=until)


def taken_back(failures: Failures) -> Failures | None:
    """A try that was counted and then not made, since we were too busy."""
    if failures.count <= 1:
        return None
    locks = failures.locks - 1 if failures.until else failures.locks
    return replace(failures, count=failures.count - 1, locks=locks, until=None)


def _is_forgotten(failures: Failures, now: datetime) -> bool:
    quiet = now - failures.last_at >= FORGOTTEN_AFTER
    return quiet and locked_until(failures, now) is None
