"""What sitting a test asks of its seat; in the transaction of whoever asks."""

from app.adapters.db import Tx
from app.adapters.sealing import Sealer
from app.booking.domain.cards import card_code, is_of_card
from app.booking.domain.words import Seat, SeatState, Slot
from app.booking.service.papers import seals_by
from app.booking.service.seats import lock_seat
from app.booking.store import sat, seats, slots
from app.kernel.ids import AccountId, SeatId
from app.kernel.refusals import Conflict, Refusal

SITTABLE = frozenset({SeatState.BOOKED, SeatState.ATTENDED})


class SeatNotBooked(Conflict):
    """This seat is not booked any more. Look under Tests what you have."""


class ShowYourAdmitCard(Conflict):
    """Show your admit card at the desk of your centre. This page goes on by itself once
    it was scanned."""


class NotThisCard(Refusal):
    """This is not the number of this seat's admit card. Copy it from the card once
    more; download the card anew if the time of your test was changed, or show it at
    the desk."""


async def lock_to_sit(tx: Tx, account: AccountId, seat: SeatId) -> tuple[Slot, Seat]:
    """Raises NoSuchSeat or SeatNotBooked. Its slot is locked."""
    slot, it = await lock_seat(tx, seat, account)
    if it.state not in SITTABLE:
        raise SeatNotBooked
    return slot, it


async def require_card_shown(
    tx: Tx, slot: Slot, seat: Seat, typed: str | None, sealer: Sealer
) -> bool:
    """Scanned at the door, which marks the seat; or `typed`, the card's number, which
    marks it now: then it says True. Raises ShowYourAdmitCard or NotThisCard."""
    if seat.state is SeatState.ATTENDED:
        return False
    if typed is None:
        raise ShowYourAdmitCard
    if not is_of_card(typed, card_code(seat.seat, slot.ends_at, seals_by(sealer))):
        raise NotThisCard
    await sat.attend(tx, seat.seat)
    return True


async def attend(tx: Tx, seat: SeatId) -> Slot | None:
    """The test begins: whoever nobody marked at the door is there. And where; None:
    nowhere, as the seat was given back meanwhile."""
    found = await seats.read(tx, seat)
    if found is None:
        return None
    (slot,) = await slots.lock(tx, [found.slot])
    return slot if await sat.attend(tx, seat) else None
