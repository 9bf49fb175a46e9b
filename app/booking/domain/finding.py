"""What a student chooses from: slots by day and centre; and what they have."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.booking.domain.papers import ORDER
from app.booking.domain.papers import Place as Kept
from app.booking.domain.words import (
    Fitness,
    RefundReason,
    Seat,
    SeatState,
    Slot,
)
from app.kernel.ids import ModuleCode
from app.kernel.money import Money

COMING = (SeatState.OFFERED, SeatState.HELD, SeatState.BOOKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    centre: str
    city: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A slot to choose; `fee` is of this module there."""

    slot: Slot
    place: Place
    fee: Money

    def is_open(self, now: datetime) -> bool:
        return self.slot.opens_at <= now < self.slot.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the first to the last day that has slots, and the first with a free seat."""

    first: date
    last: date
    first_free: date | None

    def month(self, wanted: date | None) -> date:
        """The first of the wanted month, or of the nearest that has slots."""
        to = wanted or self.first_free or self.first
        return min(max(to, self.first), self.last).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """`free` and `accessible_free` count only seats that can be taken now: of the
    slots that are `open`."""

    day: date
    offers: tuple[Offer, ...]
    open: tuple[Offer, ...]

    @property
    def free(self) -> int:
        return sum(max(0, it.slot.free) for it in self.open)

    @property
    def accessible_free(self) -> int:
        return sum(max(0, it.slot.accessible_free) for it in self.open)

    def free_of(self, *, accessible: bool) -> int:
        return self.accessible_free if accessible else self.free


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment, or one of its refunds."""

    amount: Money
    buys_seat: bool
    kept: Money
    back: Money | None = None
    state: str | None = None
    reason: RefundReason | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatShown:
    """A student's seat with its place and money. `fee` is of the test; `amount` what
    this seat costs: the fee, or what moving to it does."""

    seat: Seat
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: Place
    number: int | None
    fee: Money
    amount: Money
    slot_cancelled: bool = False
    known: Kept | None = None
    """Before we changed it, where its student has not said to have seen that."""
    failed_at: datetime | None = None
    """The last try to pay it that did not go through."""
    version: str = ""
    money: tuple[Paid, ...] = ()

    def state(self, now: datetime) -> SeatState:
        """A hold whose time is over is over, though nobody has swept it yet."""
        until = self.seat.held_until
        waits = self.seat.state in (SeatState.HELD, SeatState.OFFERED)
        is_over = waits and until is not None and until <= now
        return SeatState.EXPIRED if is_over else self.seat.state

    def changed_from(self, now: datetime) -> Kept | None:
        """What it was before we changed it, to be told till it is seen or over."""
        it = self.known
        if it is None or self.state(now) not in COMING or now >= self.ends_at:
            return None
        now_at = Kept(
            centre=self.place.centre,
            city=self.place.city,
            address=self.place.address,
            time_zone=self.time_zone,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )
        return it if it.is_elsewhere(now_at) else None

    def pay_failed_at(self, now: datetime) -> datetime | None:
        """While it can still be paid."""
        failed = self.failed_at
        is_of_now = failed is not None and failed >= self.seat.held_at
        held = self.state(now) is SeatState.HELD
        return failed if held and is_of_now else None

    @property
    def order_number(self) -> str | None:
        return None if self.number is None else ORDER.format(self.number)

    @property
    def is_move(self) -> bool:
        return self.seat.move_order is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """`place_in_line` counts who stands before, and oneself."""

    offer: Offer
    module: ModuleCode
    accessible: bool
    place_in_line: int
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One module of a student's and all that is known of its test."""

    module: ModuleCode
    title: str
    fee: Money
    fitness: Fitness
    seats: tuple[SeatShown, ...]
    lines: tuple[LineShown, ...]

    def first(self, now: datetime, *states: SeatState) -> SeatShown | None:
        """The newest seat in one of these states."""
        return next((it for it in self.seats if it.state(now) in states), None)


def days_of(offers: Iterable[Offer], now: datetime) -> dict[date, Day]:
    found: dict[date, list[Offer]] = defaultdict(list)
    for it in offers:
        found[it.slot.day].append(it)
    return {
        day: Day(
            day=day,
            offers=tuple(those),
            open=tuple(it for it in those if it.is_open(now)),
        )
        for day, those in found.items()
    }


def weeks_of(month: date) -> list[list[date]]:
    """Whole weeks from Monday, the days of its neighbours included."""
    first = month.replace(day=1)
    start = first - timedelta(days=first.weekday())
    after = following(first)
    weeks = -(-(after - start).days // 7)
    return [
        [start + timedelta(days=7 * week + day) for day in range(7)]
        for week in range(weeks)
    ]


def following(month: date) -> date:
    """The first of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def before(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def by_centre(offers: Sequence[Offer]) -> list[list[Offer]]:
    """As they come: each centre's slots together."""
    found: dict[object, list[Offer]] = {}
    for it in offers:
        found.setdefault(it.slot.centre, []).append(it)
    return list(found.values())


def same_clock(at: datetime, one: str, other: str) -> bool:
    """Whether clocks in both zones show the same at that moment."""
    there = at.astimezone(ZoneInfo(one)).utcoffset()
    return there == at.astimezone(ZoneInfo(other)).utcoffset()


def zone_in_words(at: datetime, zone: str) -> str:
    """'Dubai time (UTC+4)'."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{city} time (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"


def availability(free: int) -> str:
    if free <= 0:
        return "Full"
    return "Last seat" if free == 1 else f"{free} seats free"


def hours_in_words(us: int) -> str:
    minutes = max(0, us) // 60_000_000
    hours, rest = divmod(minutes, 60)
    return f"{hours} h" if not rest else f"{hours} h {rest} min"
