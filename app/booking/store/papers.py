"""What papers say of a seat, its place and its money."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Row, Tx
from app.booking.domain.papers import GivenBack, Paid, Place, SeatPaper
from app.booking.domain.words import OrderKind, RefundReason, SeatState
from app.booking.store.kept import place_in
from app.kernel.ids import AccountId, OrderId, SeatId, SlotId
from app.kernel.money import Money

_PAPER = """SELECT e.seat_id, e.slot_id, e.account_id, e.state, e.order_id, e.booked_at,
        e.module_code, a.name, a.srn, m.title, o.number, c.name AS centre, c.city,
        c.address, c.time_zone, s.starts_at, s.ends_at, e.as_booked, e.as_ended
    FROM seat e JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
    JOIN account a USING (account_id) JOIN module m ON m.code = e.module_code
    JOIN test_order o ON o.order_id = e.order_id """


async def read(tx: Tx, seat: SeatId, owner: AccountId | None) -> SeatPaper | None:
    """With an `owner`: only theirs. A seat without an order has no papers."""
    row = await tx.fetchrow(
        _PAPER + "WHERE e.seat_id = $1 AND ($2::uuid IS NULL OR e.account_id = $2)",
        seat,
        owner,
    )
    return _paper(row) if row else None


async def newest_of_order(tx: Tx, order: OrderId) -> SeatPaper | None:
    """The booking as it is now, wherever it was moved; of none, None."""
    row = await tx.fetchrow(
        _PAPER
        + """WHERE e.order_id = $1 AND e.booked_at IS NOT NULL
             AND e.state <> 'moved' ORDER BY e.booked_at DESC LIMIT 1""",
        order,
    )
    return _paper(row) if row else None


async def changes(tx: Tx, order: OrderId) -> tuple[int, datetime | None]:
    """How often the booking of this order changed, and when last: bookings, moves and
    endings of its seats, changes of their slots and centres. Only ever grows."""
    row = await tx.fetchrow(
        """SELECT sum(1 + s.changes + c.changes + (e.state = 'cancelled')::integer)
               AS changes,
               max(greatest(e.booked_at, e.ended_at, s.changed_at, c.changed_at))
               AS changed_at
           FROM seat e JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
           WHERE e.order_id = $1 AND e.booked_at IS NOT NULL""",
        order,
    )
    assert row is not None
    return int(row["changes"] or 1) - 1, row["changed_at"]


async def payments(tx: Tx, order: OrderId) -> list[Paid]:
    """Of the fee, and of moving the seat it paid; the first first."""
    rows = await tx.fetch(
        """SELECT p.*, o.number, o.kind
           FROM payment p JOIN test_order o USING (order_id)
           WHERE p.order_id = $1 OR p.order_id IN (
               SELECT move_order_id FROM seat
               WHERE order_id = $1 AND move_order_id IS NOT NULL)
           ORDER BY p.receipt""",
        order,
    )
    back = await _refunds(tx, [row["payment_id"] for row in rows])
    return [_paid(row, back) for row in rows]


async def _refunds(tx: Tx, payments: Sequence[object]) -> list[Row]:
    return await tx.fetch(
        """SELECT r.*, p.currency FROM refund r JOIN payment p USING (payment_id)
           WHERE r.payment_id = ANY($1) ORDER BY r.asked_at, r.refund_id""",
        payments,
    )


def _paid(row: Row, refunds: Sequence[Row]) -> Paid:
    currency = row["currency"]
    return Paid(
        number=row["receipt"],
        order_number=row["number"],
        kind=OrderKind(row["kind"]),
        amount=Money(minor=row["amount_minor"], currency=currency),
        paid_at=row["paid_at"],
        provider=row["provider"],
        reference=row["provider_payment"],
        kept=Money(minor=row["kept_minor"], currency=currency),
        back=tuple(
            GivenBack(
                amount=Money(minor=it["amount_minor"], currency=currency),
                reason=RefundReason(it["reason"]),
                state=it["state"],
                asked_at=it["asked_at"],
                settled_at=it["settled_at"],
            )
            for it in refunds
            if it["payment_id"] == row["payment_id"]
        ),
    )


def place_of(row: Row) -> Place:
    return Place(
        centre=row["centre"],
        city=row["city"],
        address=row["address"],
        time_zone=row["time_zone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
    )


def _paper(row: Row) -> SeatPaper:
    return SeatPaper(
        seat=SeatId(row["seat_id"]),
        slot=SlotId(row["slot_id"]),
        account=AccountId(row["account_id"]),
        name=row["name"],
        srn=row["srn"],
        module=row["title"],
        module_code=row["module_code"],
        state=SeatState(row["state"]),
        order=OrderId(row["order_id"]),
        number=row["number"],
        booked_at=row["booked_at"],
        place=place_in(row["as_ended"]) or place_of(row),
        paid_place=place_in(row["as_booked"]),
    )
