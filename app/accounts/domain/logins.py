"""How long a login lives, and when its owner must prove themselves again."""

from datetime import datetime, timedelta

from app.accounts.domain.people import STAFF, Role
from app.accounts.domain.policy import AccountPolicy


def may_be_remembered(role: Role) -> bool:
    """Staff see other people's data: their logins end with the day."""
    return role not in STAFF


def lives(*, remembered: bool, policy: AccountPolicy) -> tuple[timedelta, timedelta]:
    """How long at most, and how long unseen."""
    if remembered:
        longest = timedelta(days=policy.remember_days)
        return longest, longest
    return timedelta(hours=policy.absolute_h), timedelta(minutes=policy.idle_min)


def is_alive(
    begun_at: datetime,
    last_seen_at: datetime,
    now: datetime,
    *,
    remembered: bool,
    policy: AccountPolicy,
) -> bool:
    longest, unseen = lives(remembered=remembered, policy=policy)
    return now - begun_at < longest and now - last_seen_at < unseen


def must_prove(proved_at: datetime, now: datetime, policy: AccountPolicy) -> bool:
    """Before anything that changes a way in."""
    return now - proved_at >= timedelta(minutes=policy.prove_again_min)
