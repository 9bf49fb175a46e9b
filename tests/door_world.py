"""Booked seats of the people of a test, on the database of the real application."""

from dataclasses import dataclass
from datetime import timedelta

from app.adapters.clock import AnchoredClock
from app.kernel.ids import AccountId, SeatId, SlotId
from tests.stores.booking_world import T0, BookingWorld, build_booking_world


@dataclass
class Booked:
    """Asha's seat; her test begins in seventy minutes: its door is open."""

    world: BookingWorld
    asha: AccountId
    slot: SlotId
    seat: SeatId

    def path(self, paper: str, seat: SeatId | None = None) -> str:
        return f"/tests/seats/{seat or self.seat}/{paper}"

    @property
    def door(self) -> str:
        return f"/staff/door/{self.slot}"


async def book(database, **ahead: float) -> Booked:
    world = await build_booking_world(database)
    world.clock.time = AnchoredClock().now()
    asha = AccountId(
        await world.value("SELECT account_id FROM account WHERE srn = 'ASHA001'")
    )
    slot = await slot_in(world, **(ahead or {"minutes": 70}))
    return Booked(world, asha, slot, await world.book(asha, slot))


async def slot_in(world: BookingWorld, **ahead: float) -> SlotId:
    """Begins so long from now."""
    days = (world.clock.now() + timedelta(**ahead) - T0) / timedelta(days=1)
    slot = await world.slot(capacity=5, days=days)
    await world.run(
        """UPDATE slot SET day = (starts_at AT TIME ZONE 'Asia/Kolkata')::date
           WHERE slot_id = $1""",
        slot,
    )
    return slot
