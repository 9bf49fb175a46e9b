"""Seats to remind of."""

from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.words import Seat
from app.booking.store.seats import seat_of


async def claim(tx: Tx, now: datetime, till: datetime, most: int) -> list[Seat]:
    """Seats that begin till then, each claimed once. Who booked within the last day
    before it has the letter of booking, and needs no other."""
    rows = await tx.fetch(
        """UPDATE seat SET reminded_at = $1 WHERE seat_id IN (
               SELECT e.seat_id FROM seat e JOIN slot s USING (slot_id)
               WHERE e.state = 'booked' AND e.reminded_at IS NULL
                 AND s.starts_at > $1 AND s.starts_at <= $2
                 AND s.cancelled_at IS NULL
                 AND e.booked_at < s.starts_at - ($2::timestamptz - $1::timestamptz)
               LIMIT $3 FOR UPDATE OF e SKIP LOCKED)
           RETURNING *""",
        now,
        till,
        most,
    )
    return [seat_of(row) for row in rows]
