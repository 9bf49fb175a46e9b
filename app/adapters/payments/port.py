"""What a payment provider promises, whoever it is.

Amounts are in minor units. Whatever a browser says of money is a hint: it counts only
with the provider's signature, or asked of the provider over its own API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.kernel.money import Money
from app.kernel.refusals import Forbidden, Unavailable


class BadSignature(Forbidden):
    """This message is not signed by the payment provider, so nothing was done."""


class ProviderAway(Unavailable):
    """The payment service is out of reach just now. Please try again."""


class RefundRefused(Exception):
    """The provider will never carry this refund out; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """Money that came in for an order of ours."""

    provider_order: str
    provider_payment: str
    amount: Money
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A try to pay an order of ours that did not go through. A later one may."""

    provider_order: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundIs:
    """What became of a refund; `done` once the money is on its way back for good."""

    provider_refund: str
    provider_payment: str
    amount_minor: int
    done: bool
    refused: str | None = None
    """Why it failed, where it did."""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPage:
    """Where the browser goes to pay: a form that is posted, or got with no fields."""

    action: str
    method: str = "POST"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a message of the provider said."""

    payments: Sequence[Captured] = ()
    refunds: Sequence[RefundIs] = ()
    failed: Sequence[Failed] = ()


class Provider(Protocol):
    """Every call ends within 10 s, or raises ProviderAway."""

    @property
    def name(self) -> str:
        """As in URLs and in the books: 'razorpay', 'sandbox'."""

    @property
    def origins(self) -> Sequence[str]:
        """Where pay pages are, for form-action of the page that leads there."""

    async def open_order(self, order: str, number: int, amount: Money) -> str:
        """The provider's id of our order. May be called again for the same order: then
        money for either of the provider's orders is told as what it is."""

    def pay_page(
        self, provider_order: str, amount: Money, *, back: str, cancel: str
    ) -> PayPage:
        """`back`: our URL that the provider sends the browser to when it is paid."""

    def read_return(self, fields: Mapping[str, str]) -> str:
        """The provider's order that a browser comes back from. Raises BadSignature."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Told:
        """What it says. Raises BadSignature; what is not about money is empty."""

    async def payments_of(self, provider_order: str) -> Sequence[Captured]:
        """Everything captured for this order so far."""

    async def refund(
        self, refund: str, provider_payment: str, amount_minor: int
    ) -> RefundIs:
        """Gives back. `refund` is our id and makes the call repeatable: said twice, one
        refund. Raises RefundRefused."""

    async def refund_is(
        self, refund: str, provider_payment: str, provider_refund: str | None
    ) -> RefundIs | None:
        """What became of it; None where the provider knows nothing of it."""

    async def listed(
        self, since: datetime, until: datetime
    ) -> tuple[Sequence[Captured], Sequence[RefundIs]]:
        """Everything captured and refunded in that time, for reconciliation."""
