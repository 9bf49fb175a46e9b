"""What reports read: sums that equal the books."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from app.adapters.db import Row, Tx
from app.booking.domain.refunds import STUCK_AFTER
from app.booking.domain.reports import RefundLine, SlotUse, Takings
from app.kernel.ids import CentreId, ModuleCode, RefundId, SlotId
from app.kernel.money import Money

REFUND = """SELECT r.refund_id, r.amount_minor, r.reason, r.state, r.provider_refund,
        r.said, r.asked_at, r.settled_at, r.attempts, p.receipt, p.currency,
        p.provider, p.provider_payment, o.number, o.module_code, a.srn,
        w.centre, w.time_zone
    FROM refund r JOIN payment p USING (payment_id) JOIN test_order o USING (order_id)
        JOIN account a ON a.account_id = o.account_id
        LEFT JOIN LATERAL (
            SELECT c.name AS centre, c.time_zone
            FROM seat t JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
            WHERE t.order_id = o.order_id OR t.move_order_id = o.order_id
            ORDER BY t.held_at DESC LIMIT 1) w ON true"""


SLOT = """SELECT s.slot_id AS slot, s.centre_id, c.code, c.name AS centre, c.city,
        c.time_zone, s.starts_at, s.ends_at, s.opens_at, s.closes_at, s.cancelled_at,
        s.modules, s.capacity, s.accessible, s.blocked, n.booked, n.attended, n.absent,
        n.held, w.waiting
    FROM slot s JOIN centre c USING (centre_id)
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE t.state = 'booked') AS booked,
                count(*) FILTER (WHERE t.state = 'attended') AS attended,
                count(*) FILTER (WHERE t.state = 'absent') AS absent,
                count(*) FILTER (WHERE t.state IN ('held', 'offered')) AS held
            FROM seat t WHERE t.slot_id = s.slot_id AND t.live) n
        CROSS JOIN LATERAL (
            SELECT count(*) AS waiting FROM waiting q
            WHERE q.slot_id = s.slot_id AND q.state = 'waiting') w"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Slots from a day to another one, both included, of the centres' own."""

    since: date
    until: date
    centre: CentreId | None = None
    cancelled: bool = False


async def slots(tx: Tx, which: Which, most: int) -> list[SlotUse]:
    """By centre and time; `cancelled`: those too."""
    rows = await tx.fetch(
        f"""{SLOT} WHERE s.day BETWEEN $1 AND $2
              AND ($3::uuid IS NULL OR s.centre_id = $3)
              AND ($4 OR s.cancelled_at IS NULL)
            ORDER BY c.city, c.name, c.code, s.starts_at, s.made_at LIMIT $5""",
        which.since,
        which.until,
        which.centre,
        which.cancelled,
        most,
    )
    return [_slot(row) for row in rows]


async def first_day(tx: Tx, today: date, centre: CentreId | None) -> date | None:
    day: date | None = await tx.fetchval(
        """SELECT min(day) FROM slot WHERE day >= $1 AND cancelled_at IS NULL
             AND ($2::uuid IS NULL OR centre_id = $2)""",
        today,
        centre,
    )
    return day


async def sold_modules(tx: Tx, now: datetime) -> list[ModuleCode]:
    """Of coming seats that are held or booked."""
    rows = await tx.fetch(
        """SELECT DISTINCT e.module_code FROM seat e JOIN slot s USING (slot_id)
           WHERE e.state IN ('held', 'booked') AND s.ends_at > $1 ORDER BY 1""",
        now,
    )
    return [ModuleCode(row["module_code"]) for row in rows]


async def one_slot(tx: Tx, slot: SlotId) -> tuple[SlotUse, CentreId] | None:
    row = await tx.fetchrow(f"{SLOT} WHERE s.slot_id = $1", slot)
    return (_slot(row), CentreId(row["centre_id"])) if row else None


async def takings(tx: Tx, since: datetime, till: datetime) -> list[Takings]:
    """Of the payments between, by month (UTC), currency and module."""
    rows = await tx.fetch(
        """SELECT to_char(p.paid_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
               p.currency, m.code AS module, m.title, count(*) AS payments,
               sum(p.amount_minor)::bigint AS captured,
               coalesce(sum(p.amount_minor) FILTER (WHERE p.buys_seat), 0)::bigint
                   AS seats,
               sum(p.kept_minor)::bigint AS kept, sum(r.refunded)::bigint AS refunded,
               sum(r.done)::bigint AS done
           FROM payment p JOIN test_order o USING (order_id)
               JOIN module m ON m.code = o.module_code
               CROSS JOIN LATERAL (
                   SELECT coalesce(sum(f.amount_minor), 0)::bigint AS refunded,
                       coalesce(sum(f.amount_minor) FILTER (WHERE f.state = 'done'),
                           0)::bigint AS done
                   FROM refund f WHERE f.payment_id = p.payment_id) r
           WHERE p.paid_at >= $1 AND p.paid_at < $2
           GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2, 3""",
        since,
        till,
    )
    names = [it.name for it in fields(Takings)]
    return [Takings(**{name: row[name] for name in names}) for row in rows]


async def refund_states(tx: Tx, since: datetime, till: datetime) -> list[Row]:
    """state, currency, count, amount_minor of those asked for between."""
    return await tx.fetch(
        """SELECT r.state, p.currency, count(*) AS count,
               sum(r.amount_minor)::bigint AS amount_minor
           FROM refund r JOIN payment p USING (payment_id)
           WHERE r.asked_at >= $1 AND r.asked_at < $2
           GROUP BY 1, 2 ORDER BY 2, 1""",
        since,
        till,
    )


async def refunds(
    tx: Tx, since: datetime, till: datetime, most: int
) -> list[RefundLine]:
    """Asked for between, the newest first."""
    rows = await tx.fetch(
        f"""{REFUND} WHERE r.asked_at >= $1 AND r.asked_at < $2
            ORDER BY r.asked_at DESC, r.refund_id LIMIT $3""",
        since,
        till,
        most,
    )
    return [_refund(row) for row in rows]


async def refused(tx: Tx, most: int) -> list[RefundLine]:
    """All that wait for a person, the oldest first."""
    rows = await tx.fetch(
        f"""{REFUND} WHERE r.state = 'refused'
               OR r.state IN ('asked', 'sent') AND r.attempts >= $2
            ORDER BY r.settled_at, r.refund_id LIMIT $1""",
        most,
        STUCK_AFTER,
    )
    return [_refund(row) for row in rows]


def _slot(row: Row) -> SlotUse:
    return SlotUse(**{it.name: row[it.name] for it in fields(SlotUse)})


def _refund(row: Row) -> RefundLine:
    return RefundLine(
        refund=RefundId(row["refund_id"]),
        receipt=row["receipt"],
        order=row["number"],
        srn=row["srn"],
        module=row["module_code"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        reason=row["reason"],
        state=row["state"],
        provider=row["provider"],
        provider_payment=row["provider_payment"],
        provider_refund=row["provider_refund"],
        said=row["said"],
        asked_at=row["asked_at"],
        settled_at=row["settled_at"],
        attempts=row["attempts"],
        centre=row["centre"],
        time_zone=row["time_zone"],
    )
