"""Whoever comes back from paying is shown their seat."""

from app.booking.service.desk import BookingDesk
from app.booking.store import returning, seats
from app.kernel.ids import SeatId


async def seat_paid_for(
    desk: BookingDesk, provider: str, provider_order: str
) -> SeatId | None:
    """None: no order of ours, or of a seat that is no more."""
    async with desk.db.connection() as tx:
        order = await returning.order_of(tx, provider, provider_order)
        seat = await seats.newest_of_order(tx, order) if order else None
    return seat.seat if seat else None
