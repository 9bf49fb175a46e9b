"""Changes of slots that have seats: each in one statement for all of them.

Lock the slots first.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.adapters.db import Row, Tx
from app.booking.domain.planning import Span
from app.booking.domain.words import RefundReason
from app.kernel.ids import CentreId, OrderId, SlotId

FREE_FOR = timedelta(days=7)
"""After we changed a slot, so long moving and cancelling are free."""


async def coming_slots(tx: Tx, centre: CentreId, now: datetime) -> list[SlotId]:
    """That are not over and not cancelled."""
    rows = await tx.fetch(
        """SELECT slot_id FROM slot WHERE centre_id = $1 AND ends_at > $2
             AND cancelled_at IS NULL ORDER BY slot_id""",
        centre,
        now,
    )
    return [SlotId(row["slot_id"]) for row in rows]


async def set_seats(
    tx: Tx, slot: SlotId, capacity: int, accessible: int, blocked: int
) -> None:
    """Raises CheckViolationError (never_one_too_many…)."""
    await tx.execute(
        """UPDATE slot SET capacity = $2, accessible = $3, blocked = $4
           WHERE slot_id = $1""",
        slot,
        capacity,
        accessible,
        blocked,
    )


async def set_booking(
    tx: Tx, slot: SlotId, opens_at: datetime, closes_at: datetime
) -> None:
    await tx.execute(
        "UPDATE slot SET opens_at = $2, closes_at = $3 WHERE slot_id = $1",
        slot,
        opens_at,
        closes_at,
    )


async def set_span(
    tx: Tx,
    slot: SlotId,
    day: date,
    span: Span,
    opens_at: datetime,
    closes_at: datetime,
) -> None:
    """Raises UniqueViolationError (one_slot_at_a_time)."""
    await tx.execute(
        """UPDATE slot SET day = $2, starts_at = $3, ends_at = $4, opens_at = $5,
               closes_at = $6
           WHERE slot_id = $1""",
        slot,
        day,
        span.starts_at,
        span.ends_at,
        opens_at,
        closes_at,
    )


async def set_modules(tx: Tx, slot: SlotId, modules: Sequence[str] | None) -> None:
    await tx.execute("UPDATE slot SET modules = $2 WHERE slot_id = $1", slot, modules)


async def modules_used(tx: Tx, slot: SlotId) -> list[str]:
    """Of live seats, and of who waits."""
    rows = await tx.fetch(
        """SELECT module_code FROM seat WHERE slot_id = $1 AND live
           UNION SELECT module_code FROM waiting
           WHERE slot_id = $1 AND state = 'waiting' ORDER BY 1""",
        slot,
    )
    return [row["module_code"] for row in rows]


async def let_go_free(tx: Tx, slots: Sequence[SlotId], now: datetime) -> None:
    """Cancelling costs nothing for a week, or till the test begins; who was reminded
    is reminded anew, of what is true now."""
    await tx.execute(
        """UPDATE seat t SET free_until = least($2::timestamptz + $3, s.starts_at),
               reminded_at = NULL
           FROM slot s WHERE t.slot_id = s.slot_id AND s.slot_id = ANY($1)
             AND t.state IN ('held', 'booked')""",
        slots,
        now,
        FREE_FOR,
    )


async def people_of(tx: Tx, slots: Sequence[SlotId]) -> list[Row]:
    """Who has a live seat there, and what a letter says of it."""
    return await tx.fetch(
        """SELECT t.seat_id, t.slot_id, t.account_id, t.module_code, t.state,
               t.order_id, t.move_order_id, t.free_until, a.name AS student, a.email,
               a.mobile, m.title AS module, c.name AS centre, c.address, c.city,
               c.time_zone, s.starts_at
           FROM seat t JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
               JOIN account a ON a.account_id = t.account_id
               JOIN module m ON m.code = t.module_code
           WHERE t.slot_id = ANY($1) AND t.live ORDER BY t.seat_id""",
        slots,
    )


async def people_waiting(tx: Tx, slots: Sequence[SlotId]) -> list[Row]:
    """The same of who waits in line."""
    return await tx.fetch(
        """SELECT w.slot_id, w.account_id, w.module_code, a.name AS student, a.email,
               a.mobile, m.title AS module, c.name AS centre, c.address, c.city,
               c.time_zone, s.starts_at
           FROM waiting w JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
               JOIN account a ON a.account_id = w.account_id
               JOIN module m ON m.code = w.module_code
           WHERE w.slot_id = ANY($1) AND w.state = 'waiting' ORDER BY w.turn""",
        slots,
    )


async def slots_beside(tx: Tx, slots: Sequence[SlotId]) -> list[SlotId]:
    """Where seats are held to move bookings of these slots to."""
    rows = await tx.fetch(
        """SELECT DISTINCT h.slot_id FROM seat h JOIN seat b ON b.seat_id = h.replaces
           WHERE b.slot_id = ANY($1) AND h.state = 'held'""",
        slots,
    )
    return [SlotId(row["slot_id"]) for row in rows]


async def cancel_slots(tx: Tx, slots: Sequence[SlotId], now: datetime) -> None:
    await tx.execute(
        "UPDATE slot SET cancelled_at = $2 WHERE slot_id = ANY($1)", slots, now
    )


async def release_all(tx: Tx, slots: Sequence[SlotId], now: datetime) -> list[Row]:
    """Holds and offers there, and what is held elsewhere to move a booking of theirs
    to: seat_id, account_id."""
    return await tx.fetch(
        """UPDATE seat SET state = 'released', ended_at = $2
           WHERE state IN ('held', 'offered') AND (slot_id = ANY($1)
               OR replaces IN (SELECT seat_id FROM seat WHERE slot_id = ANY($1)))
           RETURNING seat_id, account_id""",
        slots,
        now,
    )


async def cancel_all(tx: Tx, slots: Sequence[SlotId], now: datetime) -> list[Row]:
    """Booked seats: account_id, order_id, move_order_id."""
    return await tx.fetch(
        """UPDATE seat SET state = 'cancelled', ended_at = $2
           WHERE slot_id = ANY($1) AND state = 'booked'
           RETURNING account_id, order_id, move_order_id""",
        slots,
        now,
    )


async def give_back_fees(tx: Tx, orders: Sequence[OrderId], now: datetime) -> list[Row]:
    """All that bought these seats, and all that was kept for moving to them: order_id,
    amount_minor, currency, receipt."""
    return await tx.fetch(
        """WITH due AS (
               SELECT payment_id, order_id, currency, receipt,
                   CASE WHEN buys_seat THEN amount_minor ELSE kept_minor END AS minor
               FROM payment
               WHERE order_id = ANY($1) AND (buys_seat OR kept_minor > 0) FOR UPDATE),
           freed AS (
               UPDATE payment p SET buys_seat = false, kept_minor = 0
               FROM due WHERE p.payment_id = due.payment_id),
           asked AS (
               INSERT INTO refund (refund_id, payment_id, amount_minor, reason,
                   asked_at, due_at)
               SELECT gen_random_uuid(), payment_id, minor, $3, $2, $2 FROM due)
           SELECT order_id, minor AS amount_minor, currency, receipt FROM due""",
        orders,
        now,
        RefundReason.SLOT_CANCELLED,
    )


async def end_lines(tx: Tx, slots: Sequence[SlotId], now: datetime) -> int:
    """How many waited, or were offered a seat."""
    rows = await tx.fetch(
        """UPDATE waiting SET state = 'ended', ended_at = $2
           WHERE slot_id = ANY($1) AND state IN ('waiting', 'offered')
           RETURNING account_id""",
        slots,
        now,
    )
    return len(rows)


async def concerned(tx: Tx, slot: SlotId) -> Row:
    """booked, held, offered, marked, waiting."""
    row = await tx.fetchrow(
        """SELECT count(*) FILTER (WHERE state = 'booked') AS booked,
               count(*) FILTER (WHERE state = 'held') AS held,
               count(*) FILTER (WHERE state = 'offered') AS offered,
               count(*) FILTER (WHERE state IN ('attended', 'absent')) AS marked,
               (SELECT count(*) FROM waiting w
                WHERE w.slot_id = $1 AND w.state = 'waiting') AS waiting
           FROM seat WHERE slot_id = $1""",
        slot,
    )
    assert row is not None
    return row


async def to_give_back(tx: Tx, slot: SlotId) -> list[Row]:
    """What cancelling it would give back: currency, amount_minor."""
    return await tx.fetch(
        """SELECT p.currency, sum(CASE WHEN p.buys_seat THEN p.amount_minor
                   ELSE p.kept_minor END)::bigint AS amount_minor
           FROM seat t JOIN payment p ON p.order_id IN (t.order_id, t.move_order_id)
           WHERE t.slot_id = $1 AND t.state = 'booked'
             AND (p.buys_seat OR p.kept_minor > 0)
           GROUP BY p.currency ORDER BY p.currency""",
        slot,
    )
