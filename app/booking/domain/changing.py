"""Moving and cancelling by policy: till when, and what it costs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.booking.domain.policy import BookingPolicy
from app.booking.domain.refusals import MovedTooOften, NotComing, TooLateToChange
from app.booking.domain.words import Seat, SeatState
from app.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a student may do with a booked seat now. `fee` is for either."""

    can_cancel: bool
    can_move: bool
    fee: Money
    free_till: datetime
    last_at: datetime

    def back(self, paid: Money) -> Money:
        """What comes back on cancelling."""
        return Money(minor=paid.minor - self.fee.minor, currency=paid.currency)


def terms_of(
    seat: Seat,
    *,
    starts_at: datetime,
    paid: Money,
    moves: int,
    now: datetime,
    policy: BookingPolicy,
) -> Terms:
    """`moves`: how often it was moved. We changed the slot: free till `free_until`."""
    free_till = starts_at - timedelta(days=policy.free_days)
    last_at = starts_at - timedelta(hours=policy.last_hours)
    ours = seat.free_until is not None and now < seat.free_until
    is_free = ours or now < free_till
    booked = seat.state is SeatState.BOOKED and now < starts_at
    in_time = booked and (ours or is_free or now < last_at)
    fee = 0 if is_free else paid.minor * policy.late_fee_percent // 100
    return Terms(
        can_cancel=in_time,
        can_move=in_time and (ours or moves < policy.moves_most),
        fee=Money(minor=fee, currency=paid.currency),
        free_till=free_till,
        last_at=last_at,
    )


def require_cancellable(seat: Seat, terms: Terms) -> None:
    """Raises NotComing or TooLateToChange."""
    if seat.state is not SeatState.BOOKED:
        raise NotComing
    if not terms.can_cancel:
        raise TooLateToChange


def require_movable(seat: Seat, terms: Terms) -> None:
    """Raises NotComing, TooLateToChange or MovedTooOften."""
    require_cancellable(seat, terms)
    if not terms.can_move:
        raise MovedTooOften
