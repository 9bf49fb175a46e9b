"""Looks that a person judges: the same hours and the same rules, only later.

A captured picture sets time running and divides it into stretches, as a passed look
would; what the person then says confirms or voids what lies before it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from app.proctoring.domain.changes import (
    Change,
    Confirmed,
    IncidentRaised,
    LooksCancelled,
    StretchClosed,
    StretchOpened,
    Voided,
)
from app.proctoring.domain.draws import Chance
from app.proctoring.domain.judge import set_running
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.planning import LookWanted, routine
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.replanning import planned_anew
from app.proctoring.domain.watch import (
    Outcome,
    Watch,
    end,
    lapsed,
    suspended,
    undoubted,
)
from app.proctoring.domain.words import (
    PEOPLE,
    SUSPICIOUS,
    Ending,
    State,
    Verdict,
)


def hold(watch: Watch, look: Judged, policy: Policy, chance: Chance) -> Outcome:
    """A picture was captured and waits for a person. Time goes on, provisionally."""
    if watch.state is State.ENDED or look.epoch != watch.epoch:
        return watch, []
    if watch.looked_at is not None and look.asked_at <= watch.looked_at:
        return watch, planned_anew(watch, look.at, plain(policy), chance)
    watch, before = lapsed(watch, look.asked_at, policy)
    watch = replace(watch, verdict=Verdict.HELD, looked_at=look.asked_at, failures=0)
    if watch.reason in PEOPLE:
        return watch, before
    if watch.state is State.RUNNING:
        watch, after = _held_running(watch, look, policy, chance)
    else:
        watch, after = _held_starting(watch, look, policy, chance)
    return watch, [*before, *after]


def compared(watch: Watch, look: Judged, now: datetime, policy: Policy) -> Outcome:
    """What the person said of a held look; `watch` may have ended long ago."""
    if look.verdict is Verdict.MATCH:
        since = look.asked_at - timedelta(seconds=policy.bridge_s)
        return watch, [Confirmed(since=since, until=look.asked_at)]
    if look.verdict not in SUSPICIOUS:
        return watch, []  # It could not be told: time waits for the next picture.
    changes: list[Change] = [
        Voided(why=look.verdict, until=look.asked_at),
        IncidentRaised(kind=look.verdict),
    ]
    if watch.state is State.ENDED:
        return watch, changes
    watch, paused = suspended(watch, now, policy)
    return watch, [*changes, *paused]


def _held_running(
    watch: Watch, look: Judged, policy: Policy, chance: Chance
) -> Outcome:
    assert watch.running_from is not None
    changes: list[Change] = []
    if watch.doubted_at is not None and look.asked_at < watch.doubted_at:
        return watch, []  # The picture shows what was before the doubt.
    if look.asked_at > watch.running_from:
        changes = [StretchClosed(at=watch.doubt_from or look.asked_at)]
        watch = undoubted(replace(watch, running_from=None))
    if watch.finishing_since is not None and look.asked_at >= watch.finishing_since:
        ended, more = end(watch, Ending.FINISHED, look.at, policy)
        return ended, [*changes, *more]
    if changes:
        changes.append(StretchOpened(at=look.asked_at))
        watch = replace(watch, running_from=look.asked_at)
    return watch, [*changes, *_plain_routine(look, policy, chance)]


def _held_starting(
    watch: Watch, look: Judged, policy: Policy, chance: Chance
) -> Outcome:
    running = set_running(watch, look.at)
    plan = _plain_routine(look, policy, chance)
    return running, [LooksCancelled(), StretchOpened(at=look.at), *plan]


def _plain_routine(
    look: Judged, policy: Policy, chance: Chance
) -> Iterator[LookWanted]:
    """No turns of the head: the person who compares has one picture."""
    return routine(look.at, plain(policy), chance)


def plain(policy: Policy) -> Policy:
    """Without challenges."""
    return replace(policy, challenge_per_hour=0)
