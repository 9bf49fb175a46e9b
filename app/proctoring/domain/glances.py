"""What a glance does to a sitting: nobody is identified, only followed.

A glance vouches for the face it has followed since the last passed look. Where it
cannot, time from the last good glance on is in doubt: it counts for nobody, and a
passed look ends the doubt. So a stand-in between two looks gains nothing, and a false
alarm costs a student seconds.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.kernel.glances import Sight
from app.proctoring.domain.changes import Change
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import (
    Outcome,
    Watch,
    doubted,
    not_too_soon,
    paused_by,
    vouched,
)
from app.proctoring.domain.words import Kind, Reason, State, Trouble, Why


GLANCE_GAP = timedelta(seconds=10)
"""After a look the next that a glance asks for waits so long: who moves about is not
looked at every few seconds."""
_APART = 4
"""Trouble began at most this part of `trouble_s` before a glance saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """`at` is when the picture arrived."""

    sight: Sight
    at: datetime
    epoch: int


_TROUBLES = {
    Sight.EMPTY: Trouble.EMPTY,
    Sight.SEVERAL: Trouble.SEVERAL,
    Sight.UNSEEN: Trouble.UNSEEN,
}
_PAUSES = {
    Trouble.EMPTY: Reason.NO_FACE,
    Trouble.SEVERAL: Reason.SEVERAL_FACES,
    Trouble.UNSEEN: Reason.NO_VIDEO,
}


def glanced(watch: Watch, glance: Glance, policy: Policy) -> Outcome:
    """Late, doubled or overtaken glances change nothing."""
    if watch.kind is Kind.CHECK or glance.epoch != watch.epoch:
        return watch, []
    if watch.state is not State.RUNNING:
        return _while_not_running(watch, glance)
    if _is_old(watch, glance.at):
        return watch, []
    trouble = _TROUBLES.get(glance.sight)
    if trouble is not None:
        return _troubled(watch, trouble, glance.at, policy)
    return _one_face(watch, glance)


def _is_old(watch: Watch, at: datetime) -> bool:
    """Seen before the last glance, or before the passed look that set time running."""
    known = [it for it in (watch.glanced_at, watch.running_from) if it is not None]
    return bool(known) and at <= max(known)


def _one_face(watch: Watch, glance: Glance) -> Outcome:
    """After trouble nobody knows whose it is, even if the break itself got lost."""
    is_known = watch.trouble is None and glance.sight is not Sight.BROKEN
    if not is_known:
        watch = doubted(watch, glance.at)
    watch = replace(watch, glanced_at=glance.at, trouble=None, trouble_since=None)
    if is_known and glance.sight is Sight.STEADY:
        return watch, []
    return watch, [_look_soon(watch, glance.at)]


def _look_soon(watch: Watch, at: datetime) -> LookWanted:
    last = watch.looked_at
    due_at = at if last is None else max(at, last + GLANCE_GAP)
    return LookWanted(why=Why.GLANCE, due_at=due_at)


def _troubled(watch: Watch, trouble: Trouble, at: datetime, policy: Policy) -> Outcome:
    """An empty chair, then a second face, then no picture: one trouble, one clock."""
    since = watch.trouble_since or _began(watch, at, policy)
    watch = replace(doubted(watch, at), trouble=trouble, trouble_since=since)
    if at - since < timedelta(seconds=policy.trouble_s):
        return watch, []
    paused, changes = paused_by(watch, _PAUSES[trouble], at, policy)
    return paused, [*changes, *_look_again(trouble, at, policy)]


def _began(watch: Watch, at: datetime, policy: Policy) -> datetime:
    """Halfway between the last good glance and the first bad one: nobody saw when.

    So twenty seconds are twenty on the average, and never fewer than fifteen.
    """
    good = vouched(watch) or at
    return at - min((at - good) / 2, timedelta(seconds=policy.trouble_s) / _APART)


def _look_again(trouble: Trouble, at: datetime, policy: Policy) -> list[Change]:
    """Several faces are looked at closely at once; an empty chair when it fills."""
    if trouble is Trouble.SEVERAL:
        return [LookWanted(why=Why.GLANCE, due_at=at)]
    after = timedelta(seconds=policy.retry_paused_max_s)
    return [LookWanted(why=Why.RETRY, due_at=at + after)]


def _while_not_running(watch: Watch, glance: Glance) -> Outcome:
    """A face is back: look at once, so that nobody has to press anything."""
    if watch.state is not State.PAUSED or watch.reason not in _PAUSES.values():
        return watch, []
    if glance.sight in _TROUBLES:
        return watch, []
    due_at = not_too_soon(watch, glance.at)
    return watch, [LookWanted(why=Why.RESUME, due_at=due_at)]
