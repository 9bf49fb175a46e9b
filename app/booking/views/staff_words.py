"""What reports call things, and what to do about them."""

from uuid import UUID

from app.booking.domain.reconciling import Kind, Wrong
from app.booking.domain.refunds import SAID_MOST, NoSuchRefund
from app.kernel.ids import RefundId
from app.kernel.refusals import Refusal

REASONS = {
    "cancelled": "the student cancelled",
    "slot_cancelled": "we cancelled the slot",
    "too_late": "paid too late",
    "not_fit": "not fit for the test any more",
    "paid_twice": "paid twice",
    "wrong_amount": "another amount was paid",
}
STATES = {
    "asked": ("to be sent", "wait"),
    "sent": ("on its way", "wait"),
    "done": ("given back", "good"),
    "refused": ("refused", "bad"),
}
WHAT_TO_DO = {
    "asked": "Nothing. It is sent within seconds; while the payment service is away, "
    "again and again.",
    "sent": "Nothing. Banks take up to ten working days.",
    "done": "Nothing.",
    "refused": "Each of them needs a person: see above.",
}
DIFFERENCES = {
    (Kind.PAYMENT, Wrong.MISSING_HERE): "The provider took a payment that we do not "
    "know. Wait five minutes and look again; if it stays, find the student by it, and "
    "give it back at the provider.",
    (Kind.PAYMENT, Wrong.MISSING_THERE): "We have a payment that the provider does not "
    "list. Look it up at the provider, and keep what you find.",
    (Kind.PAYMENT, Wrong.OTHER_AMOUNT): "The amounts differ. Look the payment up at "
    "the provider.",
    (Kind.PAYMENT, Wrong.OTHER_STATE): "Only one of us counts this payment. Look it up "
    "at the provider.",
    (Kind.REFUND, Wrong.MISSING_HERE): "The provider gave money back that we did not "
    "ask for. Ask who did it there; settle our own refund by hand where there is one.",
    (Kind.REFUND, Wrong.MISSING_THERE): "We asked for this refund, and the provider "
    "does not list it. Look it up there; if it is not there, give it back by hand.",
    (Kind.REFUND, Wrong.OTHER_AMOUNT): "The amounts differ. Look the refund up at the "
    "provider.",
    (Kind.REFUND, Wrong.OTHER_STATE): "It went back in one of the books and not in the "
    "other. Look it up at the provider.",
}


class BadHow(Refusal):
    """Write down how the money was given back, in 5 to 500 characters: the way, the
    day, and a number that one can look up."""


def how_of(text: str) -> str:
    """Raises BadHow."""
    how = " ".join(text.split())
    if not 5 <= len(how) <= SAID_MOST or not how.isprintable():
        raise BadHow
    return how


def id_of(text: str) -> RefundId:
    """Raises NoSuchRefund."""
    try:
        return RefundId(UUID(text))
    except ValueError as error:
        raise NoSuchRefund from error
