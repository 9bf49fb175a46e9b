"""What can change when a fact is judged, in the order it was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.kernel.findings import Ask
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.words import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchOpened:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchClosed:
    """The open stretch ends here and stays provisional until the next look."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Provisional stretches of the student that ended by `until` are decided.

    Those that ended before `since` are void: too long a gap to vouch for.
    """

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """No provisional stretch of the student counts; `until`: that ended by then."""

    why: Verdict
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksCancelled:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRaised:
    """`kind`: a verdict's word, or a sign's."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTaken:
    """The look's sample goes into the student's template."""

    ask: Ask


Change: TypeAlias = (
    StretchOpened
    | StretchClosed
    | Confirmed
    | Voided
    | LookWanted
    | LooksCancelled
    | IncidentRaised
    | CaptureTaken
)
