"""A judged look, as the rules that follow take it."""

from dataclasses import dataclass
from datetime import datetime

from app.proctoring.domain.words import Verdict, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A look and what it came to.

    `asked_at` is when this try of it was commanded: the frames are later, so time
    up to it lies between looks. `at` is when the verdict was reached. `asked`: with a
    turn of the head.
    """

    why: Why
    epoch: int
    asked_at: datetime
    at: datetime
    verdict: Verdict
    asked: bool = False
