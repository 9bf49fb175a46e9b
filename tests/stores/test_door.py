"""The door on a real database: who is let in, who is not, and who never came."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from app.accounts.domain.people import Identity, Role
from app.accounts.service.photos import Photos
from app.booking.domain.cards import BadCard, CardExpired, card_code
from app.booking.domain.door import (
    DoorClosed,
    MarkedAlready,
    NotExpected,
    NotHere,
    NotMarked,
    NotToday,
    UndoTooLate,
)
from app.booking.domain.refusals import NoSuchSeat
from app.booking.service.door import Door
from app.booking.service.papers import seals_of
from app.booking.service.reminders import Reminders
from app.kernel.ids import AccountId, SeatId, SlotId
from tests.stores.booking_world import T0, BookingWorld, build_booking_world
from tests.stores.entrance import NoThrottle

DAY = 86_400
STARTS = T0 + timedelta(days=30)


@dataclass
class AtTheDoor:
    world: BookingWorld
    door: Door
    reminders: Reminders
    keeper: Identity
    slot: SlotId
    asha: AccountId
    seat: SeatId

    def at(self, **after_start: float) -> None:
        self.world.clock.time = STARTS + timedelta(**after_start)

    def code(self, seat: SeatId | None = None) -> str:
        ends = STARTS + timedelta(hours=2)
        return card_code(seat or self.seat, ends, seals_of(self.world.desk))

    async def let_in(self, seat: SeatId | None = None, slot: SlotId | None = None):
        await self.door.let_in(
            self.keeper.account, slot or self.slot, seat or self.seat
        )

    async def undo(self) -> None:
        await self.door.undo(self.keeper.account, self.slot, self.seat)

    async def acts(self) -> list[str]:
        async with self.world.db.connection() as tx:
            rows = await tx.fetch("SELECT what FROM audit_event ORDER BY seq")
        return [row["what"] for row in rows]

    def letters(self, kind: str) -> list:
        return [it for it in self.world.box.letters if it.kind == kind]


@pytest.fixture
async def it(database) -> AtTheDoor:
    world = await build_booking_world(database)
    house, desk = world.house, world.desk
    photos = Photos(world.db, world.clock, house.envelopes)
    asha, slot = await world.student(), await world.slot(capacity=5)
    keeper = Identity(
        account=await world.student(),
        srn="P1",
        name="Priya",
        role=Role.PROCTOR,
        login=uuid4(),
        proved_at=T0,
        language="en",
        time_zone="Asia/Kolkata",
    )
    return AtTheDoor(
        world=world,
        door=Door(desk, photos, NoThrottle()),
        reminders=Reminders(desk),
        keeper=keeper,
        slot=slot,
        asha=asha,
        seat=await world.book(asha, slot),
    )


async def srn_of(it: AtTheDoor, account: AccountId) -> str:
    query = "SELECT srn FROM account WHERE account_id = $1"
    return str(await it.world.value(query, account))


# --- finding ------------------------------------------------------------------------


async def test_slots_of_today_are_there_with_who_is_expected(it):
    assert await it.door.today() == []
    it.at(hours=-3)
    [slot] = await it.door.today()
    assert (slot.slot, slot.expected, slot.here) == (it.slot, 1, 0)
    await it.world.run("UPDATE slot SET cancelled_at = now()")
    assert await it.door.today() == []


async def test_a_card_and_an_srn_find_the_same_seat(it):
    it.at(minutes=-30)
    srn = await srn_of(it, it.asha)
    assert await it.door.look(it.keeper, it.slot, it.code()) == it.seat
    assert await it.door.look(it.keeper, it.slot, f" {srn.lower()} ") == it.seat


async def test_an_srn_without_a_seat_here_says_just_that_and_is_in_the_trail(it):
    it.at(minutes=-30)
    ben = await it.world.student()
    known, unknown = await srn_of(it, ben), "NOBODY9"
    said = []
    for srn in (known, unknown):
        with pytest.raises(NotHere) as refused:
            await it.door.look(it.keeper, it.slot, srn)
        said.append(refused.value.message)
    assert said[0] == said[1]
    assert await it.acts() == ["door.not_here", "door.not_here"]


async def test_forged_and_old_cards_open_nothing(it):
    it.at(minutes=-30)
    forged = it.code()[:-4] + "0000"
    with pytest.raises(BadCard):
        await it.door.look(it.keeper, it.slot, forged)
    assert await it.acts() == ["door.bad_card"]
    it.at(hours=4)
    with pytest.raises(CardExpired):
        await it.door.look(it.keeper, it.slot, it.code())


async def test_a_card_of_another_slot_says_where_it_belongs(it):
    other = await it.world.slot(capacity=5)
    it.at(minutes=-30)
    with pytest.raises(NotExpected) as refused:
        await it.door.look(it.keeper, other, it.code())
    assert "Institute, 1 Main Road, Kochi" in refused.value.message
    with pytest.raises(NoSuchSeat):
        await it.door.guest(other, it.seat)
    with pytest.raises(NoSuchSeat):
        await it.let_in(slot=other)
    assert await it.world.state(it.seat) == "booked"


async def test_a_slot_of_another_day_has_no_door(it):
    with pytest.raises(NotToday):
        await it.door.look(it.keeper, it.slot, it.code())
    with pytest.raises(NotToday):
        await it.let_in()


# --- marking ------------------------------------------------------------------------


async def test_a_student_is_let_in_once_and_the_trail_has_by_whom(it):
    it.at(minutes=-30)
    await it.let_in()
    assert await it.world.state(it.seat) == "attended"
    marked = "SELECT marked_by FROM seat WHERE seat_id = $1"
    assert await it.world.value(marked, it.seat) == it.keeper.account
    with pytest.raises(MarkedAlready) as refused:
        await it.let_in()
    assert "here since 14:00" in refused.value.message  # 14:30 there is the start
    assert await it.acts() == ["seat.attended"]
    await it.world.requires_balance()


async def test_two_doors_at_the_same_moment_mark_once(it):
    it.at(minutes=-30)
    done = await asyncio.gather(it.let_in(), it.let_in(), return_exceptions=True)
    assert sorted(type(one) for one in done if one) == [MarkedAlready]
    assert await it.acts() == ["seat.attended"]


@pytest.mark.parametrize(
    ("minutes", "opens"), [(-91, False), (-90, True), (120, True), (121, False)]
)
async def test_the_door_is_open_from_before_the_start_till_the_end(it, minutes, opens):
    it.at(minutes=minutes)
    if opens:
        await it.let_in()
        return
    with pytest.raises(DoorClosed):
        await it.let_in()
    assert await it.world.state(it.seat) == "booked"


async def test_a_cancelled_or_unpaid_seat_is_not_let_in(it):
    ben = await it.world.student()
    await it.world.changing.cancel(it.asha, "k" * 8, it.seat)
    it.at(hours=-2)
    held = await it.world.hold(ben, it.slot)
    it.at(minutes=-30)
    for seat, why in ((it.seat, "cancelled"), (held, "not paid")):
        assert await it.door.look(it.keeper, it.slot, it.code(seat)) == seat
        assert why in (await it.door.guest(it.slot, seat)).why_not
        with pytest.raises(NotExpected):
            await it.let_in(seat)


async def test_a_mark_is_taken_back_on_its_day_alone(it):
    it.at(minutes=-30)
    with pytest.raises(NotMarked):
        await it.undo()
    await it.let_in()
    await it.undo()
    assert await it.world.state(it.seat) == "booked"
    await it.let_in()
    assert await it.acts() == ["seat.attended", "seat.mark_undone", "seat.attended"]
    await it.world.run(
        "UPDATE seat SET marked_at = marked_at - interval '1 day' WHERE seat_id = $1",
        it.seat,
    )
    with pytest.raises(UndoTooLate):
        await it.undo()


async def test_the_page_of_the_student_hears_of_it(it):
    it.at(minutes=-30)
    async with it.world.bell.listen() as rings:
        await it.let_in()
        heard = await rings.take(within_s=0, or_all_every_s=5)
    assert f"seats:{it.asha}" in heard.topics


# --- who never came -----------------------------------------------------------------


async def test_who_never_came_is_absent_an_hour_after_the_end_and_told_so(it):
    ben = await it.world.student()
    came = await it.world.book(ben, it.slot)
    it.at(minutes=-30)
    await it.let_in(came)
    it.at(hours=2, minutes=59)
    assert await it.door.sweep() == 0
    it.at(hours=3)
    assert sum(await asyncio.gather(it.door.sweep(), it.door.sweep())) == 1
    assert await it.door.sweep() == 0
    assert await it.world.state(it.seat) == "absent"
    assert await it.world.state(came) == "attended"
    [letter] = it.letters("test_absent")
    assert letter.about == it.asha
    assert await it.world.value("SELECT count(*) FROM refund") == 0
    await it.world.requires_balance()


async def test_where_no_door_was_in_use_absence_waits_for_three_days(it):
    it.at(days=3)
    assert await it.door.sweep() == 0
    assert await it.world.state(it.seat) == "booked"
    it.at(days=3, hours=2)
    assert await it.door.sweep() == 1
    # An open mark would keep them from booking again for good.
    assert await it.world.hold(it.asha, await it.world.slot(days=60))


# --- reminders ----------------------------------------------------------------------


async def test_a_reminder_comes_once_a_day_before(it):
    it.at(days=-1, minutes=-1)
    assert await it.reminders.sweep() == 0
    it.at(days=-1)
    sweeps = it.reminders.sweep(), it.reminders.sweep()
    assert sum(await asyncio.gather(*sweeps)) == 1
    assert await it.reminders.sweep() == 0
    [letter] = it.letters("test_reminder")
    assert str(it.seat) in letter.text


async def test_who_booked_on_the_last_day_or_cancelled_is_not_reminded(it):
    await it.world.changing.cancel(it.asha, "k" * 8, it.seat)
    it.at(hours=-20)
    await it.world.book(await it.world.student(), it.slot)
    assert await it.reminders.sweep() == 0
