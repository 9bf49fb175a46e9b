"""Incidents in words: for the pages, and the letter that tells a decision."""

from app.accounts.domain.letters import SIGNED, Words
from app.proctoring.domain.incidents import Choice, Decided, Kind, Standing, Step

KINDS: dict[str, str] = {
    Kind.MISMATCH: "Not recognised",
    Kind.NO_FACE: "Nobody there",
    Kind.SEVERAL_FACES: "Several faces",
    Kind.SPOOF: "Not live",
    Kind.NOT_AS_ASKED: "Head not turned as asked",
    Kind.SAME_CLIP: "The same picture as another student's",
}
UNSURE = "We could not be sure that it was you"
KINDS_TOLD: dict[str, str] = {
    **KINDS,
    Kind.MISMATCH: UNSURE,
    Kind.SPOOF: UNSURE,
    Kind.SAME_CLIP: UNSURE,
}
"""For the student: what gave a trick away would help the next one."""
CHOICES: dict[str, str] = {
    Choice.UPHOLD: "Upheld: the time does not count",
    Choice.DISMISS: "Dismissed: the time counts",
    Choice.WARN: "A warning",
    Choice.LOOK: "A new look was asked for",
    Choice.END: "The sitting was ended",
}
CHOICES_IN_A_TEST: dict[str, str] = {
    **CHOICES,
    Choice.UPHOLD: "Upheld: an admin decides whether the result counts",
    Choice.DISMISS: "Dismissed: nothing of it stands",
    Choice.END: "The test was ended: an admin decides whether the result counts",
}
STANDINGS: dict[str, str] = {
    Standing.OPEN: "Waits for a person",
    Standing.DECIDED: "Decided",
    Standing.APPEALED: "You answered; another person reads it",
    Standing.PROPOSED: "A second person wants to overturn it; a third decides",
    Standing.CLOSED: "Decided for good",
}
SIGNS: dict[str, str] = {
    "frozen": "The face did not move at all",
    "repeated_clip": "Moments came again to the pixel",
    "same_clip": "Another camera showed the same picture",
    "lifeless": "The liveness model was in doubt",
    "virtual_camera": "The camera's name is a program's",
    "broken": "The face was lost from sight and came back",
}

_TOLD = {
    Choice.UPHOLD: "A person looked at what happened in your sitting and decided that "
    "the time it concerns does not count.",
    Choice.DISMISS: "A person looked at what happened in your sitting: all is well.",
    Choice.WARN: "A person looked at what happened in your sitting and warns you.",
    Choice.END: "A person looked at what happened in your sitting and ended it. Your "
    "confirmed time is kept.",
}
_TOLD_IN_A_TEST = {
    **_TOLD,
    Choice.UPHOLD: "A person looked at what happened in your test and upheld it. Your "
    "result stays held until an admin has decided whether it counts; we write to you.",
    Choice.DISMISS: "A person looked at what happened in your test: all is well.",
    Choice.WARN: "A person looked at what happened in your test and warns you.",
    Choice.END: "A person looked at what happened in your test and ended it. What you "
    "had answered is graded, and the result held until an admin has decided whether it "
    "counts; we write to you.",
}
ANSWER = (
    "You find it under 'Account, Incidents'. If you see it differently, you may answer "
    "there once, within 14 days; another person reads it."
)
FINAL = "Another person has read your answer. This decision is final."


def choices_of(*, in_a_test: bool) -> dict[str, str]:
    return CHOICES_IN_A_TEST if in_a_test else CHOICES


def letter(
    decided: Decided, reason: str, restored_s: int, *, in_a_test: bool = False
) -> Words | None:
    """None where there is nothing to tell yet, or only a look was asked for."""
    if decided.state is Standing.PROPOSED or decided.choice is Choice.LOOK:
        return None
    lines = [(_TOLD_IN_A_TEST if in_a_test else _TOLD)[decided.choice]]
    if restored_s:
        lines.append(f"{_minutes(restored_s)} were given back to you.")
    if reason:
        lines.append(f"The reason: {reason}")
    first = decided.step is Step.FIRST
    if decided.choice is not Choice.DISMISS:
        lines.append(ANSWER if first else FINAL)
    return Words(
        kind="incident_decided",
        subject=f"A decision about your {'test' if in_a_test else 'sitting'}",
        text="\n\n".join(lines) + SIGNED,
    )


def _minutes(seconds: int) -> str:
    whole, rest = divmod(seconds, 60)
    return f"{whole} min {rest} s" if whole else f"{rest} s"
