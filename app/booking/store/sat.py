"""Seats whose test is sat."""

from app.adapters.db import Tx
from app.kernel.ids import SeatId


async def attend(tx: Tx, seat: SeatId) -> bool:
    """A booked one; who was marked at the door stays as marked. False: neither."""
    found = await tx.fetchval(
        """WITH it AS (UPDATE seat SET state = 'attended'
               WHERE seat_id = $1 AND state = 'booked' RETURNING seat_id)
           SELECT EXISTS (SELECT FROM it) OR EXISTS (
               SELECT FROM seat WHERE seat_id = $1 AND state = 'attended')""",
        seat,
    )
    return bool(found)
