"""Who needs a person first, and whether looks come in time."""

from dataclasses import dataclass
from datetime import datetime

from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import OWN, SUSPICIOUS, Kind, Reason, State, Verdict

CALM, LOOK_LATER, LOOK_SOON, NOW = range(4)


def need(
    state: State, reason: Reason | None, verdict: Verdict | None, *, incident: bool
) -> int:
    """3 = a person must act before the student can go on; 0 = nothing to see."""
    if reason is Reason.NEEDS_PERSON:
        return NOW
    paused = state is State.PAUSED and reason not in OWN | {Reason.PROCTOR}
    if incident and paused:
        return NOW
    if incident or verdict in SUSPICIOUS:
        return LOOK_SOON
    return LOOK_LATER if paused and reason is not Reason.AWAY else CALM


def rank(kind: Kind, needs: int) -> tuple[int, int]:
    """Where it stands on the wall, the lowest first: tests that need anybody, then who
    cannot go on studying without a person, then calm tests, then the rest. So nothing
    of learning stands before a test that needs somebody, and a hall of calm tests hides
    nobody who waits."""
    if kind is Kind.EXAM:
        return (0 if needs > CALM else 2), -needs
    return (1 if needs == NOW else 3), -needs


RAISED, HIGH = 0.3, 0.6


def risk_word(risk: float) -> str:
    """For staff alone. A word and no figure: it orders, it proves nothing."""
    if risk >= HIGH:
        return "high"
    return "raised" if risk >= RAISED else "low"


SLACK_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Since when somebody waits for an answer, of each kind the oldest.

    `due`: an open look; `looked`: the last look of a student nobody has looked at for
    too long; `unanswered`: the first of the looks that ended in a row as our fault.
    """

    due: datetime | None = None
    looked: datetime | None = None
    unanswered: datetime | None = None


def late_after_s(policy: Policy) -> float:
    """One sample that is lost is captured again so often; longer is no accident."""
    return policy.attempts * policy.lease_s + SLACK_S


def unlooked_after_s(policy: Policy) -> float:
    """A running sitting is looked at more often than this, if anything works."""
    return policy.interval_max_s + late_after_s(policy)


def lag_s(waits: Waits, now: datetime, policy: Policy) -> float:
    """How late looks are: the longest wait of all, counted from when a look was due."""
    found = [0.0]
    for since in (waits.due, waits.unanswered):
        if since is not None:
            found.append((now - since).total_seconds())
    if waits.looked is not None:
        found.append((now - waits.looked).total_seconds() - policy.interval_max_s)
    return max(found)
