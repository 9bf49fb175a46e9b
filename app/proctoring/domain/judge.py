"""What a judged look does to a sitting and to the time since the last passed one."""

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
from app.proctoring.domain.check_looks import Guidance, judge_check
from app.proctoring.domain.draws import Chance
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.planning import LookWanted, routine, turning
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.replanning import planned_anew
from app.proctoring.domain.watch import (
    Outcome,
    Watch,
    arrival,
    doubted,
    end,
    lapsed,
    speaks_against,
    stopped,
    undoubted,
    vouched,
)
from app.proctoring.domain.words import (
    IMPOSTOR,
    PEOPLE,
    SUSPICIOUS,
    Ending,
    Kind,
    Reason,
    State,
    Verdict,
    Why,
)

UNGUIDED = Guidance()


def judge(
    watch: Watch,
    look: Judged,
    policy: Policy,
    chance: Chance,
    guidance: Guidance = UNGUIDED,
) -> Outcome:
    """One verdict, applied. Late, doubled or overtaken looks change no time."""
    if watch.state is State.ENDED or look.epoch != watch.epoch:
        return watch, []
    if _is_overtaken(watch, look):
        return watch, planned_anew(watch, look.at, policy, chance)
    if watch.kind is Kind.CHECK:
        return judge_check(watch, look, policy, guidance)
    watch, before = lapsed(watch, look.asked_at, policy)
    looked_at = max(look.asked_at, watch.looked_at or look.asked_at)
    watch = replace(watch, verdict=look.verdict, looked_at=looked_at)
    if look.verdict is Verdict.MATCH:
        watch, after = _passed(watch, look, policy, chance)
    elif look.verdict is Verdict.SYSTEM_UNAVAILABLE:
        after = _try_later(watch, look, policy)
    else:
        watch, after = _failed(watch, look, policy, chance)
    return watch, [*before, *after]


def _is_overtaken(watch: Watch, look: Judged) -> bool:
    """By a newer look. A turn of the head takes long, and is not to be dodged by
    something that makes another look due meanwhile."""
    if watch.looked_at is None or look.asked:
        return False
    return look.asked_at <= watch.looked_at


def looks_wanted(
    watch: Watch, now: datetime, policy: Policy, chance: Chance
) -> list[LookWanted]:
    """The looks that should be open for a student who is present."""
    if watch.state is State.ENDED or watch.reason in PEOPLE:
        return []
    if watch.state is State.RUNNING:
        return list(routine(now, policy, chance))
    return [LookWanted(why=arrival(watch), due_at=now)]


def _try_later(watch: Watch, look: Judged, policy: Policy) -> list[Change]:
    """Our fault: nothing changes for the student, and we look again."""
    if watch.reason in PEOPLE:
        return []
    return [_again(look.at, policy.unavailable_retry_s)]


def _passed(watch: Watch, look: Judged, policy: Policy, chance: Chance) -> Outcome:
    if watch.doubt is Verdict.NOT_AS_ASKED and not look.asked:
        # Who would not turn the head is not believed for looking ahead again.
        return watch, [] if watch.reason in PEOPLE else [_challenge(look, chance)]
    since = Confirmed(
        since=look.asked_at - timedelta(seconds=policy.bridge_s), until=look.asked_at
    )
    watch = replace(watch, failures=0, doubt=None)
    if watch.state is State.RUNNING:
        return _passed_running(watch, look, policy, chance, since)
    if watch.reason in PEOPLE:
        return watch, []  # A look may pass while a person's pause stands.
    plan = routine(look.at, policy, chance)
    changes: list[Change] = [since, LooksCancelled(), StretchOpened(at=look.at), *plan]
    return set_running(watch, look.at), changes


def set_running(watch: Watch, at: datetime) -> Watch:
    """From here on time runs, and the student counts as there and active."""
    return replace(
        watch,
        state=State.RUNNING,
        reason=None,
        running_from=at,
        seen_at=at,
        active_at=at,
    )


