"""The numbers of booking that an institution may set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPolicy:
    hold_min: float = 10
    """How long a seat is held while it is paid."""
    offer_min: float = 120
    """How long a seat is offered to who is next in line."""
    free_days: float = 7
    """Till so long before the test, moving and cancelling cost nothing."""
    last_hours: float = 48
    """Later than so long before the test, a seat is neither moved nor cancelled."""
    late_fee_percent: int = 20
    """Of the fee, for moving or cancelling between the two."""
    moves_most: int = 3
    """How often one booking may be moved."""
    lines_most: int = 5
    """How many lines a student may wait in."""
    door_opens_min: float = 90
    """So long before a test its doors open, and students are marked."""
    absent_after_min: float = 60
    """So long after a test's end, who was not marked was absent, where others were."""
    absent_anyway_days: float = 3
    """So long after it everybody, also where no door was in use."""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        times = (self.hold_min, self.offer_min)
        if min(times) <= 0 or not 0 <= self.late_fee_percent <= 100:
            raise ValueError(
                "holds and offers take more than 0 minutes, and the late fee is 0 to "
                "100 percent"
            )
