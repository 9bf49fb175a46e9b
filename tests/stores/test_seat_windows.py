"""Closed portals, clocks that differ, and payments of orders that are not ours."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.adapters.payments import Captured
from app.booking.domain.words import Wish
from app.booking.service.paying import Settled
from app.portals.domain import Portal, PortalClosed, Window
from tests.stores.booking_world import FEE, MODULE, build_booking_world, key


@pytest.fixture
async def world(database):
    return await build_booking_world(database)


async def close(world, portal: Portal = Portal.TESTS) -> Window:
    now = world.clock.now()
    window = Window(
        window=uuid4(),
        portal=portal,
        closed_from=now,
        closed_till=now + timedelta(hours=1),
        announced_from=now,
        reason="The servers move to another building.",
    )
    await world.portals.make(await world.student(), window)
    return window


async def test_while_the_portal_is_closed_nothing_new_begins(world):
    asha, ben = await world.students(2)
    full, free = await world.slot(), await world.slot()
    booked = await world.book(asha, full)
    await close(world)
    wish = Wish(slot=full, module=MODULE)
    with pytest.raises(PortalClosed):
        await world.hold(ben, free)
    with pytest.raises(PortalClosed):
        await world.lines.join(ben, key(), wish)
    with pytest.raises(PortalClosed):
        await world.changing.hold_move(asha, key(), booked, free)
    assert isinstance(await world.seats.why_not(ben, MODULE), PortalClosed)
    assert await world.value("SELECT count(*) FROM seat") == 1
    world.clock.forward(3_600)
    await world.hold(ben, free)


async def test_another_portal_is_another_matter(world):
    await close(world, Portal.LEARNING)
    await world.hold(await world.student(), await world.slot())


async def test_a_payment_that_runs_finishes_while_the_portal_is_closed(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    await close(world)
    paid = await world.pay(asha, seat)
    assert await world.paying.settle(paid) is Settled.BOOKED


async def test_what_is_given_back_is_taken_while_the_portal_is_closed(world):
    asha, ben = await world.students(2)
    slot = await world.slot(2)
    booked, held = await world.book(asha, slot), await world.hold(ben, slot)
    await close(world)
    await world.seats.release(ben, key(), held)
    assert await world.changing.cancel(asha, key(), booked) == FEE
    await world.requires_balance()


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
async def test_a_payment_counts_whatever_the_clock_of_the_provider_says(world, days):
    asha, slot = await world.student(), await world.slot()
    page = await world.begin(asha, await world.hold(asha, slot))
    paid = world.till.pay(page, world.clock.now() + timedelta(days=days))
    assert await world.paying.settle(paid) is Settled.BOOKED
    assert await world.value("SELECT paid_at FROM payment") == paid.paid_at
    assert await world.value("SELECT known_at FROM payment") == world.clock.now()
    await world.requires_balance()


async def test_a_payment_of_an_order_that_is_not_ours_changes_nothing(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    await world.begin(asha, seat)
    strange = Captured(
        provider_order="order_of_another_shop",
        provider_payment="pay_1",
        amount=FEE,
        paid_at=world.clock.now(),
    )
    assert await world.paying.settle(strange) is Settled.NOT_OURS
    assert await world.books() == (0, 0, 0, 0)
    assert await world.state(seat) == "held"
    assert world.box.letters == []
