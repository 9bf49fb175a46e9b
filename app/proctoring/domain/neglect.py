"""What nobody does any more: sittings left alone, as housekeeping finds them."""

from datetime import datetime, timedelta

from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Outcome, Watch, end, paused_by
from app.proctoring.domain.words import Ending, Kind, Reason, State


def inactive(watch: Watch, now: datetime, policy: Policy) -> Outcome:
    """Nobody answered "still there?": time ends where the question began.

    What a look confirmed meanwhile stays: it saw the student.
    """
    asked_at = asks_at(watch, policy)
    if asked_at is None or now < asked_at + timedelta(seconds=policy.idle_answer_s):
        return watch, []
    return paused_by(watch, Reason.INACTIVE, now, policy, until=asked_at)


def asks_at(watch: Watch, policy: Policy) -> datetime | None:
    """When the page asks "still there?" if nothing moves till then."""
    if watch.state is not State.RUNNING or watch.active_at is None:
        return None
    if watch.kind is Kind.EXAM:  # Who thinks does nothing on the page.
        return None
    return watch.active_at + timedelta(seconds=policy.idle_after_s)


def overdue_finish(watch: Watch, now: datetime, policy: Policy) -> Outcome:
    """The last look did not come in time: end anyway, time stays provisional."""
    since = watch.finishing_since
    if since is None or now - since < timedelta(seconds=policy.finish_within_s):
        return watch, []
    return end(watch, Ending.FINISHED, now, policy)


def abandoned(watch: Watch, now: datetime, policy: Policy) -> Outcome:
    """Nobody came back for a long time. A test has its own end, whoever is away."""
    if watch.exam is not None:
        return watch, []
    is_check = watch.kind is Kind.CHECK
    patience = timedelta(
        seconds=policy.check_abandon_s if is_check else policy.abandon_after_s
    )
    last_sign = watch.seen_at or watch.opened_at
    if watch.state is State.RUNNING or now - last_sign < patience:
        return watch, []
    return end(watch, Ending.ABANDONED, now, policy)
