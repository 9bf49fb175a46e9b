"""Money that goes back: what is due, and where it stands."""

from datetime import datetime

from app.adapters.db import Row, Tx
from app.booking.domain.refunds import Change, Refund, RefundState
from app.kernel.ids import AccountId, OrderId, RefundId
from app.kernel.money import Money

_COLUMNS = """r.refund_id, r.amount_minor, r.state, r.provider_refund, r.attempts,
    r.tries, r.said, r.lease_until, p.provider, p.provider_payment, p.receipt,
    p.currency, p.order_id, o.account_id"""


async def claim(
    tx: Tx, provider: str, now: datetime, *, lease_until: datetime, most: int
) -> list[Refund]:
    """Due ones, each for one process until the lease ends."""
    rows = await tx.fetch(
        f"""UPDATE refund r SET lease_until = $3, attempts = r.attempts + 1
            FROM payment p, test_order o
            WHERE p.payment_id = r.payment_id AND o.order_id = p.order_id
              AND r.refund_id IN (
                SELECT d.refund_id FROM refund d JOIN payment dp USING (payment_id)
                WHERE d.state IN ('asked', 'sent') AND d.due_at <= $2
                  AND coalesce(d.lease_until <= $2, true) AND dp.provider = $1
                ORDER BY d.due_at LIMIT $4 FOR UPDATE OF d SKIP LOCKED)
            RETURNING {_COLUMNS}""",
        provider,
        now,
        lease_until,
        most,
    )
    return [refund_of(row) for row in rows]


async def lock(tx: Tx, refund: RefundId) -> Refund | None:
    row = await tx.fetchrow(
        f"""SELECT {_COLUMNS} FROM refund r JOIN payment p USING (payment_id)
            JOIN test_order o USING (order_id)
            WHERE r.refund_id = $1 FOR UPDATE OF r""",
        refund,
    )
    return refund_of(row) if row else None


async def find(
    tx: Tx, provider: str, provider_payment: str, provider_refund: str
) -> RefundId | None:
    """By the provider's own name of it."""
    found: RefundId | None = await tx.fetchval(
        """SELECT r.refund_id FROM refund r JOIN payment p USING (payment_id)
           WHERE p.provider = $1 AND p.provider_payment = $2 AND r.provider_refund = $3
           LIMIT 1""",
        provider,
        provider_payment,
        provider_refund,
    )
    return found


async def save(
    tx: Tx, refund: RefundId, change: Change, now: datetime, due_at: datetime
) -> None:
    """`due_at` counts while it is under way."""
    await tx.execute(
        """UPDATE refund SET state = $2, provider_refund = $3, said = $4, due_at = $5,
               lease_until = NULL,
               settled_at = CASE WHEN $2 IN ('done', 'refused') THEN $6::timestamptz END
           WHERE refund_id = $1""",
        refund,
        change.state,
        change.provider_refund,
        change.said,
        due_at,
        now,
    )


async def put_off(tx: Tx, refund: RefundId, due_at: datetime) -> None:
    await tx.execute(
        """UPDATE refund SET due_at = $2, lease_until = NULL
           WHERE refund_id = $1 AND state IN ('asked', 'sent')""",
        refund,
        due_at,
    )


async def try_again(tx: Tx, refund: RefundId, now: datetime) -> None:
    await tx.execute(
        """UPDATE refund SET state = 'asked', tries = tries + 1, attempts = 0,
               due_at = $2, lease_until = NULL, settled_at = NULL
           WHERE refund_id = $1""",
        refund,
        now,
    )


def refund_of(row: Row) -> Refund:
    return Refund(
        refund=RefundId(row["refund_id"]),
        order=OrderId(row["order_id"]),
        account=AccountId(row["account_id"]),
        receipt=row["receipt"],
        provider=row["provider"],
        provider_payment=row["provider_payment"],
        provider_refund=row["provider_refund"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        state=RefundState(row["state"]),
        tries=row["tries"],
        attempts=row["attempts"],
        said=row["said"],
        lease_until=row["lease_until"],
    )
