"""What a student is told of each module's test: one thing to do next, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.booking.domain.finding import (
    COMING,
    Own,
    Paid,
    SeatShown,
    hours_in_words,
)
from app.booking.domain.refusals import HoursMissing, IncidentOpen
from app.booking.domain.words import RefundReason, SeatState
from app.kernel.refusals import Refusal


class Next(StrEnum):
    """What there is to do."""

    PAY = "pay"
    TAKE = "take"
    COME = "come"
    STUDY = "study"
    WAIT = "wait"
    BOOK = "book"
    BOOK_AGAIN = "book_again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """Of the test of a seat whose student was let in. `result`: as its page says it,
    "unopened" where nobody opened it in time, "" where that is not known yet.
    `again`: another seat may be booked."""

    result: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`seat`: what the next thing is about; `beside`: the booking it would replace;
    `went`: in a word, how it went with that seat."""

    own: Own
    next: Next
    words: str
    seat: SeatShown | None = None
    beside: SeatShown | None = None
    went: str = ""

    @property
    def backs(self) -> list[Paid]:
        """Money that is on its way back."""
        return [
            paid
            for seat in self.own.seats
            for paid in seat.money
            if paid.back is not None and paid.state in ("asked", "sent")
        ]


UNKNOWN = Became()
SAT = {
    "": "Your result comes as soon as the test is marked.",
    "absent": "You were not at your test.",
    "unopened": "You were let in, but the test was not opened in time. It counts as no "
    "go. If that was our fault, write to the helpdesk.",
    "waiting": "Your result comes as soon as the test is marked.",
    "held": "Your result is not told yet: a person looks at the test first.",
    "passed": "You have passed this test.",
    "failed": "You did not pass this time.",
    "annulled": "Your last test counts neither as passed nor as failed.",
    "empty": "Your last test counts neither as passed nor as failed.",
}
"""What became of a test."""
WENT = {
    "absent": "Missed",
    "unopened": "Not opened",
    "passed": "Passed",
    "failed": "Not passed",
    "annulled": "Annulled",
    "empty": "Does not count",
}


def card_of(
    own: Own, why_not: Refusal | None, now: datetime, became: Became = UNKNOWN
) -> Card:
    """`why_not`: of taking any seat just now; `became`: of the newest attended seat."""
    booked = own.first(now, SeatState.BOOKED)
    held = own.first(now, SeatState.HELD)
    if held is not None:
        what = "to move your test to" if held.is_move else "for your test"
        words = f"A seat is held {what}. Pay {held.amount} and it is yours."
        return Card(own=own, next=Next.PAY, words=words, seat=held, beside=booked)
    offered = own.first(now, SeatState.OFFERED)
    if offered is not None:
        words = "A seat came free, and you are next in line. Take it, or let it pass."
        return Card(own=own, next=Next.TAKE, words=words, seat=offered)
    if booked is not None:
        return Card(own=own, next=Next.COME, words="Your seat is booked.", seat=booked)
    sat = own.first(now, SeatState.ATTENDED)
    has_passed = became.result == "passed"  # with a seat, or without one
    if has_passed or (sat is not None and not became.again):
        words, went = SAT.get(became.result, SAT[""]), WENT.get(became.result, "")
        return Card(own=own, next=Next.NOTHING, words=words, seat=sat, went=went)
    return _without_seat(own, why_not, now, became)


def _without_seat(
    own: Own, why_not: Refusal | None, now: datetime, became: Became
) -> Card:
    if isinstance(why_not, HoursMissing):
        fit = own.fitness
        words = (
            f"{hours_in_words(fit.confirmed_us)} of {hours_in_words(fit.required_us)} "
            "confirmed. Study on: you can book as soon as all are."
        )
        return Card(own=own, next=Next.STUDY, words=words)
    if why_not is not None:
        next_ = Next.WAIT if isinstance(why_not, IncidentOpen) else Next.NOTHING
        return Card(own=own, next=next_, words=why_not.message)
    last = own.first(now, SeatState.ABSENT, SeatState.ATTENDED)
    if last is not None:
        was = "absent" if last.seat.state is SeatState.ABSENT else became.result
        words = f"{SAT[was]} You can book another seat."
        return Card(
            own=own, next=Next.BOOK_AGAIN, words=words, seat=last, went=WENT[was]
        )
    words = "All hours are confirmed. Choose where and when you sit the test."
    return Card(own=own, next=Next.BOOK, words=words)


def history(seats: Iterable[SeatShown], now: datetime) -> list[SeatShown]:
    """Those that are over."""
    return [it for it in seats if it.state(now) not in COMING]


_WHY = {
    RefundReason.CANCELLED: "",
    RefundReason.SLOT_CANCELLED: "The slot was cancelled by us. ",
    RefundReason.TOO_LATE: "The payment came after the seat was given back. ",
    RefundReason.NOT_FIT: "The payment came when this test could not be booked. ",
    RefundReason.PAID_TWICE: "This seat was paid twice. ",
    RefundReason.WRONG_AMOUNT: "Another amount was paid than was due. ",
}
_BECAME = {
    "asked": "{back} is on its way back the way you paid. Banks take up to ten "
    "working days.",
    "sent": "{back} is on its way back the way you paid. Banks take up to ten "
    "working days.",
    "done": "{back} was given back.",
    "refused": "{back} could not be given back the way you paid. The helpdesk settles "
    "it with you; you need do nothing.",
}


def money_in_words(paid: Paid) -> str:
    """What became of a payment: '' where it simply bought the seat."""
    if paid.back is None or paid.state is None or paid.reason is None:
        if paid.buys_seat or not paid.kept.minor:
            return ""
        return f"{paid.kept} was paid as a fee, and kept."
    words = _WHY[paid.reason] + _BECAME[paid.state].format(back=paid.back)
    return f"{words} {paid.kept} was kept as the fee." if paid.kept.minor else words
