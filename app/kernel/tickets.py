"""The ticket that lets one browser send one sitting's video to a media node."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.ids import SittingId

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
