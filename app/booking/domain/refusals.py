"""Why booking says no. Each sentence is what the user reads."""

from app.kernel.refusals import Conflict, NotFound, Refusal


class NoSuchSlot(NotFound):
    """There is no such slot. Please look at the list again."""


class NoSuchSeat(NotFound):
    """There is no such booking of yours."""


class SlotFull(Conflict):
    """The last seat of this slot has just been taken. Choose another slot, or wait in
    line for this one: you are told as soon as a seat comes free."""


class SlotCancelled(Conflict):
    """This slot was cancelled. Please choose another one."""


class NotOpenYet(Conflict):
    """Booking of this slot has not opened yet."""


class BookingClosed(Conflict):
    """Booking of this slot is closed. Please choose a later one."""


class OtherModule(Conflict):
    """This slot is not for the test of this module. Please choose another one."""


class TooSoonAgain(Conflict):
    """Between two goes at a test some time has to pass. Please choose a later slot."""


class HoursMissing(Conflict):
    """Not all hours of this module are confirmed yet."""


class IncidentOpen(Conflict):
    """Something in your sittings of this module waits for a person's decision. You can
    book as soon as it is decided; you need do nothing."""


class HeldAlready(Conflict):
    """You hold a seat for the test of this module already. Pay it, or give it back
    first."""


class AnotherThen(Conflict):
    """You have a seat for another test at that time. Choose another time."""


class OtherFee(Conflict):
    """The test costs another fee at that centre. Cancel this booking, and book there
    anew."""


class BookedAlready(Conflict):
    """You have a seat for the test of this module already."""


class HoldOver(Conflict):
    """The time to pay this seat is over, and it was given back. Choose a seat again;
    if you have paid, the money comes back by itself."""


class NothingToPay(Conflict):
    """There is nothing to pay for this seat."""


class PaymentsAway(Conflict):
    """The payment service is out of reach just now. Your seat is still held: please
    try again."""


class TooLateToChange(Conflict):
    """So shortly before the test, a seat can neither be moved nor cancelled."""


class MovedTooOften(Conflict):
    """This booking has been moved as often as is possible. You can still cancel it."""


class NotComing(Conflict):
    """This seat is not booked any more, so there is nothing to change."""


class SameSlot(Refusal):
    """This is the slot you have. Choose another one to move to."""


class KeyReused(Conflict):
    """This request was sent before with other words. Reload the page, and try again."""


class BadKey(Refusal):
    """A request that changes something needs an Idempotency-Key of 8 to 100
    characters."""


class InLineAlready(Conflict):
    """You wait in this line already."""


class SeatsFree(Conflict):
    """There are seats free in this slot: choose one, no need to wait."""


class TooManyLines(Conflict):
    """You wait in as many lines as is possible. Leave one first."""


class NotInLine(NotFound):
    """You do not wait in this line."""
