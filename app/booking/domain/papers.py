"""What stands on the papers of a seat: receipt, admit card, calendar entry."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.booking.domain.words import OrderKind, RefundReason, SeatState
from app.kernel.ids import AccountId, OrderId, SeatId, SlotId
from app.kernel.money import Money
from app.kernel.refusals import Conflict, NotFound

RECEIPT, ORDER = "R-{:06}", "T-{:06}"

STATES = {
    SeatState.OFFERED: "offered to you",
    SeatState.HELD: "held while it is paid",
    SeatState.BOOKED: "booked",
    SeatState.ATTENDED: "booked, and you were there",
    SeatState.ABSENT: "booked, and you were not seen there",
    SeatState.EXPIRED: "not booked: the time to pay was over",
    SeatState.RELEASED: "given back before it was booked",
    SeatState.CANCELLED: "cancelled",
    SeatState.MOVED: "moved to another slot",
}
"""To its student."""
REASONS = {
    RefundReason.CANCELLED: "you cancelled the seat",
    RefundReason.SLOT_CANCELLED: "the test could not take place",
    RefundReason.TOO_LATE: "it came after the time to pay",
    RefundReason.NOT_FIT: "the seat could not be booked: hours or a decision are open",
    RefundReason.PAID_TWICE: "it was paid twice",
    RefundReason.WRONG_AMOUNT: "it was not the amount to pay",
}
ON_THE_WAY = "on its way"
REFUND_STATES = {
    "asked": ON_THE_WAY,
    "sent": ON_THE_WAY,
    "done": "given back",
    "refused": "held up: the helpdesk settles it by hand",
}


class NothingPaid(NotFound):
    """Nothing was paid for this seat, so there is no receipt."""


class NotBooked(Conflict):
    """This seat is not booked, so there is no paper for it. Look at your tests for the
    one that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a seat is; times are said in the centre's zone."""

    centre: str
    city: str
    address: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def where(self) -> str:
        return f"{self.centre}, {self.address}, {self.city}"

    @property
    def when(self) -> str:
        """Monday, 23 November 2026, 10:00 till 13:00 (Asia/Kolkata)."""
        there = self.starts_at.astimezone(ZoneInfo(self.time_zone))
        till = self.ends_at.astimezone(ZoneInfo(self.time_zone))
        return (
            f"{there:%A}, {there.day} {there:%B %Y, %H:%M} till {till:%H:%M} "
            f"({self.time_zone})"
        )

    def is_elsewhere(self, other: "Place") -> bool:
        """At another time or address: a centre that only changes its name moves
        nobody."""
        here = (self.starts_at, self.ends_at, self.address, self.city)
        there = (other.starts_at, other.ends_at, other.address, other.city)
        return here != there

    def moment(self, at: datetime) -> str:
        there = at.astimezone(ZoneInfo(self.time_zone))
        return f"{there.day} {there:%b %Y, %H:%M}"

    def day(self, at: datetime) -> str:
        there = at.astimezone(ZoneInfo(self.time_zone))
        return f"{there.day} {there:%b %Y}"

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.time_zone)):%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPaper:
    """One seat, whose it is and where. `number`: of the order of its fee; `place`: as
    it is, or was when the seat ended; `paid_place`: as it was when it was paid."""

    seat: SeatId
    slot: SlotId
    account: AccountId
    name: str
    srn: str
    module: str
    module_code: str
    state: SeatState
    order: OrderId
    number: int
    booked_at: datetime | None
    place: Place
    paid_place: Place | None = None

    @property
    def booked_place(self) -> Place:
        return self.paid_place or self.place

    @property
    def order_number(self) -> str:
        return ORDER.format(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    amount: Money
    reason: RefundReason
    state: str
    asked_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment of the fee, or of moving, with what comes back of it."""

    number: int
    order_number: int
    kind: OrderKind
    amount: Money
    paid_at: datetime
    provider: str
    reference: str
    kept: Money
    back: tuple[GivenBack, ...]

    @property
    def receipt(self) -> str:
        return RECEIPT.format(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Of a receipt, as it is read."""

    day: str
    text: str
    receipt: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    seat: SeatPaper
    paid: tuple[Paid, ...]
    made_at: datetime

    @property
    def number(self) -> str:
        """Of the fee that bought the seat; the others stand beside their lines."""
        fees = [it for it in self.paid if it.kind is OrderKind.FEE]
        bought = [it for it in fees if not it.back]
        return (bought or fees or list(self.paid))[0].receipt

    @property
    def lines(self) -> list[Line]:
        return [line for it in self.paid for line in _lines(it, self.seat.place)]

    @property
    def sums(self) -> list[tuple[str, str]]:
        """Paid, on its way, given back, and what stays: of each currency."""
        said = []
        for currency in sorted({it.amount.currency for it in self.paid}):
            said += _sums([it for it in self.paid if it.amount.currency == currency])
        return said


def _lines(paid: Paid, place: Place) -> list[Line]:
    what = "Fee of the test" if paid.kind is OrderKind.FEE else "Fee for moving late"
    order = ORDER.format(paid.order_number)
    said = f"{what}. Order {order}, paid by {paid.provider} ({paid.reference})."
    if paid.kind is OrderKind.FEE and paid.kept.minor:
        said += f" Of this, {paid.kept} is kept, because it was cancelled late."
    lines = [
        Line(
            day=place.day(paid.paid_at),
            text=said,
            receipt=paid.receipt,
            amount=str(paid.amount),
        )
    ]
    return lines + [_back(it, paid, place) for it in paid.back]


def _back(it: GivenBack, paid: Paid, place: Place) -> Line:
    state = REFUND_STATES[it.state]
    if it.settled_at is not None and it.state == "done":
        state = f"{state} on {place.day(it.settled_at)}"
    minus = Money(minor=-it.amount.minor, currency=it.amount.currency)
    return Line(
        day=place.day(it.asked_at),
        text=f"Comes back: {REASONS[it.reason]}. State: {state}.",
        receipt=paid.receipt,
        amount=str(minus),
    )


def _sums(paid: list[Paid]) -> list[tuple[str, str]]:
    currency = paid[0].amount.currency
    back = [one for it in paid for one in it.back]
    total = sum(it.amount.minor for it in paid)
    done = sum(it.amount.minor for it in back if it.state == "done")
    waits = sum(it.amount.minor for it in back) - done
    rows = [("Paid", total)]
    rows += [("Given back", done)] if done else []
    rows += [("Still to come back", waits)] if waits else []
    rows += [("Stays paid", total - done - waits)] if back else []
    return [(word, str(Money(minor=it, currency=currency))) for word, it in rows]
