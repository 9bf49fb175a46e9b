"""Whose a seat of a slot is, as staff reads it."""

from dataclasses import dataclass

from app.booking.domain.words import SeatState
from app.kernel.ids import AccountId, SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """`order`: as 'T-000123'; None: nothing was ordered yet."""

    seat: SeatId
    account: AccountId
    name: str
    srn: str
    module: str
    state: SeatState
    accessible: bool
    order: str | None
