"""Holding, booking, moving and cancelling seats on a real database."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app.booking.domain.policy import BookingPolicy
from app.booking.domain.refusals import (
    AnotherThen,
    BookedAlready,
    BookingClosed,
    HeldAlready,
    HoldOver,
    HoursMissing,
    IncidentOpen,
    KeyReused,
    MovedTooOften,
    NoSuchSeat,
    OtherFee,
    OtherModule,
    SeatsFree,
    SlotFull,
    TooLateToChange,
    TooSoonAgain,
)
from app.booking.domain.words import Wish
from app.booking.service.live import Live
from app.booking.service.paying import Settled
from app.kernel.ids import ModuleCode
from tests.stores.booking_world import (
    FEE,
    MODULE,
    T0,
    Money,
    build_booking_world,
    key,
)


@pytest.fixture
async def world(database):
    return await build_booking_world(database)


async def test_a_seat_is_held_paid_and_booked(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    assert await world.state(seat) == "held"
    paid = await world.pay(asha, seat)
    assert await world.paying.settle(paid) is Settled.BOOKED
    assert await world.state(seat) == "booked"
    await world.requires_balance()


async def test_the_last_seat_is_one_persons(world):
    asha, ben = await world.students(2)
    slot = await world.slot()
    await world.hold(asha, slot)
    with pytest.raises(SlotFull):
        await world.hold(ben, slot)


async def test_of_two_at_the_same_moment_one_gets_the_last_seat(world):
    students, slot = await world.students(8), await world.slot()
    tried = await asyncio.gather(
        *(world.hold(it, slot) for it in students), return_exceptions=True
    )
    assert sum(isinstance(it, SlotFull) for it in tried) == 7
    await world.requires_balance()


async def test_a_double_click_is_one_hold(world):
    asha, slot, once = await world.student(), await world.slot(5), key()
    first, second = await asyncio.gather(
        world.hold(asha, slot, key=once), world.hold(asha, slot, key=once)
    )
    assert first == second
    assert await world.value("SELECT count(*) FROM seat") == 1


async def test_a_key_is_for_one_request(world):
    asha, once = await world.student(), key()
    await world.hold(asha, await world.slot(), key=once)
    with pytest.raises(KeyReused):
        await world.hold(asha, await world.slot(), key=once)


async def test_a_hold_ends_by_itself_and_the_next_gets_it_at_once(world):
    asha, ben = await world.students(2)
    slot = await world.slot()
    seat = await world.hold(asha, slot)
    world.clock.forward(601)
    await world.hold(ben, slot)
    assert await world.state(seat) == "expired"


async def test_one_hold_and_one_booking_a_module(world):
    asha = await world.student()
    held = await world.hold(asha, await world.slot())
    with pytest.raises(HeldAlready):
        await world.hold(asha, await world.slot())
    await world.paying.settle(await world.pay(asha, held))
    with pytest.raises(BookedAlready):
        await world.hold(asha, await world.slot())


async def test_a_hold_that_is_over_is_not_in_the_way(world):
    asha = await world.student()
    await world.hold(asha, await world.slot())
    world.clock.forward(601)
    assert await world.state(await world.hold(asha, await world.slot())) == "held"


async def test_who_is_not_fit_holds_nothing_and_is_told_why(world):
    asha, slot = await world.student(), await world.slot()
    world.hours_missing.add(asha)
    with pytest.raises(HoursMissing, match="10 h 00 min"):
        await world.hold(asha, slot)
    world.hours_missing.clear()
    world.incidents.add(asha)
    with pytest.raises(IncidentOpen):
        await world.hold(asha, slot)
    assert isinstance(await world.seats.why_not(asha, MODULE), IncidentOpen)


async def test_no_seat_is_sold_whose_test_would_not_open_again_so_soon(world):
    asha, ben = await world.students(2)
    slot, later = await world.slot(1), await world.slot(1, days=31)
    booked = await world.book(asha, later)
    world.cooling_till = dict.fromkeys((asha, ben), T0 + timedelta(days=30, minutes=1))
    with pytest.raises(TooSoonAgain, match="again from Wednesday, 1 April 2026, 14:31"):
        await world.hold(ben, slot)
    with pytest.raises(TooSoonAgain):
        await world.changing.hold_move(asha, key(), booked, slot)
    await world.book(await world.student(), slot)
    with pytest.raises(TooSoonAgain):
        await world.lines.join(ben, key(), Wish(slot=slot, module=MODULE))
    world.cooling_till[ben] = T0 + timedelta(days=30)
    await world.lines.join(ben, key(), Wish(slot=slot, module=MODULE))


async def test_who_became_unfit_cannot_begin_to_pay_and_late_money_goes_back(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    paid = await world.pay(asha, seat)
    world.incidents.add(asha)
    with pytest.raises(IncidentOpen):
        await world.begin(asha, seat)
    assert await world.paying.settle(paid) is Settled.GIVEN_BACK
    assert await world.state(seat) == "released"
    await world.requires_balance()


async def test_a_slot_is_bookable_from_opening_to_closing_for_its_modules(world):
    asha = await world.student()
    with pytest.raises(OtherModule):
        await world.hold(asha, await world.slot(modules=["OTHER1"]))
    with pytest.raises(BookingClosed):
        await world.hold(asha, await world.slot(days=0.01))


async def test_seats_for_wheelchairs_are_a_pool_of_their_own(world):
    asha, ben, chitra = await world.students(3)
    slot = await world.slot(2, accessible=1)
    await world.hold(asha, slot)
    with pytest.raises(SlotFull):
        await world.hold(ben, slot)
    await world.hold(ben, slot, accessible=True)
    with pytest.raises(SlotFull):
        await world.hold(chitra, slot, accessible=True)


async def test_blocked_seats_are_nobodys(world):
    with pytest.raises(SlotFull):
        await world.hold(await world.student(), await world.slot(3, blocked=3))


async def test_a_webhook_told_twice_counts_once(world):
    asha, slot = await world.student(), await world.slot()
    paid = await world.pay(asha, await world.hold(asha, slot))
    both = await asyncio.gather(world.paying.settle(paid), world.paying.settle(paid))
    assert sorted(both) == [Settled.BOOKED, Settled.KNOWN]
    await world.requires_balance()


async def test_a_second_payment_of_one_order_goes_back(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    first, second = await world.pay(asha, seat), await world.pay(asha, seat)
    assert await world.paying.settle(first) is Settled.BOOKED
    assert await world.paying.settle(second) is Settled.GIVEN_BACK
    assert await world.value("SELECT reason FROM refund") == "paid_twice"
    await world.requires_balance()


@pytest.mark.parametrize(
    "amount", [Money(minor=100, currency="INR"), Money(minor=50_000, currency="USD")]
)
async def test_another_amount_than_ours_buys_nothing(world, amount):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    paid = await world.pay(asha, seat, amount=amount)
    assert await world.paying.settle(paid) is Settled.GIVEN_BACK
    assert await world.state(seat) == "held"
    await world.requires_balance()


async def test_a_late_payment_is_seated_again_where_a_seat_is_free(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    paid = await world.pay(asha, seat)
    world.clock.forward(3_600)
    await world.seats.sweep()
    assert await world.state(seat) == "expired"
    assert await world.paying.settle(paid) is Settled.BOOKED
    booked = await world.value("SELECT count(*) FROM seat WHERE state = 'booked'")
    assert booked == 1
    await world.requires_balance()


async def test_a_late_payment_goes_back_where_somebody_has_the_seat(world):
    asha, ben = await world.students(2)
    slot = await world.slot()
    paid = await world.pay(asha, await world.hold(asha, slot))
    world.clock.forward(601)
    await world.book(ben, slot)
    assert await world.paying.settle(paid) is Settled.GIVEN_BACK
    assert await world.value("SELECT reason FROM refund") == "too_late"
    await world.requires_balance()


async def test_money_for_a_seat_that_was_given_back_goes_back(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    paid = await world.pay(asha, seat)
    await world.seats.release(asha, key(), seat)
    assert await world.paying.settle(paid) is Settled.GIVEN_BACK
    await world.requires_balance()


async def test_news_that_is_lost_is_asked_for(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    await world.pay(asha, seat)
    assert await world.paying.ask_again() == 0
    world.clock.forward(120)
    assert await world.paying.ask_again() == 1
    assert await world.state(seat) == "booked"
    world.clock.forward(120)
    assert await world.paying.ask_again() == 0


async def test_a_second_payment_is_asked_for_too_when_its_news_is_lost(world):
    asha, slot = await world.student(), await world.slot()
    page = await world.begin(asha, await world.hold(asha, slot))
    await world.paying.settle(world.till.pay(page, world.clock.now()))
    world.till.pay(page, world.clock.now())
    world.clock.forward(6 * 3_600)
    assert await world.paying.ask_again() == 1
    assert await world.value("SELECT reason FROM refund") == "paid_twice"
    await world.requires_balance()


async def test_after_a_wrong_amount_the_right_one_is_asked_for_soon(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    less = Money(minor=100, currency="INR")
    await world.paying.settle(await world.pay(asha, seat, amount=less))
    await world.pay(asha, seat)
    world.clock.forward(120)
    assert await world.paying.ask_again() == 1
    assert await world.state(seat) == "booked"


async def test_a_hold_that_is_over_is_not_paid(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    world.clock.forward(600)
    with pytest.raises(HoldOver):
        await world.begin(asha, seat)


async def test_anothers_seat_is_nobodys_business(world):
    asha, ben = await world.students(2)
    seat = await world.hold(asha, await world.slot())
    with pytest.raises(NoSuchSeat):
        await world.begin(ben, seat)
    with pytest.raises(NoSuchSeat):
        await world.seats.release(ben, key(), seat)


async def test_a_test_that_costs_nothing_is_booked_without_paying(world):
    asha = await world.student()
    centre = await world.centre(fee_minor=0, currency="INR")
    seat = await world.hold(asha, await world.slot(centre=centre))
    assert await world.paying.begin(asha, key(), seat) is None
    assert await world.state(seat) == "booked"


async def test_cancelling_early_gives_all_back_and_late_less_a_fee(world):
    asha, ben = await world.students(2)
    slot = await world.slot(2)
    early, late = await world.book(asha, slot), await world.book(ben, slot)
    assert await world.changing.cancel(asha, key(), early) == FEE
    world.clock.forward(timedelta(days=25).total_seconds())
    back = await world.changing.cancel(ben, key(), late)
    assert back == Money(minor=40_000, currency="INR")
    assert await world.books() == (100_000, 0, 10_000, 90_000)
    await world.requires_balance()


async def test_two_days_before_nothing_changes_any_more(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.book(asha, slot)
    world.clock.forward(timedelta(days=28, minutes=1).total_seconds())
    with pytest.raises(TooLateToChange):
        await world.changing.cancel(asha, key(), seat)
    with pytest.raises(TooLateToChange):
        await world.changing.hold_move(asha, key(), seat, await world.slot())


async def test_where_we_changed_the_slot_cancelling_is_free_to_the_end(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.book(asha, slot)
    world.clock.forward(timedelta(days=28, minutes=1).total_seconds())
    until = world.clock.now() + timedelta(days=1)
    await world.run("UPDATE seat SET free_until = $1", until)
    assert await world.changing.cancel(asha, key(), seat) == FEE


async def test_cancelling_twice_with_one_key_is_one_refund(world):
    asha, slot, once = await world.student(), await world.slot(), key()
    seat = await world.book(asha, slot)
    both = await asyncio.gather(
        *(world.changing.cancel(asha, once, seat) for _ in range(2))
    )
    assert both == [FEE, FEE]
    assert await world.value("SELECT count(*) FROM refund") == 1


async def test_moving_early_costs_nothing_and_frees_the_old_seat(world):
    asha, ben = await world.students(2)
    first, second = await world.slot(), await world.slot()
    seat = await world.book(asha, first)
    new = await world.changing.hold_move(asha, key(), seat, second)
    assert (await world.state(seat), await world.state(new)) == ("moved", "booked")
    await world.book(ben, first)
    await world.requires_balance()


async def test_moving_late_costs_a_fee_and_keeps_the_old_seat_till_it_is_paid(world):
    asha = await world.student()
    seat = await world.book(asha, await world.slot())
    world.clock.forward(timedelta(days=25).total_seconds())
    new = await world.changing.hold_move(asha, key(), seat, await world.slot())
    assert (await world.state(seat), await world.state(new)) == ("booked", "held")
    fee = Money(minor=10_000, currency="INR")
    paid = await world.pay(asha, new, amount=fee)
    assert await world.paying.settle(paid) is Settled.BOOKED
    assert (await world.state(seat), await world.state(new)) == ("moved", "booked")
    assert await world.books() == (60_000, 50_000, 10_000, 0)
    await world.requires_balance()


async def test_a_move_paid_too_late_goes_back_and_the_old_seat_stays(world):
    asha = await world.student()
    seat = await world.book(asha, await world.slot())
    world.clock.forward(timedelta(days=25).total_seconds())
    new = await world.changing.hold_move(asha, key(), seat, await world.slot())
    paid = await world.pay(asha, new, amount=Money(minor=10_000, currency="INR"))
    world.clock.forward(700)
    await world.seats.sweep()
    assert await world.paying.settle(paid) is Settled.GIVEN_BACK
    assert await world.state(seat) == "booked"
    await world.requires_balance()


async def test_cancelling_gives_back_what_is_held_to_move_to(world):
    asha = await world.student()
    seat = await world.book(asha, await world.slot())
    world.clock.forward(timedelta(days=25).total_seconds())
    new = await world.changing.hold_move(asha, key(), seat, await world.slot())
    await world.changing.cancel(asha, key(), seat)
    assert await world.state(new) == "released"
    await world.requires_balance()


async def test_a_booking_moves_so_often_and_no_more(database):
    world = await build_booking_world(database, policy=BookingPolicy(moves_most=1))
    asha = await world.student()
    seat = await world.book(asha, await world.slot())
    seat = await world.changing.hold_move(asha, key(), seat, await world.slot())
    with pytest.raises(MovedTooOften):
        await world.changing.hold_move(asha, key(), seat, await world.slot())


async def test_a_seat_is_not_moved_to_where_the_test_costs_something_else(world):
    asha = await world.student()
    seat = await world.book(asha, await world.slot())
    dubai = await world.slot(centre=await world.centre(fee_minor=8_000, currency="AED"))
    with pytest.raises(OtherFee):
        await world.changing.hold_move(asha, key(), seat, dubai)


async def test_after_a_move_there_is_no_second_booking_besides(world):
    asha = await world.student()
    seat = await world.book(asha, await world.slot())
    await world.changing.hold_move(asha, key(), seat, await world.slot())
    with pytest.raises(BookedAlready):
        await world.hold(asha, await world.slot())
    with pytest.raises(asyncpg.UniqueViolationError):
        await world.run(
            """INSERT INTO seat (seat_id, slot_id, account_id, module_code, state,
                   held_at, held_until, order_id)
               SELECT gen_random_uuid(), slot_id, account_id, module_code, 'held',
                   now(), now(), order_id FROM seat WHERE state = 'booked'"""
        )


async def test_a_line_is_only_for_a_full_slot(world):
    asha, wish = await world.student(), Wish(slot=await world.slot(), module=MODULE)
    with pytest.raises(SeatsFree):
        await world.lines.join(asha, key(), wish)


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE slot SET taken = capacity + 1",
        "UPDATE slot SET blocked = capacity",
        "UPDATE seat SET state = 'released', ended_at = now()",
        "UPDATE seat SET state = 'cancelled', ended_at = now()",
        "UPDATE payment SET amount_minor = 1",
        "UPDATE payment SET buys_seat = false",
        "UPDATE payment SET buys_seat = false, kept_minor = amount_minor",
        "DELETE FROM payment",
        "DELETE FROM seat",
        """INSERT INTO test_order (order_id, account_id, module_code, kind,
               amount_minor, currency, made_at)
           SELECT gen_random_uuid(), account_id, 'M1', 'fee', 0, 'INR', now() FROM seat;
           UPDATE seat SET order_id =
               (SELECT order_id FROM test_order WHERE amount_minor = 0)""",
        "UPDATE test_order SET amount_minor = 1",
        """INSERT INTO refund (refund_id, payment_id, amount_minor, reason, asked_at,
               due_at)
           SELECT gen_random_uuid(), payment_id, 1, 'cancelled', now(), now()
           FROM payment""",
        """INSERT INTO payment (payment_id, order_id, provider, provider_payment,
               amount_minor, currency, paid_at, known_at, buys_seat)
           SELECT gen_random_uuid(), order_id, 'x', 'y', 1, currency, now(), now(),
               false FROM payment""",
    ],
)
async def test_the_schema_refuses_books_that_do_not_balance(world, lie):
    await world.book(await world.student(), await world.slot())
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await world.run(lie)
    await world.requires_balance()


async def test_money_and_the_end_of_the_hold_at_the_same_moment_leave_one_answer(world):
    for _ in range(6):
        asha, slot = await world.student(), await world.slot()
        paid = await world.pay(asha, await world.hold(asha, slot))
        world.clock.forward(660)
        await asyncio.gather(
            world.paying.settle(paid),
            world.seats.settle(slot),
            world.paying.settle(paid),
        )
        await world.requires_balance()


async def test_two_who_swap_their_slots_never_block_each_other(world):
    here, there = await world.slot(9), await world.slot(9)
    students = await world.students(6)
    booked = [
        (it, await world.book(it, here if n % 2 else there), there if n % 2 else here)
        for n, it in enumerate(students)
    ]
    before = await deadlocks(world)
    await asyncio.gather(
        *(world.changing.hold_move(it, key(), seat, to) for it, seat, to in booked)
    )
    assert await deadlocks(world) == before
    await world.requires_balance()


async def deadlocks(world) -> object:
    await world.value("SELECT pg_stat_force_next_flush()")
    return await world.value(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )


async def test_nobody_holds_two_tests_at_the_same_time(world):
    await world.run(
        """INSERT INTO module (code, set_code, title, hours, summary, position)
           VALUES ('M2', 'A', 'Other', 40, '', 2)"""
    )
    asha, slot = await world.student(), await world.slot(5)
    await world.hold(asha, slot)
    with pytest.raises(AnotherThen):
        await world.seats.hold(asha, key(), Wish(slot=slot, module=ModuleCode("M2")))
    later = Wish(slot=await world.slot(days=31), module=ModuleCode("M2"))
    await world.seats.hold(asha, key(), later)


async def test_who_is_not_fit_any_more_does_not_move(world):
    asha = await world.student()
    seat, other = await world.book(asha, await world.slot()), await world.slot()
    world.incidents.add(asha)
    with pytest.raises(IncidentOpen):
        await world.changing.hold_move(asha, key(), seat, other)


async def test_a_seat_is_not_booked_once_its_test_has_begun(world):
    asha, slot = await world.student(), await world.slot()
    seat = await world.hold(asha, slot)
    paid = await world.pay(asha, seat)
    world.clock.forward(timedelta(days=30).total_seconds())
    assert await world.paying.settle(paid) is Settled.GIVEN_BACK
    assert await world.state(seat) == "released"
    await world.requires_balance()


async def test_a_busy_student_pushes_nobody_out_of_their_own_news(world):
    asha, ben = await world.students(2)
    seat = await world.hold(ben, await world.slot())
    slot = await world.slot()
    for _ in range(45):
        await world.seats.release(asha, key(), await world.hold(asha, slot))
    told = await Live(world.desk).seats([str(asha), str(ben)])
    assert [it["seat"] for it in told[str(ben)]["seats"]] == [str(seat)]
