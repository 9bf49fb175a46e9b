"""Why planning says no. Each sentence is what the staff reads."""

from app.kernel.refusals import Conflict, NotFound, Refusal


class NoSuchCentre(NotFound):
    """There is no such centre."""


class BadCentre(Refusal):
    """Something about this centre cannot be so."""


class CodeTaken(Conflict):
    """Another centre has this code already. Choose another one."""


class CentreClosed(Conflict):
    """This centre is closed, so there are no new slots there."""


class CentreInUse(Conflict):
    """Students have seats at this centre in coming slots. Cancel those slots first, or
    wait until they are over."""


class ZoneInUse(Conflict):
    """This centre has coming slots, whose times are meant in its time zone. Make a new
    centre for the other zone, or wait until they are over."""


class BadPattern(Refusal):
    """These slots cannot be planned like this."""


class BadLocalTime(Refusal):
    """A day is written as 2026-11-30, a time as 09:30."""


class NoSuchLocalTime(Refusal):
    """There is no such time on that day."""


class TooManySlots(Refusal):
    """At most 1,000 slots are made at once. Choose fewer days or times."""


class SlotsOverlap(Conflict):
    """A centre has one slot at a time."""


class NothingToMake(Conflict):
    """All of these slots exist already, so there is nothing to make."""


class SlotBegun(Conflict):
    """This slot has begun or is over, so it cannot be changed any more."""


class SlotTookPlace(Conflict):
    """Students were marked at the door of this slot, so it takes place as it
    is."""


class TooFewSeats(Conflict):
    """More seats than that are taken."""


class BadTimes(Refusal):
    """Booking opens before it closes, and closes when the test begins at the latest. A
    test ends after it begins, within 12 hours."""


class ModuleInUse(Conflict):
    """Students have seats, or wait in line, for other modules in this slot."""


class NoSuchTestModule(Refusal):
    """There is no such module."""
