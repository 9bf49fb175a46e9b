"""The tickets of a media node: to send one sitting's video there, or to view it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.ids import SittingId, ViewId

TICKET_LIFE = timedelta(minutes=1)


class Glancing(StrEnum):
    """What may be done between looks: a face compared with itself, faces counted, or
    nothing."""

    FOLLOW = "follow"
    COUNT = "count"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Names the sitting and the epoch of its writer; good until `expires_at`.

    The epoch is raised at every (re)connect, so a node that sees a newer epoch drops
    the stream of the older one.
    """

    sitting: SittingId
    epoch: int
    expires_at: datetime
    glancing: Glancing = Glancing.FOLLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTicket:
    """Lets one proctor's browser view the video of a sitting's epoch.

    To begin it is good until `expires_at`; a view that began ends at `until`.
    """

    view: ViewId
    sitting: SittingId
    epoch: int
    expires_at: datetime
    until: datetime
