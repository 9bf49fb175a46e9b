"""Reading what Razorpay says: all of it is checked before any of it is believed.

https://razorpay.com/docs/api/payments/ and /docs/api/refunds/
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from app.adapters.payments.port import Captured, Failed, RefundIs
from app.kernel.money import Money

Json: TypeAlias = Mapping[str, Any]

CAME_IN = ("captured", "refunded")
"""For our books. Money that is on its way back already buys nothing: see `kept_of`."""
REFUND_STATES = ("pending", "processed", "failed")
ID_MOST = 60
MINOR_MOST = 10**12
FIRST_MOMENT, LAST_MOMENT = 946_684_800, 4_765_046_400
"""What Razorpay itself takes for a time: the years 2000 to 2120."""
FINAL = (
    "has been fully refunded already",
    "refund amount provided is greater than",
    "status should be captured",
    "more than 6 months old",
)
"""Of the descriptions of a 400: asking once more will not change these. All others,
such as a balance that is too low, may be mended."""


class Malformed(ValueError):
    """Not what Razorpay promises."""


def captured_of(it: object, *, of_order: str | None = None) -> Captured | None:
    """A payment's money; None: it has not come in. `of_order`: and it must be of that
    order. Raises Malformed."""
    payment = as_object(it)
    came_in = payment.get("captured") is True and payment.get("status") in CAME_IN
    if not came_in:
        return None
    order = payment.get("order_id")
    if of_order is not None and order != of_order:
        raise Malformed("order_id")
    return Captured(
        provider_order="" if order is None else text(order),
        provider_payment=text(payment.get("id")),
        amount=Money(
            minor=_minor(payment.get("amount")),
            currency=_currency(payment.get("currency")),
        ),
        paid_at=_moment(payment.get("created_at")),
    )


def kept_of(it: object, *, of_order: str | None = None) -> Captured | None:
    """The same, of money that has not been given back, not even a part of it: what
    somebody refunded by hand, reconciliation shows. Raises Malformed."""
    captured = captured_of(it, of_order=of_order)
    return None if as_object(it).get("amount_refunded") else captured


def failed_of(it: object) -> Failed | None:
    """A try that failed; None: it did not, or is of no order. Raises Malformed."""
    payment = as_object(it)
    order = payment.get("order_id")
    if payment.get("status") != "failed" or order is None:
        return None
    at = _moment(payment.get("created_at"))
    return Failed(provider_order=text(order), at=at)


def refund_of(it: object) -> RefundIs:
    """Raises Malformed."""
    refund = as_object(it)
    status = refund.get("status")
    if status not in REFUND_STATES:
        raise Malformed("status")
    return RefundIs(
        provider_refund=text(refund.get("id")),
        provider_payment=text(refund.get("payment_id")),
        amount_minor=_minor(refund.get("amount")),
        done=status == "processed",
        refused="The provider could not carry it out" if status == "failed" else None,
        notes=_notes(refund),
    )


def text(it: object) -> str:
    """An identifier. Raises Malformed."""
    if not isinstance(it, str) or not 0 < len(it) <= ID_MOST or not it.isprintable():
        raise Malformed("id")
    return it


def as_object(it: object) -> Json:
    """Raises Malformed."""
    if not isinstance(it, dict):
        raise Malformed("object")
    return it


def items(it: object) -> list[object]:
    """Of a collection. Raises Malformed."""
    found = as_object(it).get("items")
    if not isinstance(found, list):
        raise Malformed("items")
    return found


def final_words(status: int, answer: object) -> str | None:
    """Why a refund will never be carried out; None: it may be, at another time."""
    error = answer.get("error") if isinstance(answer, dict) else None
    words = error.get("description") if isinstance(error, dict) else None
    if status != 400 or not isinstance(words, str):
        return None
    known = any(part in words.lower() for part in FINAL)
    return words[:200] if known else None


def _notes(refund: Json) -> dict[str, str]:
    """Ours is `refund`; an empty object comes as a list."""
    given = refund.get("notes")
    notes = given if isinstance(given, dict) else {}
    found = {str(name): it for name, it in notes.items() if isinstance(it, str)}
    receipt = refund.get("receipt")
    if isinstance(receipt, str):
        found.setdefault("refund", receipt)
    return found


def _minor(it: object) -> int:
    if type(it) is not int or not 0 < it <= MINOR_MOST:
        raise Malformed("amount")
    return it


def _currency(it: object) -> str:
    if not isinstance(it, str) or len(it) != 3 or not it.isascii() or not it.isupper():
        raise Malformed("currency")
    return it


def _moment(it: object) -> datetime:
    if type(it) is not int or not FIRST_MOMENT <= it <= LAST_MOMENT:
        raise Malformed("created_at")
    return datetime.fromtimestamp(it, UTC)