def _passed_running(
    watch: Watch, look: Judged, policy: Policy, chance: Chance, since: Confirmed
) -> Outcome:
    changes: list[Change] = []
    assert watch.running_from is not None
    if watch.doubted_at is not None and look.asked_at < watch.doubted_at:
        anew = LookWanted(why=Why.GLANCE, due_at=look.at)  # It saw what was before.
        return watch, [anew] if watch.trouble is None else []
    if look.asked_at > watch.running_from:
        until = watch.doubt_from or look.asked_at
        # Whoever caused a doubt may have left only while the frames were taken.
        again = look.asked_at if watch.doubt_from is None else look.at
        changes = [StretchClosed(at=until), since, StretchOpened(at=again)]
        watch = replace(watch, running_from=again)
    watch = undoubted(watch)
    if watch.finishing_since is not None and look.asked_at >= watch.finishing_since:
        return _finished(watch, look, policy, changes)
    return watch, [*changes, *routine(look.at, policy, chance)]


def _finished(
    watch: Watch, look: Judged, policy: Policy, changes: list[Change]
) -> Outcome:
    kept = [c for c in changes if not isinstance(c, StretchOpened)]
    closed = replace(watch, running_from=None) if kept else watch
    ended, more = end(closed, Ending.FINISHED, look.at, policy)
    return ended, [*kept, *more]


def _failed(watch: Watch, look: Judged, policy: Policy, chance: Chance) -> Outcome:
    watch = replace(watch, failures=watch.failures + 1, doubt=_doubt(watch, look))
    if look.verdict in SUSPICIOUS and vouched(watch) is not None:
        watch = doubted(watch, look.asked_at)
    if watch.reason in PEOPLE:
        return watch, []
    if watch.failures <= policy.retries:
        return watch, [_retry(watch, look, policy, chance)]
    if watch.failures == policy.retries + 1:
        return _out_of_retries(watch, look, policy, chance)
    return _still_failing(watch, look, policy, chance)


def _doubt(watch: Watch, look: Judged) -> Verdict | None:
    """The first trouble that speaks against the student; a stand-in's is the worst."""
    if look.verdict in IMPOSTOR and watch.doubt not in IMPOSTOR:
        return look.verdict
    return watch.doubt or (None if look.verdict is Verdict.NO_VIDEO else look.verdict)


def _retry(watch: Watch, look: Judged, policy: Policy, chance: Chance) -> LookWanted:
    """The last try before a pause is a challenge: a turned head tells more."""
    last = watch.failures == policy.retries and watch.doubt in IMPOSTOR
    again = _again(look.at, policy.retry_after_s)
    asked = last or watch.doubt is Verdict.NOT_AS_ASKED
    return turning(again, look.at, chance) if asked else again


def _challenge(look: Judged, chance: Chance) -> LookWanted:
    wanted = LookWanted(why=Why.CHALLENGE, due_at=look.at)
    return turning(wanted, look.at, chance)


def _out_of_retries(
    watch: Watch, look: Judged, policy: Policy, chance: Chance
) -> Outcome:
    changes: list[Change] = []
    if watch.running_from is not None:
        until = watch.doubt_from or max(look.asked_at, watch.running_from)
        changes.append(StretchClosed(at=until))
    if watch.doubt is not None and speaks_against(watch):
        changes.append(Voided(why=watch.doubt))
    if look.verdict in SUSPICIOUS:
        changes.append(IncidentRaised(kind=look.verdict))
    paused = replace(stopped(watch), state=State.PAUSED, reason=Reason(look.verdict))
    again = _while_paused(paused, look, policy.retry_paused_s, chance)
    return paused, [*changes, LooksCancelled(), *again]


def _still_failing(
    watch: Watch, look: Judged, policy: Policy, chance: Chance
) -> Outcome:
    if look.verdict in IMPOSTOR and watch.failures >= policy.tries_before_person:
        stuck = replace(watch, reason=Reason.NEEDS_PERSON)
        return stuck, [LooksCancelled(), IncidentRaised(kind=look.verdict)]
    doublings = min(watch.failures - policy.retries - 1, 8)
    delay_s = min(policy.retry_paused_s * 2**doublings, policy.retry_paused_max_s)
    again = _while_paused(watch, look, delay_s, chance)
    return replace(watch, reason=Reason(look.verdict)), [*again]


def _while_paused(
    watch: Watch, look: Judged, after_s: float, chance: Chance
) -> list[LookWanted]:
    """Without video there is nothing to look at: presence wants the next look."""
    if look.verdict is Verdict.NO_VIDEO:
        return []
    again = _again(look.at, after_s)
    asked = watch.doubt is Verdict.NOT_AS_ASKED
    return [turning(again, look.at, chance) if asked else again]


def _again(now: datetime, after_s: float) -> LookWanted:
    return LookWanted(why=Why.RETRY, due_at=now + timedelta(seconds=after_s))
