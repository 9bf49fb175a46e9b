"""What an admin rules of a result: released although an incident was upheld, annulled,
or an annulment taken back. A row each; the newest counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict


class Ruled(StrEnum):
    RELEASED = "released"
    ANNULLED = "annulled"
    REINSTATED = "reinstated"


class Annulled(Conflict):
    """This test is annulled. Take that back first."""


class NotAnnulled(Conflict):
    """This test is not annulled: there is nothing to take back."""


class DecideFirst(Conflict):
    """An incident of this test, or a picture of it, waits for a person. A test is
    annulled when that is decided."""


class NotGraded(Conflict):
    """This test has no result yet: there is nothing to annul."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`incidents`: those upheld that lay before whoever ruled; `revoked`: whether this
    annulment took a certificate away, which taking it back gives again."""

    what: Ruled
    why: str
    at: datetime
    by: AccountId
    incidents: Sequence[UUID] = ()
    revoked: bool = False
