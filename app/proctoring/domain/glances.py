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

_APART = 4
"""Trouble began at most this part of `trouble_s` before a glance saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """`at` is when the picture arrived; `gap_s` as in `Followed`."""

    sight: Sight
    at: datetime
    epoch: int
    gap_s: float | None = None


_CALM = frozenset({Sight.STEADY, Sight.JUMPED})
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
    """Late and doubled ones change nothing, unless they raise a doubt of time that no
    look has decided yet."""
    if watch.kind is Kind.CHECK or glance.epoch != watch.epoch:
        return watch, []
    if watch.state is not State.RUNNING:
        return _while_not_running(watch, glance)
    if watch.running_from is not None and glance.at <= watch.running_from:
        return watch, []
    if watch.glanced_at is not None and glance.at <= watch.glanced_at:
        return _overtaken(watch, glance, policy)
    trouble = _TROUBLES.get(glance.sight)
    if trouble is not None:
        return _troubled(watch, trouble, glance, policy)
    return _one_face(watch, glance, policy)


def _overtaken(watch: Watch, glance: Glance, policy: Policy) -> Outcome:
    """A later one was quicker: of two glancers, or while one stood still. What it
    followed is the face that this one could not vouch for."""
    if glance.sight in _CALM or _is_in_doubt(watch, glance.at):
        return watch, []
    watch = _doubted_by(watch, glance)
    if watch.trouble is not None:
        return watch, []  # The look comes with the next face.
    return watch, [_look_soon(watch, glance.at, policy)]


def _is_in_doubt(watch: Watch, at: datetime) -> bool:
    if watch.doubt_from is None or watch.doubted_at is None:
        return False
    return watch.doubt_from < at <= watch.doubted_at


def _doubted_by(watch: Watch, glance: Glance) -> Watch:
    """Since the face was last followed: as the node tells it, or as far as we know."""
    known = [watch.glanced_at] if watch.glanced_at is not None else []
    known = [it for it in known if it < glance.at]
    if glance.gap_s is not None:
        known.append(glance.at - timedelta(seconds=glance.gap_s))
    since = min(known, default=watch.running_from)
    if since is not None and watch.running_from is not None:
        since = max(since, watch.running_from)
    return doubted(watch, glance.at, since)


def _one_face(watch: Watch, glance: Glance, policy: Policy) -> Outcome:
    """After trouble nobody knows whose it is, even if the break itself got lost."""
    is_known = watch.trouble is None and glance.sight is not Sight.BROKEN
    if not is_known:
        watch = _doubted_by(watch, glance)
    elif glance.sight is Sight.JUMPED:
        watch = replace(watch, jumped_from=watch.jumped_from or vouched(watch))
    watch = replace(watch, glanced_at=glance.at, trouble=None, trouble_since=None)
    if is_known and glance.sight is Sight.STEADY:
        return watch, []
    return watch, [_look_soon(watch, glance.at, policy)]


def _look_soon(watch: Watch, at: datetime, policy: Policy) -> LookWanted:
    """At once, but no faster than glances come: who moves about has a glance with each
    look, and is not to be looked at every few seconds."""
    gap = timedelta(seconds=policy.glance_every_s)
    due_at = at if watch.looked_at is None else max(at, watch.looked_at + gap)
    return LookWanted(why=Why.GLANCE, due_at=due_at)


def _troubled(
    watch: Watch, trouble: Trouble, glance: Glance, policy: Policy
) -> Outcome:
    """An empty chair, then a second face, then no picture: one trouble, one clock."""
    at = glance.at
    since = watch.trouble_since or _began(watch, at, policy)
    watch = _doubted_by(watch, glance)
    watch = replace(watch, trouble=trouble, trouble_since=since)
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
