"""Time and place of a seat, as they were at a moment that was kept."""

import json
from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Tx
from app.booking.domain.papers import Place
from app.kernel.ids import SeatId, SlotId

_CHANGES = "(2 * (s.changes + c.changes) + (t.as_known IS NULL)::integer)"
VERSION = (
    f"""{_CHANGES} || '.' || coalesce(extract(epoch FROM p.failed_at)::bigint, 0)"""
)
"""Changes whenever a page of the seat says something else, but for the seat's state: of
seat t, slot s, centre c, and the order p that books it."""


def place_in(kept: str | None) -> Place | None:
    """What the schema's `time_and_place` said."""
    if kept is None:
        return None
    it = json.loads(kept)
    for name in ("starts_at", "ends_at"):
        it[name] = datetime.fromisoformat(it[name])
    return Place(**it)


async def keep_known(tx: Tx, slots: Sequence[SlotId]) -> None:
    """Before we change these slots: what their students know of them. What they have
    not seen yet stays."""
    await tx.execute(
        """UPDATE seat SET as_known = time_and_place(slot_id)
           WHERE slot_id = ANY($1) AND as_known IS NULL
             AND state IN ('offered', 'held', 'booked')""",
        slots,
    )


async def is_known(tx: Tx, seat: SeatId, version: str) -> bool:
    """The student has seen how it was in that version; False: that is not how it is
    now, and what they have not seen stays. Lock its slot first."""
    found = await tx.fetchval(
        f"""UPDATE seat t SET as_known = NULL
            FROM slot s JOIN centre c USING (centre_id)
            WHERE t.seat_id = $1 AND s.slot_id = t.slot_id
              AND split_part($2, '.', 1) = {_CHANGES}::text
            RETURNING t.seat_id""",
        seat,
        version,
    )
    return found is not None
