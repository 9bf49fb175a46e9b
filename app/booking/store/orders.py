"""Orders, payments and the refunds they owe. Nothing of it is ever deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from app.adapters.db import Row, Tx
from app.booking.domain.words import (
    Captured,
    Order,
    OrderKind,
    Payment,
    RefundReason,
)
from app.kernel.ids import AccountId, ModuleCode, OrderId, PaymentId
from app.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    order: OrderId
    account: AccountId
    module: ModuleCode
    kind: OrderKind
    amount: Money


async def insert(tx: Tx, it: NewOrder, now: datetime) -> None:
    await tx.execute(
        """INSERT INTO test_order (order_id, account_id, module_code, kind,
               amount_minor, currency, made_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        it.order,
        it.account,
        it.module,
        it.kind,
        it.amount.minor,
        it.amount.currency,
        now,
    )


async def read(tx: Tx, order: OrderId) -> Order:
    row = await tx.fetchrow("SELECT * FROM test_order WHERE order_id = $1", order)
    assert row is not None
    return order_of(row)


async def lock_by_provider(tx: Tx, provider: str, provider_order: str) -> Order | None:
    """One payment of an order is settled at a time."""
    row = await tx.fetchrow(
        """SELECT * FROM test_order WHERE provider = $1 AND provider_order = $2
           FOR NO KEY UPDATE""",
        provider,
        provider_order,
    )
    return order_of(row) if row else None


async def name_at_provider(
    tx: Tx, order: OrderId, provider: str, provider_order: str, ask_at: datetime
) -> Order:
    """The first name stays: of two that pay in two tabs, both pay the same order."""
    await tx.execute(
        """UPDATE test_order SET provider = $2, provider_order = $3, ask_at = $4
           WHERE order_id = $1 AND provider_order IS NULL""",
        order,
        provider,
        provider_order,
        ask_at,
    )
    return await read(tx, order)


async def note_failed(
    tx: Tx, provider: str, provider_order: str, at: datetime
) -> AccountId | None:
    """The last try to pay that failed, and whose; told in any order."""
    account = await tx.fetchval(
        """UPDATE test_order SET failed_at = greatest(failed_at, $3)
           WHERE provider = $1 AND provider_order = $2 RETURNING account_id""",
        provider,
        provider_order,
        at,
    )
    return AccountId(account) if account else None


async def ask_next(tx: Tx, order: OrderId, at: datetime) -> None:
    await tx.execute("UPDATE test_order SET ask_at = $2 WHERE order_id = $1", order, at)


async def claim_to_ask(
    tx: Tx, now: datetime, *, give_up_after: timedelta, most: int
) -> list[Order]:
    """Orders to ask the provider about, each for one process; the older, the rarer."""
    rows = await tx.fetch(
        """UPDATE test_order SET asked_at = $1, ask_at = CASE
               WHEN made_at + $2 < $1 THEN NULL
               ELSE $1 + greatest(interval '1 minute', ($1 - made_at) / 2) END
           WHERE order_id IN (
               SELECT order_id FROM test_order WHERE ask_at <= $1
               ORDER BY ask_at LIMIT $3 FOR UPDATE SKIP LOCKED)
           RETURNING *""",
        now,
        give_up_after,
        most,
    )
    return [order_of(row) for row in rows]


async def payment_is_known(tx: Tx, it: Captured) -> bool:
    found = await tx.fetchval(
        """SELECT true FROM payment
           WHERE provider = $1 AND provider_payment = $2""",
        it.provider,
        it.provider_payment,
    )
    return bool(found)


async def insert_payment(
    tx: Tx,
    order: OrderId,
    it: Captured,
    now: datetime,
    *,
    buys_seat: bool = False,
    kept: int = 0,
) -> Payment:
    """Raises UniqueViolationError (a_payment_counts_once)."""
    row = await tx.fetchrow(
        """INSERT INTO payment (payment_id, order_id, provider, provider_payment,
               amount_minor, currency, paid_at, known_at, buys_seat, kept_minor)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *""",
        uuid4(),
        order,
        it.provider,
        it.provider_payment,
        it.amount.minor,
        it.amount.currency,
        it.paid_at,
        now,
        buys_seat,
        kept,
    )
    assert row is not None
    return payment_of(row)


async def lock_buying(tx: Tx, order: OrderId) -> Payment | None:
    """The payment that bought the seat of this order."""
    row = await tx.fetchrow(
        "SELECT * FROM payment WHERE order_id = $1 AND buys_seat FOR UPDATE", order
    )
    return payment_of(row) if row else None


async def is_used(tx: Tx, order: OrderId) -> bool:
    """Whether a payment of it has bought a seat, or was kept."""
    found = await tx.fetchval(
        """SELECT true FROM payment
           WHERE order_id = $1 AND (buys_seat OR kept_minor > 0) LIMIT 1""",
        order,
    )
    return bool(found)


async def buys_no_more(tx: Tx, payment: PaymentId, kept: int) -> None:
    await tx.execute(
        """UPDATE payment SET buys_seat = false, kept_minor = $2
           WHERE payment_id = $1""",
        payment,
        kept,
    )


async def insert_refund(
    tx: Tx, payment: PaymentId, minor: int, reason: RefundReason, now: datetime
) -> None:
    """To be carried out by `Refunds`."""
    await tx.execute(
        """INSERT INTO refund (refund_id, payment_id, amount_minor, reason, asked_at,
               due_at)
           VALUES ($1, $2, $3, $4, $5, $5)""",
        uuid4(),
        payment,
        minor,
        reason,
        now,
    )


async def payments_of(tx: Tx, orders: Sequence[OrderId]) -> list[Row]:
    """Every payment of these orders with what was given back of it, the first first:
    payment's columns, refunded_minor, refund_states."""
    return await tx.fetch(
        """SELECT p.*, coalesce(sum(r.amount_minor), 0)::bigint AS refunded_minor,
               coalesce(array_agg(DISTINCT r.state) FILTER (WHERE r.state IS NOT NULL),
                        '{}') AS refund_states
           FROM payment p LEFT JOIN refund r USING (payment_id)
           WHERE p.order_id = ANY($1) GROUP BY p.payment_id ORDER BY p.receipt""",
        orders,
    )


def order_of(row: Row) -> Order:
    return Order(
        order=OrderId(row["order_id"]),
        number=row["number"],
        account=AccountId(row["account_id"]),
        module=ModuleCode(row["module_code"]),
        kind=OrderKind(row["kind"]),
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        made_at=row["made_at"],
        provider=row["provider"],
        provider_order=row["provider_order"],
    )


def payment_of(row: Row) -> Payment:
    return Payment(
        payment=PaymentId(row["payment_id"]),
        receipt=row["receipt"],
        order=OrderId(row["order_id"]),
        provider=row["provider"],
        provider_payment=row["provider_payment"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        paid_at=row["paid_at"],
        buys_seat=row["buys_seat"],
        kept_minor=row["kept_minor"],
    )
