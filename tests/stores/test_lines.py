"""Waiting in line: first come, first offered; told, timed, and never lost."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.booking.domain.refusals import (
    HeldAlready,
    HoldOver,
    InLineAlready,
    SlotFull,
    TooManyLines,
)
from app.booking.domain.words import Wish
from app.booking.service.paying import Settled
from app.portals.domain import Portal, Window
from tests.stores.booking_world import MODULE, build_booking_world, key


@pytest.fixture
async def world(database):
    return await build_booking_world(database)


async def join(world, account, slot):
    await world.lines.join(account, key(), Wish(slot=slot, module=MODULE))


async def offer_of(world, account):
    return await world.value(
        "SELECT seat_id FROM seat WHERE account_id = $1 AND state = 'offered'", account
    )


async def full_slot(world, waiting: int):
    holder, slot = await world.student(), await world.slot()
    seat = await world.hold(holder, slot)
    line = await world.students(waiting)
    for it in line:
        await join(world, it, slot)
    return holder, slot, seat, line


async def test_who_came_first_is_offered_the_seat_and_told(world):
    holder, _, seat, (first, second) = await full_slot(world, 2)
    await world.seats.release(holder, key(), seat)
    assert await offer_of(world, first) is not None
    assert await offer_of(world, second) is None
    assert [it.kind for it in world.box.letters] == ["test_offered"]


async def test_nobody_takes_the_seat_before_who_waits(world):
    holder, slot, seat, _ = await full_slot(world, 1)
    await world.seats.release(holder, key(), seat)
    with pytest.raises(SlotFull):
        await world.hold(await world.student(), slot)


async def test_a_hold_that_runs_out_goes_to_the_line_and_not_to_who_asks(world):
    _, slot, _, (first,) = await full_slot(world, 1)
    world.clock.forward(601)
    with pytest.raises(SlotFull):
        await world.hold(await world.student(), slot)
    await world.seats.sweep()
    assert await offer_of(world, first) is not None


async def test_an_offer_is_taken_paid_and_booked(world):
    holder, _, seat, (first,) = await full_slot(world, 1)
    await world.seats.release(holder, key(), seat)
    offer = await offer_of(world, first)
    await world.lines.take(first, key(), offer)
    paid = await world.pay(first, offer)
    assert await world.paying.settle(paid) is Settled.BOOKED
    await world.requires_balance()


async def test_an_offer_nobody_takes_goes_on_to_the_next(world):
    holder, _, seat, (first, second) = await full_slot(world, 2)
    await world.seats.release(holder, key(), seat)
    offer = await offer_of(world, first)
    world.clock.forward(2 * 3_600 + 1)
    await world.seats.sweep()
    assert await offer_of(world, second) is not None
    with pytest.raises(HoldOver):
        await world.lines.take(first, key(), offer)


async def test_who_gives_an_offer_back_passes_it_on(world):
    holder, _, seat, (first, second) = await full_slot(world, 2)
    await world.seats.release(holder, key(), seat)
    await world.seats.release(first, key(), await offer_of(world, first))
    assert await offer_of(world, second) is not None


async def test_who_has_booked_elsewhere_is_passed_over_and_waits_no_more(world):
    holder, _, seat, (first, second) = await full_slot(world, 2)
    await world.book(first, await world.slot())
    await world.seats.release(holder, key(), seat)
    assert await offer_of(world, first) is None
    assert await offer_of(world, second) is not None


async def test_a_line_that_the_booking_outlives_ends_with_a_letter(world):
    _, _, _, (first,) = await full_slot(world, 1)
    world.clock.forward(30 * 86_400)
    await world.seats.sweep()
    state = await world.value("SELECT state FROM waiting WHERE account_id = $1", first)
    assert state == "ended"
    assert [it.kind for it in world.box.letters] == ["test_line_ended"]


async def test_one_stands_in_a_line_once_and_in_few_lines(world):
    _, slot, _, (first,) = await full_slot(world, 1)
    with pytest.raises(InLineAlready):
        await join(world, first, slot)
    for _ in range(4):
        other = await world.slot()
        await world.hold(await world.student(), other)
        await join(world, first, other)
    last = await world.slot()
    await world.hold(await world.student(), last)
    with pytest.raises(TooManyLines):
        await join(world, first, last)


async def test_who_has_a_seat_waits_for_none(world):
    holder, _, _, _ = await full_slot(world, 0)
    other = await world.slot()
    await world.hold(await world.student(), other)
    with pytest.raises(HeldAlready):
        await join(world, holder, other)


async def test_a_free_seat_that_nobody_in_line_may_have_keeps_no_sweep_busy(world):
    holder, _, seat, (asha,) = await full_slot(world, 1)
    elsewhere = await world.hold(asha, await world.slot())
    await world.seats.release(holder, key(), seat)
    assert await offer_of(world, asha) is None
    assert await world.seats.sweep() == 0
    await world.seats.release(asha, key(), elsewhere)
    assert await world.seats.sweep() == 1
    assert await offer_of(world, asha) is not None


async def close_the_portal(world, hours: float) -> None:
    now = world.clock.now()
    window = Window(
        window=uuid4(),
        portal=Portal.TESTS,
        closed_from=now,
        closed_till=now + timedelta(hours=hours),
        announced_from=now,
        reason="New servers.",
    )
    await world.portals.make(await world.student(), window)


async def test_no_offer_runs_out_while_the_portal_is_closed(world):
    holder, _, seat, (first,) = await full_slot(world, 1)
    await world.seats.release(holder, key(), seat)
    await close_the_portal(world, hours=5)
    await world.seats.sweep()
    world.clock.forward(5 * 3_600 + 60)
    await world.seats.sweep()
    await world.lines.take(first, key(), await offer_of(world, first))


async def test_nothing_is_offered_while_nobody_could_take_it(world):
    holder, _, seat, (first,) = await full_slot(world, 1)
    await close_the_portal(world, hours=5)
    await world.seats.release(holder, key(), seat)
    assert await offer_of(world, first) is None
    assert await world.seats.sweep() == 0
    world.clock.forward(5 * 3_600 + 60)
    assert await world.seats.sweep() == 1
    assert await offer_of(world, first) is not None


async def test_a_hold_that_is_over_elsewhere_keeps_nobody_out_of_a_line(world):
    _, slot, _, _ = await full_slot(world, 0)
    ben = await world.student()
    await world.hold(ben, await world.slot())
    world.clock.forward(601)
    await world.hold(await world.student(), slot)
    await join(world, ben, slot)
