"""The numbers and choices of exams that an institution may set."""

from dataclasses import dataclass
from enum import StrEnum


class AdmitCards(StrEnum):
    """How an admit card is shown before the test of a seat opens: scanned at the door;
    or, where there is no scanner, its number typed on the page, too; or not at all."""

    DESK = "desk"
    CODE = "code"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamsPolicy:
    regrade_may_fail: bool = False
    """Whether a withdrawn question may take a pass away that was told already."""
    settle_after_min: float = 10
    """So long after its end a result is written of, and its certificate issued: till
    then, whatever was seen in the last minutes has become an incident."""
    certificate_percent: bool = False
    """Whether a certificate says how many percent were reached."""
    issuer: str = "Module Study"
    """Who certifies: the institution's name, as certificates say it."""
    admit_card: AdmitCards = AdmitCards.DESK
    early_min: float = 30
    """So long before its slot begins, a test may be opened."""
    late_min: float = 30
    """So long after its slot has begun, it may still be opened for the first time."""
    overrun_min: float = 60
    """So long after its slot's end, and extra time besides, no test goes on."""
    begin_within_min: float = 120
    """A test whose start look never passed ends so long after it was opened."""
    paused_most_min: float = 240
    """A test that a person paused and nobody lets go on ends after this, and its result
    is held."""
