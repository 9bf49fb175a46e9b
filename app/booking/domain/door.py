"""The door of a test: who is expected, and why somebody is not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.booking.domain.papers import Place
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.words import SeatState
from app.kernel.ids import AccountId, CentreId, SeatId, SlotId
from app.kernel.refusals import Conflict, NotFound, Refusal

UNPAID = "it was not paid in time, so it is not booked."
WHY_NOT = {
    SeatState.OFFERED: "this seat is offered to them, and not booked.",
    SeatState.HELD: "this seat is held, and not paid yet.",
    SeatState.EXPIRED: UNPAID,
    SeatState.RELEASED: UNPAID,
    SeatState.CANCELLED: "this seat was cancelled.",
    SeatState.MOVED: "this seat was moved to another slot.",
    SeatState.ABSENT: "the test is over, and they were marked absent.",
}


class NotHere(NotFound):
    """Nobody with this SRN has a seat in this slot. Check the SRN and the slot."""


class NotToday(NotFound):
    """There is no such slot today. Choose one of the list."""


class NotExpected(Conflict):
    """Not expected here."""


class MarkedAlready(Conflict):
    """This student is marked already."""


class DoorClosed(Conflict):
    """The door of this slot is closed."""


class NotMarked(Conflict):
    """This student is not marked as here, so there is nothing to take back."""


class NotAbsent(Conflict):
    """This student is not marked as absent, so there is nothing to correct."""


class NoWhy(Refusal):
    """Say how you know that the student was there, in 10 characters or more."""


class TestBegun(Conflict):
    """Their test has begun here, so the mark stays. If it is not them who sit it, a
    proctor can end the test on the wall."""


class UndoTooLate(Conflict):
    """A mark can be taken back on its own day only. Tell the helpdesk."""


WHY_MIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSlot:
    """`expected` counts every booked seat, `here` those that were let in."""

    slot: SlotId
    centre: CentreId
    place: Place
    expected: int
    here: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A seat as the door sees it."""

    seat: SeatId
    slot: SlotId
    account: AccountId
    name: str
    srn: str
    module: str
    module_code: str
    state: SeatState
    accessible: bool
    has_photo: bool
    marked_at: datetime | None
    has_begun: bool
    place: Place
    elsewhere: Place | None = None
    """Of who is not expected here: where their next booked seat is."""

    @property
    def why_not(self) -> str | None:
        """Why they are not expected; None: they are, or are in already."""
        return WHY_NOT.get(self.state)

    @property
    def may_be_undone(self) -> bool:
        return self.marked_at is not None and not self.has_begun

    @property
    def here_since(self) -> str:
        """Who opened their test without the door has no time there."""
        if self.marked_at is None:
            return "here"
        return f"here since {self.place.time(self.marked_at)}"


def doors_at(starts_at: datetime, policy: BookingPolicy) -> datetime:
    return starts_at - timedelta(minutes=policy.door_opens_min)


def not_here(elsewhere: Place | None) -> NotHere:
    """To who typed an SRN: nothing of who it is, but where they are expected next."""
    if elsewhere is None:
        return NotHere()
    return NotHere(
        "Nobody with this SRN has a seat in this slot. Their next booked seat is at "
        f"{elsewhere.where}, on {elsewhere.when}."
    )


def require_here(guest: Guest, slot: SlotId) -> None:
    """Raises NotExpected, which says where the seat is."""
    if guest.slot != slot:
        raise NotExpected(
            f"Not expected here: this seat is at {guest.place.where}, on "
            f"{guest.place.when}."
        )


def require_to_let_in(guest: Guest, now: datetime, policy: BookingPolicy) -> None:
    """Raises MarkedAlready, NotExpected or DoorClosed."""
    place = guest.place
    if guest.state is SeatState.ATTENDED:
        raise MarkedAlready(f"{guest.name} is marked already: {guest.here_since}.")
    if guest.why_not is not None:
        raise NotExpected(f"Not expected here: {guest.why_not}")
    opens = doors_at(place.starts_at, policy)
    if now < opens:
        raise DoorClosed(
            f"The door of this slot opens at {place.time(opens)} ({place.time_zone})."
        )
    if now > place.ends_at:
        raise DoorClosed("This test is over. Nobody can be let in any more.")


def require_to_undo(guest: Guest, now: datetime) -> None:
    """Raises NotMarked, TestBegun or UndoTooLate."""
    if guest.state is not SeatState.ATTENDED or guest.marked_at is None:
        raise NotMarked
    if guest.has_begun:
        raise TestBegun
    zone = ZoneInfo(guest.place.time_zone)
    if guest.marked_at.astimezone(zone).date() != now.astimezone(zone).date():
        raise UndoTooLate
