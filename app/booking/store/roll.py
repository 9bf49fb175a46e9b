"""Whose the seats of a slot are."""

from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.papers import ORDER
from app.booking.domain.roll import Seated
from app.booking.domain.words import SeatState
from app.kernel.ids import AccountId, SeatId, SlotId


async def seated(tx: Tx, slot: SlotId, now: datetime, most: int) -> list[Seated]:
    """Live seats, by name: holds and offers that are not over, too."""
    rows = await tx.fetch(
        """SELECT t.seat_id, t.account_id, t.module_code, t.state, t.accessible, a.name,
               a.srn, o.number
           FROM seat t JOIN account a USING (account_id)
               LEFT JOIN test_order o ON o.order_id = t.order_id
           WHERE t.slot_id = $1 AND t.live
             AND (t.state NOT IN ('held', 'offered') OR t.held_until > $2)
           ORDER BY a.name, a.srn, t.seat_id LIMIT $3""",
        slot,
        now,
        most,
    )
    return [
        Seated(
            seat=SeatId(row["seat_id"]),
            account=AccountId(row["account_id"]),
            name=row["name"],
            srn=row["srn"],
            module=row["module_code"],
            state=SeatState(row["state"]),
            accessible=row["accessible"],
            order=ORDER.format(row["number"]) if row["number"] else None,
        )
        for row in rows
    ]
