"""What a student is told of a verdict: what to do next, not what gave a trick away."""

from app.proctoring.domain.words import Reason, Verdict

_AS: dict[str, str] = {Verdict.SPOOF: Verdict.MISMATCH, Reason.SPOOF: Reason.MISMATCH}
"""A picture of a face and another face call for the same: look in yourself."""


def told_as(word: str | None) -> str | None:
    """The word of a verdict or reason, as a student's page is sent it."""
    return _AS.get(word, word) if word else word
