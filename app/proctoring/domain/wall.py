"""Who needs a person first."""

from app.proctoring.domain.words import OWN, SUSPICIOUS, Reason, State, Verdict

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


RAISED, HIGH = 0.3, 0.6


def risk_word(risk: float) -> str:
    """For staff alone. A word and no figure: it orders, it proves nothing."""
    if risk >= HIGH:
        return "high"
    return "raised" if risk >= RAISED else "low"
