"""The life of a sitting: facts go in; the new watch and what changed come out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from app.kernel.ids import AccountId, CheckId, ExamId, SittingId
from app.kernel.refusals import Conflict
from app.proctoring.domain.changes import (
    Change,
    LooksCancelled,
    StretchClosed,
)
from app.proctoring.domain.leaving import left_in_doubt
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import (
    IMPOSTOR,
    OWN,
    PEOPLE,
    Ending,
    Kind,
    Reason,
    State,
    Trouble,
    Verdict,
    Why,
)

LOOK_GAP = timedelta(seconds=3)
"""A browser may ask for looks no faster than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What we know of a sitting while it is open.

    `running_from` is the start of the open stretch, `seen_at` the last presence,
    `failures` the failed looks in a row, `doubt` the first of them that speaks
    against the student (not a fault of the line or of ours), `active_at` when the
    student last did something on the page, `opened_on` which browser it is open in,
    `check` the check of that device, `exam` the test it watches. `glanced_at` is the
    last glance at one face, `jumped_from` that before a jump which no look decided;
    from `doubt_from` on nobody vouches for who it is, as was noticed `doubted_at`;
    `trouble` is what glances see.
    """

    sitting: SittingId
    account: AccountId
    opened_at: datetime
    kind: Kind = Kind.LEARNING
    state: State = State.CHECKING_IN
    reason: Reason | Ending | None = None
    epoch: int = 1
    failures: int = 0
    doubt: Verdict | None = None
    verdict: Verdict | None = None
    looked_at: datetime | None = None
    running_from: datetime | None = None
    seen_at: datetime | None = None
    active_at: datetime | None = None
    finishing_since: datetime | None = None
    opened_on: str | None = None
    check: CheckId | None = None
    exam: ExamId | None = None
    glanced_at: datetime | None = None
    doubt_from: datetime | None = None
    doubted_at: datetime | None = None
    jumped_from: datetime | None = None
    trouble: Trouble | None = None
    trouble_since: datetime | None = None


Outcome: TypeAlias = tuple[Watch, list[Change]]


class SittingEnded(Conflict):
    """This sitting has ended. Start again to go on studying."""


class NotYoursToResume(Conflict):
    """A proctor has to let you go on. Please wait, or write to the helpdesk."""


class NotRunning(Conflict):
    """There is nothing to pause: time is not running."""


def connected(
    watch: Watch, browser: str | None = None, check: CheckId | None = None
) -> Watch:
    """A browser (re)connected: from now on only its writes count."""
    if watch.state is State.ENDED:
        raise SittingEnded
    return replace(watch, epoch=watch.epoch + 1, opened_on=browser, check=check)


def streaming(watch: Watch, now: datetime) -> Outcome:
    """Video of the current epoch arrives: check at once who it is."""
    if watch.state is State.ENDED or watch.reason in PEOPLE:
        return watch, []
    return watch, [LookWanted(why=arrival(watch), due_at=not_too_soon(watch, now))]


def arrival(watch: Watch) -> Why:
    """The first look of a sitting is its start; later ones resume it."""
    return Why.START if watch.looked_at is None else Why.RESUME


def lapsed(watch: Watch, now: datetime, policy: Policy) -> Outcome:
    """Presence stopped: the stretch ends at the last time seen."""
    if not _has_lapsed(watch, now, policy):
        return watch, []
    return paused_by(watch, Reason.AWAY, now, policy)


def pause(watch: Watch, by: Reason, now: datetime, policy: Policy) -> Outcome:
    """The student or a proctor pauses. A proctor's pause outranks any other."""
    if watch.state is State.ENDED:
        raise SittingEnded
    if by is Reason.STUDENT and watch.state is not State.RUNNING:
        raise NotRunning
    return paused_by(watch, by, now, policy)


def resume(watch: Watch, by: Reason, now: datetime) -> Outcome:
    """Wants a look; a passed one sets the sitting running.

    A person's pause is lifted first: back to checking in, with every retry to come.
    """
    if watch.state is State.ENDED:
        raise SittingEnded
    if by is Reason.STUDENT and watch.reason in PEOPLE - OWN:
        raise NotYoursToResume
    if watch.state is State.RUNNING:
        return watch, []
    if watch.reason in PEOPLE:
        watch = replace(watch, state=State.CHECKING_IN, reason=None, failures=0)
    if by is Reason.PROCTOR:
        watch = replace(watch, doubt=None)
    return watch, [LookWanted(why=Why.RESUME, due_at=not_too_soon(watch, now))]


