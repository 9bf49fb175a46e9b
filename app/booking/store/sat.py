"""Seats whose test is sat."""

from app.adapters.db import Tx
from app.kernel.ids import SeatId


async def attend(tx: Tx, seat: SeatId) -> None:
    """A booked one; who was marked at the door stays as marked."""
    await tx.execute(
        """UPDATE seat SET state = 'attended'
           WHERE seat_id = $1 AND state = 'booked'""",
        seat,
    )
