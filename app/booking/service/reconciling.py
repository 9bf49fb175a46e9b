"""Holds the provider's books beside ours."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Row
from app.adapters.payments import Captured, Provider, ProviderAway, RefundIs
from app.booking.domain import reconciling as domain
from app.booking.domain.reconciling import Entry, Kind, Reconciled
from app.booking.service.desk import BookingDesk
from app.booking.store import reconciling as store
from app.kernel.money import Money

WITHIN_S = 60


class Reconciling:
    def __init__(self, desk: BookingDesk, provider: Provider) -> None:
        self._desk = desk
        self._provider = provider

    async def compare(self, since: datetime, until: datetime) -> Reconciled:
        """What came in or went back from `since` up to, not including, `until`.

        Money on its way may differ for a minute or two. Raises ProviderAway.
        """
        try:
            async with asyncio.timeout(WITHIN_S):
                payments, refunds = await self._provider.listed(since, until)
                return await self._compare(since, until, payments, refunds)
        except TimeoutError as error:
            raise ProviderAway from error

    async def _compare(
        self,
        since: datetime,
        until: datetime,
        payments: Sequence[Captured],
        refunds: Sequence[RefundIs],
    ) -> Reconciled:
        captured = [it.provider_payment for it in payments]
        wanted = [*captured, *(it.provider_payment for it in refunds)]
        named = [it.provider_refund for it in refunds]
        span = self._provider.name, since, until
        async with self._desk.db.connection() as tx:
            paid = await store.payments(tx, *span, wanted)
            given_back = await store.refunds(tx, *span, named)
        amounts = {row["provider_payment"]: _money(row) for row in paid}
        # Refunds of what was never captured are the provider's own: no money of ours.
        amounts.update({it.provider_payment: it.amount for it in payments})
        seen = set(captured)
        here = [
            *(_payment(row) for row in paid if _counts(row, seen, since, until)),
            *(_refund(row) for row in given_back),
        ]
        there = [
            *(_their_payment(it) for it in payments),
            *(
                _their_refund(it, amounts[it.provider_payment])
                for it in refunds
                if it.provider_payment in amounts
            ),
        ]
        return domain.compare(here, there)


def _counts(row: Row, seen: set[str], since: datetime, until: datetime) -> bool:
    """Not one that was only looked up, for a refund of it."""
    return row["provider_payment"] in seen or since <= row["paid_at"] < until


def _money(row: Row) -> Money:
    return Money(minor=row["amount_minor"], currency=row["currency"])


def _payment(row: Row) -> Entry:
    return Entry(kind=Kind.PAYMENT, name=row["provider_payment"], amount=_money(row))


def _refund(row: Row) -> Entry:
    return Entry(
        kind=Kind.REFUND,
        name=row["provider_refund"],
        amount=_money(row),
        moves=row["state"] != "refused",
    )


def _their_payment(it: Captured) -> Entry:
    return Entry(kind=Kind.PAYMENT, name=it.provider_payment, amount=it.amount)


def _their_refund(it: RefundIs, payment: Money) -> Entry:
    return Entry(
        kind=Kind.REFUND,
        name=it.provider_refund,
        amount=Money(minor=it.amount_minor, currency=payment.currency),
        moves=it.refused is None,
    )
