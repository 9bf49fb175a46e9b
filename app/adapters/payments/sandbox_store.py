"""The sandbox's own tables: what a provider would keep at home."""

from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.money import Money

LISTED_MOST = 10_000


async def insert_order(
    tx: Tx, name: str, order: str, number: int, amount: Money, now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO sandbox_order (sandbox_order, order_id, number, amount_minor,
               currency, made_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        name,
        order,
        number,
        amount.minor,
        amount.currency,
        now,
    )


async def read_order(tx: Tx, name: str) -> Row | None:
    return await tx.fetchrow(
        "SELECT * FROM sandbox_order WHERE sandbox_order = $1", name
    )


async def insert_payment(
    tx: Tx, name: str, order: str, amount: Money, now: datetime, *, refuses: bool
) -> Row:
    row = await tx.fetchrow(
        """INSERT INTO sandbox_payment (sandbox_payment, sandbox_order, amount_minor,
               currency, paid_at, refuses_refunds)
           VALUES ($1, $2, $3, $4, $5, $6) RETURNING *""",
        name,
        order,
        amount.minor,
        amount.currency,
        now,
        refuses,
    )
    assert row is not None
    return row


async def payments_of(tx: Tx, order: str) -> list[Row]:
    return await tx.fetch(
        """SELECT * FROM sandbox_payment WHERE sandbox_order = $1
           ORDER BY paid_at, sandbox_payment""",
        order,
    )


async def lock_payment(tx: Tx, payment: str) -> Row | None:
    """One refund of a payment at a time."""
    return await tx.fetchrow(
        "SELECT * FROM sandbox_payment WHERE sandbox_payment = $1 FOR UPDATE", payment
    )


async def refunded(tx: Tx, payment: str) -> int:
    total = await tx.fetchval(
        """SELECT coalesce(sum(amount_minor), 0)::bigint FROM sandbox_refund
           WHERE sandbox_payment = $1""",
        payment,
    )
    return int(total)


async def insert_refund(
    tx: Tx, name: str, refund: str, payment: str, minor: int, times: "Times"
) -> None:
    await tx.execute(
        """INSERT INTO sandbox_refund (sandbox_refund, refund_id, sandbox_payment,
               amount_minor, made_at, ready_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        name,
        refund,
        payment,
        minor,
        *times,
    )


async def read_refund(tx: Tx, refund: str) -> Row | None:
    """By our name of it."""
    return await tx.fetchrow(
        "SELECT * FROM sandbox_refund WHERE refund_id = $1", refund
    )


async def payments_between(tx: Tx, since: datetime, until: datetime) -> list[Row]:
    return await tx.fetch(
        """SELECT * FROM sandbox_payment WHERE paid_at >= $1 AND paid_at < $2
           ORDER BY paid_at LIMIT $3""",
        since,
        until,
        LISTED_MOST,
    )


async def refunds_between(tx: Tx, since: datetime, until: datetime) -> list[Row]:
    return await tx.fetch(
        """SELECT * FROM sandbox_refund WHERE made_at >= $1 AND made_at < $2
           ORDER BY made_at LIMIT $3""",
        since,
        until,
        LISTED_MOST,
    )


Times = tuple[datetime, datetime]
"""Made, and ready."""
