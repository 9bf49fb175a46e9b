"""What students look at when they choose a seat, and what they have: only read."""

from collections.abc import Sequence
from datetime import date, datetime

from app.adapters.db import Row, Tx
from app.booking.store.kept import VERSION
from app.booking.store.slots import COLUMNS
from app.kernel.ids import AccountId, ModuleCode, OrderId, SeatId, SlotId

OFFERS_MOST = 1_000
SEATS_MOST = 100


async def cities(tx: Tx, module: ModuleCode, now: datetime) -> list[str]:
    """Where the test of this module can be sat, by name."""
    rows = await tx.fetch(
        """SELECT DISTINCT c.city FROM slot s JOIN centre c USING (centre_id)
           WHERE s.cancelled_at IS NULL AND s.closes_at > $2
             AND (s.modules IS NULL OR $1 = ANY (s.modules)) ORDER BY c.city""",
        module,
        now,
    )
    return [str(row["city"]) for row in rows]


async def span(
    tx: Tx, module: ModuleCode, city: str, now: datetime, *, accessible: bool
) -> Row:
    """first, last, first_free: days; each NULL where there is none. City '': all."""
    row = await tx.fetchrow(
        """SELECT min(s.day) AS first, max(s.day) AS last,
               min(s.day) FILTER (WHERE s.opens_at <= $3 AND CASE WHEN $4
                   THEN s.accessible > s.accessible_taken
                   ELSE s.taken + s.blocked < s.capacity - s.accessible END)
                   AS first_free
           FROM slot s JOIN centre c USING (centre_id)
           WHERE s.cancelled_at IS NULL AND s.closes_at > $3
             AND (s.modules IS NULL OR $1 = ANY (s.modules))
             AND ($2 = '' OR c.city = $2)""",
        module,
        city,
        now,
        accessible,
    )
    assert row is not None
    return row


async def offers(
    tx: Tx, module: ModuleCode, city: str, month: date, now: datetime
) -> list[Row]:
    """Slots of a month that are not over, with their centre; by city, centre, time."""
    return await tx.fetch(
        f"""SELECT {COLUMNS}, c.name AS centre, c.city, c.address
            FROM slot s JOIN centre c USING (centre_id)
            WHERE s.cancelled_at IS NULL AND s.closes_at > $4
              AND (s.modules IS NULL OR $1 = ANY (s.modules))
              AND ($2 = '' OR c.city = $2)
              AND s.day >= $3 AND s.day < $3::date + interval '1 month'
            ORDER BY c.city, c.name, s.starts_at LIMIT $5""",
        module,
        city,
        month,
        now,
        OFFERS_MOST,
    )


async def places(tx: Tx, slots: Sequence[SlotId]) -> list[Row]:
    """Any slots, with their centre."""
    return await tx.fetch(
        f"""SELECT {COLUMNS}, c.name AS centre, c.city, c.address
            FROM slot s JOIN centre c USING (centre_id) WHERE s.slot_id = ANY($1)""",
        slots,
    )


async def seats(tx: Tx, account: AccountId, only: SeatId | None = None) -> list[Row]:
    """A student's seats with place, time, order and what is to pay; newest first."""
    return await tx.fetch(
        f"""SELECT t.*, s.starts_at, s.ends_at, s.cancelled_at AS slot_cancelled_at,
               c.name AS centre, c.city, c.address, c.time_zone, m.title, o.number,
               coalesce(o.amount_minor, c.fee_minor, m.fee_minor) AS fee_minor,
               coalesce(o.currency, c.currency, m.currency) AS currency,
               p.failed_at, {VERSION} AS version,
               v.amount_minor AS move_minor, v.currency AS move_currency
           FROM seat t JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
             JOIN module m ON m.code = t.module_code
             LEFT JOIN test_order o ON o.order_id = t.order_id
             LEFT JOIN test_order p
                 ON p.order_id = coalesce(t.move_order_id, t.order_id)
             LEFT JOIN test_order v ON v.order_id = t.move_order_id
           WHERE t.account_id = $1 AND ($2::uuid IS NULL OR t.seat_id = $2)
           ORDER BY t.held_at DESC, t.ended_at IS NULL DESC, t.seat_id LIMIT $3""",
        account,
        only,
        SEATS_MOST,
    )


async def money(tx: Tx, orders: Sequence[OrderId]) -> list[Row]:
    """Payments of these orders, a row for each refund of one, or one without."""
    return await tx.fetch(
        """SELECT p.order_id, p.amount_minor, p.currency, p.buys_seat, p.kept_minor,
               r.amount_minor AS back_minor, r.state, r.reason, r.settled_at
           FROM payment p LEFT JOIN refund r USING (payment_id)
           WHERE p.order_id = ANY($1) ORDER BY p.receipt, r.asked_at""",
        orders,
    )