def check(watch: Watch, why: Why, now: datetime) -> Outcome:
    """A proctor (`PROCTOR`) or the student (`RETRY`) wants a look now."""
    if watch.state is State.ENDED:
        raise SittingEnded
    if why is Why.PROCTOR:
        return watch, [LookWanted(why=why, due_at=now)]
    if watch.reason in PEOPLE:
        return watch, []
    return watch, [LookWanted(why=why, due_at=not_too_soon(watch, now))]


def finish(watch: Watch, now: datetime, policy: Policy) -> Outcome:
    """The student is done: a last look confirms the time, then the sitting ends."""
    if watch.state is State.ENDED:
        return watch, []
    if watch.state is not State.RUNNING:
        return end(watch, Ending.FINISHED, now, policy)
    finishing = replace(watch, finishing_since=watch.finishing_since or now)
    return finishing, [LookWanted(why=Why.FINISH, due_at=now)]


def end(watch: Watch, why: Ending, now: datetime, policy: Policy) -> Outcome:
    """Ends the sitting. Provisional time waits for the student's next passed look."""
    if watch.state is State.ENDED:
        return watch, []
    changes = _close(watch, now, policy)
    ended = replace(stopped(watch), state=State.ENDED, reason=why)
    return ended, [*changes, LooksCancelled()]


def vouched(watch: Watch) -> datetime | None:
    """Up to when the face that passed the last look has been followed.

    None: no glances reach us; then looks alone vouch, as far as they go.
    """
    if watch.running_from is None or watch.glanced_at is None:
        return None
    return max(watch.running_from, watch.glanced_at)


def doubted(watch: Watch, at: datetime, since: datetime | None = None) -> Watch:
    """From `since` (the last good glance) on it may be somebody else, noticed `at`."""
    since = since or vouched(watch) or watch.running_from
    known = [it for it in (watch.doubt_from, watch.jumped_from, since) if it]
    noticed_at = max(at, watch.doubted_at or at)
    return replace(watch, doubt_from=min(known, default=None), doubted_at=noticed_at)


def speaks_against(watch: Watch) -> bool:
    """Whether what failed voids the time before it.

    Glances vouch for the time before an empty chair; for a stand-in's nobody does.
    """
    return watch.doubt in IMPOSTOR or watch.glanced_at is None


def stopped(watch: Watch) -> Watch:
    """Time no longer runs, and with it goes what only running time has."""
    return undoubted(replace(watch, running_from=None, finishing_since=None))


def undoubted(watch: Watch) -> Watch:
    calm = replace(watch, doubt_from=None, doubted_at=None, jumped_from=None)
    return replace(calm, trouble=None, trouble_since=None)


def suspended(watch: Watch, now: datetime, policy: Policy) -> Outcome:
    """A person found something: another person has to let the student go on."""
    return paused_by(watch, Reason.NEEDS_PERSON, now, policy)


def paused_by(
    watch: Watch,
    reason: Reason,
    now: datetime,
    policy: Policy,
    *,
    until: datetime | None = None,
) -> Outcome:
    """Stops time: by `until`, and where somebody last vouched for it."""
    changes = _close(watch, now, policy, until)
    paused = replace(stopped(watch), state=State.PAUSED, reason=reason)
    return paused, [*changes, LooksCancelled()]


def _close(
    watch: Watch, now: datetime, policy: Policy, until: datetime | None = None
) -> list[Change]:
    if watch.running_from is None:
        return []
    seen_at = watch.seen_at if _has_lapsed(watch, now, policy) else now
    at = min(seen_at or now, until or now, watch.doubt_from or now)
    changes: list[Change] = [StretchClosed(at=max(at, watch.running_from))]
    followed = watch.glanced_at is not None
    return [*changes, *left_in_doubt(watch.doubt, followed=followed)]


def not_too_soon(watch: Watch, now: datetime) -> datetime:
    if watch.looked_at is None:
        return now
    return max(now, watch.looked_at + LOOK_GAP)


def _has_lapsed(watch: Watch, now: datetime, policy: Policy) -> bool:
    if watch.state is not State.RUNNING or watch.seen_at is None:
        return False
    return now - watch.seen_at > timedelta(seconds=policy.lapse_s)
