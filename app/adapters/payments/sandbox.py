"""A payment provider for development, with a provider's promises: no money moves.

Its pay page is in `app/booking/views/sandbox.py`, which calls `order` and `pay`.
"""

import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.adapters.db import Database, DatabaseAway, Row, Tx
from app.adapters.payments import sandbox_store as store
from app.adapters.payments.port import (
    BadSignature,
    Captured,
    Failed,
    PayPage,
    ProviderAway,
    RefundIs,
    RefundRefused,
    Told,
)
from app.adapters.payments.signatures import is_signed, sign
from app.kernel.clock import Clock
from app.kernel.money import Money
from app.kernel.refusals import NotFound

HEADER = "X-Sandbox-Signature"
REFUNDS_TAKE = timedelta(seconds=2)


class NoSuchSandboxOrder(NotFound):
    """The sandbox knows no such order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A webhook, signed."""

    body: bytes
    headers: Mapping[str, str]


class Sandbox:
    """`url` is our own address: the pay page is a page of this app."""

    name = "sandbox"
    origins: Sequence[str] = ()

    def __init__(self, db: Database, clock: Clock, secret: str, url: str) -> None:
        self._db, self._clock = db, clock
        self._secret, self._url = secret, url

    async def open_order(self, order: str, number: int, amount: Money) -> str:
        name, now = f"sandbox_order_{secrets.token_hex(8)}", self._clock.now()
        async with self._transaction() as tx:
            await store.insert_order(tx, name, order, number, amount, now)
        return name

    def pay_page(
        self, provider_order: str, amount: Money, *, back: str, cancel: str
    ) -> PayPage:
        return PayPage(
            action=f"{self._url}/sandbox/pay/{provider_order}",
            method="GET",
            fields={"back": back, "cancel": cancel},
        )

    def read_return(self, fields: Mapping[str, str]) -> str:
        order, payment = fields.get("order", ""), fields.get("payment", "")
        given = fields.get("signature", "")
        signed = is_signed(self._secret, _returning(order, payment), given)
        if not (order and payment and signed):
            raise BadSignature
        return order

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Told:
        if not is_signed(self._secret, body, headers.get(HEADER, "")):
            raise BadSignature
        it = json.loads(body)
        if "failed_at" in it:
            at = datetime.fromtimestamp(it["failed_at"], UTC)
            return Told(failed=[Failed(provider_order=it["order"], at=at)])
        amount = Money(minor=it["amount"], currency=it["currency"])
        captured = Captured(
            provider_order=it["order"],
            provider_payment=it["payment"],
            amount=amount,
            paid_at=datetime.fromtimestamp(it["paid_at"], UTC),
        )
        return Told(payments=[captured])

    async def payments_of(self, provider_order: str) -> Sequence[Captured]:
        async with self._transaction() as tx:
            rows = await store.payments_of(tx, provider_order)
        return [_captured(row) for row in rows]

    async def refund(
        self, refund: str, provider_payment: str, amount_minor: int
    ) -> RefundIs:
        async with self._transaction() as tx:
            payment = await store.lock_payment(tx, provider_payment)
            known = await store.read_refund(tx, refund)
            if known is not None:
                if known["amount_minor"] != amount_minor:
                    raise ProviderAway  # Another question under the same name.
                return self._refund_is(known)
            left = 0
            if payment is not None:
                before = await store.refunded(tx, provider_payment)
                left = payment["amount_minor"] - before
            if payment is None or payment["refuses_refunds"]:
                raise RefundRefused("The sandbox was told to refuse this refund.")
            if amount_minor > left:
                raise RefundRefused("More than is left of this payment.")
            now, name = self._clock.now(), f"sandbox_refund_{secrets.token_hex(8)}"
            times = now, now + REFUNDS_TAKE
            await store.insert_refund(
                tx, name, refund, provider_payment, amount_minor, times
            )
            made = await store.read_refund(tx, refund)
            assert made is not None
            return self._refund_is(made)

    async def refund_is(
        self, refund: str, provider_payment: str, provider_refund: str | None
    ) -> RefundIs | None:
        async with self._transaction() as tx:
            row = await store.read_refund(tx, refund)
        return None if row is None else self._refund_is(row)

    async def listed(
        self, since: datetime, until: datetime
    ) -> tuple[Sequence[Captured], Sequence[RefundIs]]:
        async with self._transaction() as tx:
            payments = await store.payments_between(tx, since, until)
            refunds = await store.refunds_between(tx, since, until)
        given_back = [self._refund_is(row) for row in refunds]
        return [_captured(row) for row in payments], given_back

    async def order(self, provider_order: str) -> tuple[int, Money]:
        """For the pay page: our number and the amount. Raises NoSuchSandboxOrder."""
        async with self._transaction() as tx:
            row = await store.read_order(tx, provider_order)
        if row is None:
            raise NoSuchSandboxOrder
        return row["number"], Money(minor=row["amount_minor"], currency=row["currency"])

    async def pay(
        self, provider_order: str, amount: Money, *, refuses_refunds: bool = False
    ) -> Captured:
        """The money comes in. Raises NoSuchSandboxOrder."""
        await self.order(provider_order)
        name, now = f"sandbox_payment_{secrets.token_hex(8)}", self._clock.now()
        async with self._transaction() as tx:
            row = await store.insert_payment(
                tx, name, provider_order, amount, now, refuses=refuses_refunds
            )
        return _captured(row)

    def webhook_of(self, captured: Captured) -> Message:
        said = {
            "order": captured.provider_order,
            "payment": captured.provider_payment,
            "amount": captured.amount.minor,
            "currency": captured.amount.currency,
            "paid_at": captured.paid_at.timestamp(),
        }
        body = json.dumps(said).encode()
        return Message(body=body, headers={HEADER: sign(self._secret, body)})

    def failure_of(self, provider_order: str) -> Message:
        said = {"order": provider_order, "failed_at": self._clock.now().timestamp()}
        body = json.dumps(said).encode()
        return Message(body=body, headers={HEADER: sign(self._secret, body)})

    def return_of(self, captured: Captured) -> dict[str, str]:
        """What the browser brings back."""
        order, payment = captured.provider_order, captured.provider_payment
        signature = sign(self._secret, _returning(order, payment))
        return {"order": order, "payment": payment, "signature": signature}

    def _refund_is(self, row: Row) -> RefundIs:
        return RefundIs(
            provider_refund=row["sandbox_refund"],
            provider_payment=row["sandbox_payment"],
            amount_minor=row["amount_minor"],
            done=row["ready_at"] <= self._clock.now(),
            notes={"refund": row["refund_id"]},
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Tx]:
        """The sandbox is away when our database is."""
        try:
            async with self._db.transaction() as tx:
                yield tx
        except DatabaseAway as error:
            raise ProviderAway from error


def _captured(row: Row) -> Captured:
    return Captured(
        provider_order=row["sandbox_order"],
        provider_payment=row["sandbox_payment"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        paid_at=row["paid_at"],
    )


def _returning(order: str, payment: str) -> bytes:
    return f"return|{order}|{payment}".encode("utf-8", "surrogatepass")
