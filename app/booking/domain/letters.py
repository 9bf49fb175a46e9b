"""What we write about seats and money: plain words, what happened, what to do."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.accounts.domain.letters import SIGNED, Words, in_words
from app.booking.domain.words import RefundReason
from app.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One seat, as its student reads of it. Times are said in the centre's zone.

    `amount`: paid, or what comes back; `receipt`: as 'R-000123'; `link`: the page of
    the seat, or where to choose another; `until`: of an offer, or of cancelling free.
    """

    name: str
    module: str
    centre: str
    address: str
    starts_at: datetime
    time_zone: str
    amount: Money | None
    receipt: str | None
    link: str
    until: datetime | None

    @property
    def when(self) -> str:
        return day_and_time(self.starts_at, self.time_zone)

    @property
    def place(self) -> str:
        return f"{self.module}\n{self.when}\n{self.centre}, {self.address}"


def day_and_time(at: datetime, time_zone: str) -> str:
    """Monday, 23 November 2026, 21:05 (Asia/Kolkata)."""
    there = at.astimezone(ZoneInfo(time_zone))
    return f"{there:%A}, {in_words(at, time_zone)}"


_BACK_BECAUSE = {
    RefundReason.TOO_LATE: "It came after the time to pay was over, and the seat was "
    "somebody else's by then. You can choose another one.",
    RefundReason.PAID_TWICE: "The seat was paid already: your booking stays as it is.",
    RefundReason.WRONG_AMOUNT: "Another amount was paid than was due, so it booked "
    "nothing. While the seat is held you can still pay it.",
    RefundReason.NOT_FIT: "The test could not be booked any more: hours or an incident "
    "of the module have to be settled first.",
}


def booked(told: Told) -> Words:
    return _letter(
        told,
        "test_booked",
        "Your test is booked",
        f"your seat is booked.\n\n{told.place}\n\n{_paid(told)}Your admit card, the "
        f"receipt and a calendar entry are here:\n\n{told.link}\n\nThere you can also "
        "move or cancel the seat, and see till when. Bring the admit card, on paper or "
        "on your telephone, and an identity document with a photo.",
    )


def reseated(told: Told) -> Words:
    return _letter(
        told,
        "test_reseated",
        "Your payment came late, and your seat is booked",
        "your payment came after the time to pay was over. A seat was still free, and "
        f"it is yours.\n\n{told.place}\n\n{_paid(told)}You need do nothing. Your "
        f"admit card and the receipt are here:\n\n{told.link}",
    )


def money_back(told: Told, reason: RefundReason = RefundReason.TOO_LATE) -> Words:
    """Why it bought no seat is said, so that nobody fears for one they have."""
    return _letter(
        told,
        "test_money_back",
        "Your payment comes back",
        f"a payment of yours for this test was not needed:\n\n{told.place}\n\n"
        f"{_BACK_BECAUSE[reason]} {_comes_back(told)} You need do nothing. What "
        f"happens with it, and the receipt, are here:\n\n{told.link}",
    )


def cancelled(told: Told, paid: Money | None = None) -> Words:
    """`paid`: of which `told.amount` comes back, and the rest is kept."""
    return _letter(
        told,
        "test_cancelled",
        "Your test is cancelled",
        f"you cancelled this seat:\n\n{told.place}\n\n{_sums(told, paid)}"
        f"{_comes_back(told)} Whether it "
        f"has arrived, and the receipt, are here:\n\n{told.link}\n\nYou can choose "
        "another seat at any time. Was it not you? Tell the helpdesk at once.",
    )


def moved(told: Told) -> Words:
    return _letter(
        told,
        "test_moved",
        "Your test was moved",
        f"your seat was moved. It is now here:\n\n{told.place}\n\n{_fee(told)}The "
        "former admit card is worth nothing any more. The new one, and the calendar "
        f"entry, are here:\n\n{told.link}",
    )


def offered(told: Told) -> Words:
    return _letter(
        told,
        "test_offered",
        "A seat is free for you",
        f"you waited in line for this test, and a seat is free:\n\n{told.place}\n\nIt "
        f"is kept for you{_till(told)}. Take it and pay here:\n\n{told.link}\n\nDo you "
        "not want it? Give it back there: somebody else waits for it. After that time "
        "it goes to the next in line.",
    )


def line_ended(told: Told) -> Words:
    return _letter(
        told,
        "test_line_ended",
        "No seat came free",
        f"you waited in line for this test:\n\n{told.place}\n\nNo seat came free in "
        "time, and the line has ended. You have paid nothing. Choose another slot, or "
        f"wait in another line, here:\n\n{told.link}",
    )


def slot_cancelled(told: Told) -> Words:
    return _letter(
        told,
        "test_slot_cancelled",
        "Your test cannot take place",
        f"we are sorry: this test cannot take place.\n\n{told.place}\n\n"
        f"{_comes_back(told)} You need do nothing for it. Please choose another seat "
        f"here:\n\n{told.link}",
    )


def absent(told: Told) -> Words:
    return _letter(
        told,
        "test_absent",
        "You were not seen at your test",
        f"you were not marked at the door of this test:\n\n{told.place}\n\nThe seat "
        "counts as not used, and the fee does not come back. You can book the test "
        f"again:\n\n{told.link}\n\nWere you there? Write to the helpdesk, and they ask "
        "the centre.",
    )


def was_there(told: Told) -> Words:
    return _letter(
        told,
        "test_was_there",
        "You are marked as present at your test",
        f"we have looked into it, and you were at this test:\n\n{told.place}\n\nThe "
        "mark of absence is taken back. You need do nothing. The seat is here:\n\n"
        f"{told.link}",
    )


def reminder(told: Told) -> Words:
    return _letter(
        told,
        "test_reminder",
        "Your test is soon",
        f"this is your test:\n\n{told.place}\n\nCome half an hour early. Bring the "
        "admit card, on paper or on your telephone, and an identity document with a "
        f"photo. The admit card is here:\n\n{told.link}",
    )


def _letter(told: Told, kind: str, subject: str, text: str) -> Words:
    return Words(kind=kind, subject=subject, text=f"{told.name}, {text}{SIGNED}")


def _paid(told: Told) -> str:
    if told.amount is None or told.amount.minor == 0:
        return "There was nothing to pay. "
    receipt = f", receipt {told.receipt}" if told.receipt else ""
    return f"Paid: {told.amount}{receipt}. "


def _fee(told: Told) -> str:
    if told.amount is None or told.amount.minor == 0:
        return "The move cost nothing. "
    receipt = f" (receipt {told.receipt})" if told.receipt else ""
    return f"The move cost {told.amount}{receipt}. "


def _sums(told: Told, paid: Money | None) -> str:
    if paid is None or told.amount is None or paid.minor == 0:
        return ""
    kept = replace(paid, minor=paid.minor - told.amount.minor)
    why = " (the fee for cancelling late)" if kept.minor else ""
    return f"Paid: {paid}\nKept: {kept}{why}\nReturned: {told.amount}\n\n"


def _comes_back(told: Told) -> str:
    if told.amount is None or told.amount.minor == 0:
        return "No money comes back."
    receipt = f" of receipt {told.receipt}" if told.receipt else ""
    return (
        f"{told.amount}{receipt} comes back by the way you paid. This takes up to ten "
        "working days."
    )


def _till(told: Told) -> str:
    if told.until is None:
        return ""
    return f" till {day_and_time(told.until, told.time_zone)}"
