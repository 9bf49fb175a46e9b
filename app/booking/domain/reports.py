"""Reports: how full slots are, and what came in, was kept and goes back.

Every sum is exact, and equals the books: captured = seats + kept + refunded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.booking.domain.local_times import YEARS
from app.kernel.ids import RefundId, SlotId
from app.kernel.money import Money
from app.kernel.refusals import Refusal

DAYS_MOST = 366
COMING = timedelta(days=30)


class BadPeriod(Refusal):
    """A period has a first and a last day, at most a year apart."""


class TooMuch(BadPeriod):
    """There are more lines in this period than a report can have. Choose a shorter
    one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Both days belong to it."""

    since: date
    until: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.since, time(), UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.until, time(), UTC) + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotUse:
    """`booked`: not marked at the door yet; `held`: or offered."""

    slot: SlotId
    code: str
    centre: str
    city: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    cancelled_at: datetime | None
    modules: list[str] | None
    capacity: int
    accessible: int
    blocked: int
    booked: int
    attended: int
    absent: int
    held: int
    waiting: int

    @property
    def taken(self) -> int:
        return self.booked + self.attended + self.absent + self.held

    @property
    def free(self) -> int:
        return self.capacity - self.blocked - self.taken

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.time_zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreUse:
    """Sums of a centre's slots."""

    code: str
    centre: str
    city: str
    slots: int
    capacity: int
    blocked: int
    booked: int
    attended: int
    absent: int
    held: int
    free: int
    waiting: int

    @property
    def taken(self) -> int:
        return self.booked + self.attended + self.absent + self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """Of the payments that came in one month (UTC) for a module, in minor units.

    `seats`: what seats stand behind; `refunded`: what went or goes back of these
    payments, whenever; `done`: the part of it that has.
    """

    month: str
    currency: str
    module: str
    title: str
    payments: int
    captured: int
    seats: int
    kept: int
    refunded: int
    done: int

    @property
    def net(self) -> int:
        return self.captured - self.refunded

    def money(self, name: str) -> Money:
        return Money(minor=getattr(self, name), currency=self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """`time_zone`: of the centre; None where the order never had a seat."""

    refund: RefundId
    receipt: int
    order: int
    srn: str
    module: str
    amount: Money
    reason: str
    state: str
    provider: str
    provider_payment: str
    provider_refund: str | None
    said: str | None
    asked_at: datetime
    settled_at: datetime | None
    attempts: int
    centre: str | None
    time_zone: str | None


def period_of(since: str, until: str, usual: Period) -> Period:
    """Of a form; an empty field is the usual day. Raises BadPeriod."""
    try:
        first = date.fromisoformat(since) if since else usual.since
        last = date.fromisoformat(until) if until else usual.until
    except ValueError as error:
        raise BadPeriod from error
    if first.year not in YEARS or last.year not in YEARS:
        raise BadPeriod
    if not timedelta() <= last - first < timedelta(days=DAYS_MOST):
        raise BadPeriod
    return Period(since=first, until=last)


def coming(now: datetime) -> Period:
    return Period(since=now.date(), until=(now + COMING).date())


def past(now: datetime) -> Period:
    return Period(since=(now - COMING).date(), until=now.date())


def by_centre(slots: Iterable[SlotUse]) -> list[CentreUse]:
    """Cancelled slots count nothing."""
    found: dict[str, list[SlotUse]] = {}
    for it in slots:
        if it.cancelled_at is None:
            found.setdefault(it.code, []).append(it)
    return [_sum(them) for them in found.values()]


def _sum(them: Sequence[SlotUse]) -> CentreUse:
    def total(name: str) -> int:
        return sum(getattr(it, name) for it in them)

    return CentreUse(
        code=them[0].code,
        centre=them[0].centre,
        city=them[0].city,
        slots=len(them),
        capacity=total("capacity"),
        blocked=total("blocked"),
        booked=total("booked"),
        attended=total("attended"),
        absent=total("absent"),
        held=total("held"),
        free=total("free"),
        waiting=total("waiting"),
    )


def by_currency(takings: Iterable[Takings]) -> list[Takings]:
    """The sum of each currency; month and module are empty."""
    found: dict[str, list[Takings]] = {}
    for it in takings:
        found.setdefault(it.currency, []).append(it)
    names = ("payments", "captured", "seats", "kept", "refunded", "done")
    return [
        Takings(
            month="",
            module="",
            title="",
            currency=currency,
            **{name: sum(getattr(it, name) for it in them) for name in names},
        )
        for currency, them in sorted(found.items())
    ]
