"""Whether a seat may be taken now, what it costs, and how long it is held."""

from datetime import datetime, timedelta

from app.booking.domain.letters import day_and_time
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.refusals import (
    BookingClosed,
    HoursMissing,
    IncidentOpen,
    NotOpenYet,
    OtherModule,
    SlotCancelled,
    TooSoonAgain,
)
from app.booking.domain.words import Fitness, Slot
from app.kernel.ids import ModuleCode
from app.kernel.money import Money
from app.kernel.refusals import Refusal

MINUTE_US = 60_000_000


def require_bookable(slot: Slot, module: ModuleCode, now: datetime) -> None:
    """Raises SlotCancelled, OtherModule, NotOpenYet (opens_at) or BookingClosed."""
    if slot.cancelled_at is not None:
        raise SlotCancelled
    if slot.modules is not None and module not in slot.modules:
        raise OtherModule
    if now < slot.opens_at:
        raise NotOpenYet(opens_at=slot.opens_at.isoformat())
    if now >= slot.closes_at:
        raise BookingClosed


def require_fit(fitness: Fitness) -> None:
    """Raises HoursMissing (missing_s) or IncidentOpen."""
    missing_us = fitness.required_us - fitness.confirmed_us
    if missing_us > 0:
        minutes = -(-missing_us // MINUTE_US)
        raise HoursMissing(
            f"{minutes // 60} h {minutes % 60:02} min of this module are still to be "
            "confirmed before you can book its test.",
            missing_s=-(-missing_us // 1_000_000),
        )
    if fitness.open_incidents:
        raise IncidentOpen


def require_cooled(fitness: Fitness, slot: Slot) -> None:
    """Raises TooSoonAgain (open_at): the test would not open."""
    till = fitness.cooling_till
    if till is not None and slot.starts_at < till:
        again = day_and_time(till, slot.time_zone)
        raise TooSoonAgain(
            f"You can sit this test again from {again} on. Please choose a later slot.",
            open_at=till.isoformat(),
        )


def unfit(fitness: Fitness) -> Refusal | None:
    """Why its test cannot be booked; None: it can."""
    try:
        require_fit(fitness)
    except (HoursMissing, IncidentOpen) as refusal:
        return refusal
    return None


def price(of_module: Money, slot: Slot) -> Money:
    """What the test costs there."""
    return slot.fee or of_module


def held_until(now: datetime, policy: BookingPolicy) -> datetime:
    return now + timedelta(minutes=policy.hold_min)


def offered_until(slot: Slot, now: datetime, policy: BookingPolicy) -> datetime:
    """Never beyond the end of booking."""
    return min(now + timedelta(minutes=policy.offer_min), slot.closes_at)
