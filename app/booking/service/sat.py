"""What sitting a test asks of its seat; in the transaction of whoever asks."""

from app.adapters.db import Tx
from app.booking.domain.words import Seat, SeatState, Slot
from app.booking.service.seats import lock_seat
from app.booking.store import sat, seats, slots
from app.kernel.ids import AccountId, SeatId
from app.kernel.refusals import Conflict

SITTABLE = frozenset({SeatState.BOOKED, SeatState.ATTENDED})


class SeatNotBooked(Conflict):
    """This seat is not booked any more. Look under Tests what you have."""


async def lock_to_sit(tx: Tx, account: AccountId, seat: SeatId) -> tuple[Slot, Seat]:
    """Raises NoSuchSeat or SeatNotBooked. Its slot is locked."""
    slot, it = await lock_seat(tx, seat, account)
    if it.state not in SITTABLE:
        raise SeatNotBooked
    return slot, it


async def attend(tx: Tx, seat: SeatId) -> Slot | None:
    """The test begins: whoever nobody marked at the door is there. And where."""
    found = await seats.read(tx, seat)
    if found is None:
        return None
    (slot,) = await slots.lock(tx, [found.slot])
    await sat.attend(tx, seat)
    return slot
