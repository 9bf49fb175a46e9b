"""Razorpay: the Orders API, the hosted checkout, webhooks and refunds.

https://razorpay.com/docs/api/, /docs/webhooks/ and
/docs/payments/payment-gateway/web-integration/hosted/
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from urllib.parse import quote, urlsplit

import structlog

from app.adapters.faults import kind_of
from app.adapters.payments import razorpay_answers as answers
from app.adapters.payments.port import (
    BadSignature,
    Captured,
    PayPage,
    RefundIs,
    RefundRefused,
    Told,
)
from app.adapters.payments.razorpay_api import (
    WHOLE_S,
    Api,
    away,
    checking,
    require_done,
    within,
)
from app.adapters.payments.signatures import is_signed
from app.kernel.money import Money

URL = "https://api.razorpay.com"
SHOWN_AS = "Module Study"
LISTING_S = 50.0
UNKNOWN = (400, 404)
"""Of a refund that is asked for by its id."""
PAYMENT_EVENTS = ("payment.captured", "order.paid")
FAILED_EVENT = "payment.failed"
REFUND_EVENTS = ("refund.created", "refund.processed", "refund.failed")

log = structlog.get_logger()


class Razorpay:
    """`url` is the API's address, for tests. Every call ends within `whole_s`, but for
    the lists of `listed`, which may take LISTING_S."""

    name = "razorpay"

    def __init__(
        self,
        key_id: str,
        key_secret: str,
        webhook_secret: str,
        *,
        url: str = URL,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._key_id, self._key_secret = key_id, key_secret
        self._webhook_secret = webhook_secret
        self._api = Api(url, key_id, key_secret, whole_s)
        self._whole_s = whole_s

    @property
    def origins(self) -> Sequence[str]:
        parts = urlsplit(self._api.url)
        return (f"{parts.scheme}://{parts.netloc}",)

    async def open_order(self, order: str, number: int, amount: Money) -> str:
        asked = {
            "amount": amount.minor,
            "currency": amount.currency,
            "receipt": order,
            "payment_capture": True,
            "notes": {"order": order, "number": str(number)},
        }
        status, answer = await self._api.ask("POST", "/v1/orders", asked)
        require_done(status)
        with checking():
            found = answers.as_object(answer)
            for name in ("amount", "currency"):
                if found.get(name) != asked[name]:
                    raise answers.Malformed(name)
            return answers.text(found.get("id"))

    def pay_page(
        self, provider_order: str, amount: Money, *, back: str, cancel: str
    ) -> PayPage:
        fields = {
            "key_id": self._key_id,
            "order_id": provider_order,
            "amount": str(amount.minor),
            "currency": amount.currency,
            "name": SHOWN_AS,
            "callback_url": back,
            "cancel_url": cancel,
        }
        return PayPage(action=f"{self._api.url}/v1/checkout/embedded", fields=fields)

    def read_return(self, fields: Mapping[str, str]) -> str:
        order = fields.get("razorpay_order_id", "")
        payment = fields.get("razorpay_payment_id", "")
        given = fields.get("razorpay_signature", "")
        message = f"{order}|{payment}".encode("utf-8", "surrogatepass")
        signed = is_signed(self._key_secret, message, given)
        if not (order and payment and signed):
            raise BadSignature
        return order

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Told:
        given = headers.get("X-Razorpay-Signature", "")
        if not is_signed(self._webhook_secret, body, given):
            raise BadSignature
        try:
            return _told(answers.as_object(json.loads(body)))
        except (ValueError, RecursionError) as error:
            # Signed, so it is Razorpay's: sent again it would be no clearer. What it
            # meant is asked for, in time, over the API.
            log.warning("webhook_unreadable", error=kind_of(error))
            return Told()

    async def payments_of(self, provider_order: str) -> Sequence[Captured]:
        path = f"/v1/orders/{_part(provider_order)}/payments"
        status, answer = await self._api.ask("GET", path)
        require_done(status)
        with checking():
            read = answers.kept_of
            found = [read(it, of_order=provider_order) for it in answers.items(answer)]
        return [it for it in found if it is not None]

    async def refund(
        self, refund: str, provider_payment: str, amount_minor: int
    ) -> RefundIs:
        asked = {
            "amount": amount_minor,
            "speed": "normal",
            "receipt": refund,
            "notes": {"refund": refund},
        }
        path = f"/v1/payments/{_part(provider_payment)}/refund"
        once = {"X-Refund-Idempotency": refund}
        status, answer = await self._api.ask("POST", path, asked, headers=once)
        if words := answers.final_words(status, answer):
            raise RefundRefused(words)
        require_done(status)
        with checking():
            found = answers.refund_of(answer)
        if found.provider_payment != provider_payment:
            raise away("other_payment")
        if found.amount_minor != amount_minor:
            raise away("other_amount")
        return found

    async def refund_is(
        self, refund: str, provider_payment: str, provider_refund: str | None
    ) -> RefundIs | None:
        path = f"/v1/payments/{_part(provider_payment)}/refunds"
        if provider_refund is None:
            return await self._look_for(refund, path)
        known = f"{path}/{_part(provider_refund)}"
        status, answer = await self._api.ask("GET", known)
        if status in UNKNOWN:
            return None
        require_done(status)
        with checking():
            return answers.refund_of(answer)

    async def _look_for(self, refund: str, path: str) -> RefundIs | None:
        """The answer to our asking was lost: ours has our id in its notes."""
        async with within(self._whole_s):
            rows = await self._api.all(path, {})
        with checking():
            found = [answers.refund_of(it) for it in rows]
        return next((it for it in found if it.notes.get("refund") == refund), None)

    async def listed(
        self, since: datetime, until: datetime
    ) -> tuple[Sequence[Captured], Sequence[RefundIs]]:
        # Razorpay's `to` is the last second that counts; our `until` the first not to.
        span = {
            "from": str(ceil(since.timestamp())),
            "to": str(ceil(until.timestamp()) - 1),
        }
        async with within(LISTING_S):
            payments = await self._api.all("/v1/payments", span)
            refunds = await self._api.all("/v1/refunds", span)
        with checking():
            captured = [answers.captured_of(it) for it in payments]
            given_back = [answers.refund_of(it) for it in refunds]
        return [it for it in captured if it is not None], given_back


def _told(event: answers.Json) -> Told:
    """Raises Malformed."""
    kind = event.get("event")
    if kind in PAYMENT_EVENTS:
        captured = answers.kept_of(_entity(event, "payment"))
        ours = captured is not None and captured.provider_order
        return Told(payments=[captured] if captured and ours else [])
    if kind == FAILED_EVENT:
        failed = answers.failed_of(_entity(event, "payment"))
        return Told(failed=[failed] if failed else [])
    if kind in REFUND_EVENTS:
        return Told(refunds=[answers.refund_of(_entity(event, "refund"))])
    return Told()


def _entity(event: answers.Json, name: str) -> object:
    payload = answers.as_object(event.get("payload"))
    return answers.as_object(payload.get(name)).get("entity")


def _part(given: str) -> str:
    """Of a path, whatever is in it."""
    return quote(given, safe="")
