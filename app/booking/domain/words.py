"""The words of booking: what a slot, a seat, an order and a payment are."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.kernel.ids import (
    AccountId,
    CentreId,
    ModuleCode,
    OrderId,
    PaymentId,
    SeatId,
    SlotId,
)
from app.kernel.money import Money


class SeatState(StrEnum):
    OFFERED = "offered"
    HELD = "held"
    BOOKED = "booked"
    ATTENDED = "attended"
    ABSENT = "absent"
    EXPIRED = "expired"
    RELEASED = "released"
    CANCELLED = "cancelled"
    MOVED = "moved"


class OrderKind(StrEnum):
    FEE = "fee"
    MOVE = "move"


class RefundReason(StrEnum):
    CANCELLED = "cancelled"
    SLOT_CANCELLED = "slot_cancelled"
    TOO_LATE = "too_late"
    NOT_FIT = "not_fit"
    PAID_TWICE = "paid_twice"
    WRONG_AMOUNT = "wrong_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Seats at a centre at a time, on a `day` there; `free` and `accessible_free` are
    two pools."""

    slot: SlotId
    centre: CentreId
    day: date
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    modules: tuple[str, ...] | None
    capacity: int
    accessible: int
    blocked: int
    taken: int
    accessible_taken: int
    cancelled_at: datetime | None
    time_zone: str
    fee: Money | None
    """Of this centre, instead of the module's."""

    @property
    def free(self) -> int:
        return self.capacity - self.accessible - self.blocked - self.taken

    @property
    def accessible_free(self) -> int:
        return self.accessible - self.accessible_taken

    def free_of(self, *, accessible: bool) -> int:
        return self.accessible_free if accessible else self.free


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One student's seat in a slot; `replaces` is the seat it is moved from."""

    seat: SeatId
    slot: SlotId
    account: AccountId
    module: ModuleCode
    accessible: bool
    state: SeatState
    order: OrderId | None
    move_order: OrderId | None
    replaces: SeatId | None
    moved_to: SeatId | None
    held_at: datetime
    held_until: datetime | None
    booked_at: datetime | None
    free_until: datetime | None

    @property
    def to_pay(self) -> OrderId | None:
        """The order that books this seat: of the move, where it is moved here."""
        return self.move_order or self.order


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    order: OrderId
    number: int
    account: AccountId
    module: ModuleCode
    kind: OrderKind
    amount: Money
    made_at: datetime
    provider: str | None
    provider_order: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    payment: PaymentId
    receipt: int
    order: OrderId
    provider: str
    provider_payment: str
    amount: Money
    paid_at: datetime
    buys_seat: bool
    kept_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """Money that a provider says came in, for one of our orders."""

    provider: str
    provider_order: str
    provider_payment: str
    amount: Money
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A seat that somebody chose."""

    slot: SlotId
    module: ModuleCode
    accessible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitness:
    """Whether the hours are confirmed and nothing waits for a decision; and from when
    on the test may be sat again."""

    required_us: int
    confirmed_us: int
    open_incidents: int
    cooling_till: datetime | None = None
