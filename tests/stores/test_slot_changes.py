"""Slots that have seats: guarded, told, and cancelled with all their money."""

import asyncio
from datetime import timedelta

import pytest

from app.booking.domain.planning import Span
from app.booking.domain.planning_refusals import (
    BadPattern,
    BadTimes,
    ModuleInUse,
    NoSuchTestModule,
    SlotBegun,
    SlotsOverlap,
    SlotTookPlace,
    TooFewSeats,
)
from app.booking.domain.refusals import NoSuchSeat, SlotCancelled
from app.booking.domain.words import Wish
from app.booking.service.finding import Finding
from app.booking.service.paying import Settled
from app.booking.service.reminders import Reminders
from app.booking.service.slot_cancelling import SlotCancelling
from app.booking.service.slot_changes import SlotChanges
from tests.stores.booking_world import (
    FEE,
    MODULE,
    T0,
    build_booking_world,
    key,
)

START = T0 + timedelta(days=30)
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
async def world(database):
    return await build_booking_world(database)


@pytest.fixture
async def admin(world):
    return await world.student()


@pytest.fixture
def changes(world):
    return SlotChanges(world.desk)


@pytest.fixture
def cancelling(world):
    return SlotCancelling(world.desk)


def span(**later) -> Span:
    start = START + timedelta(**later)
    return Span(starts_at=start, ends_at=start + TWO_HOURS)


def forward(world, **by) -> None:
    world.clock.time += timedelta(**by)


def letters(world, kind: str) -> list:
    return [it for it in world.box.letters if it.kind == kind]


async def join(world, account, slot) -> None:
    await world.lines.join(account, key(), Wish(slot=slot, module=MODULE))


async def one_booked_and_one_in_line(world):
    """The slot of one seat, and who waits for it."""
    slot = await world.slot(1)
    first, second = await world.students(2)
    await world.book(first, slot)
    await join(world, second, slot)
    return slot, second


# --- seats ------------------------------------------------------------------------


async def test_a_slot_never_has_fewer_seats_than_are_taken(world, changes, admin):
    slot = await world.slot(5)
    for student in await world.students(2):
        await world.book(student, slot)
    with pytest.raises(TooFewSeats, match="cannot be below 3"):
        await changes.seats(admin, slot, 2, 0, 1)
    with pytest.raises(TooFewSeats):
        await changes.seats(admin, slot, 3, 2, 0)
    with pytest.raises(BadPattern):
        await changes.seats(admin, slot, 101, 0, 0)
    await changes.seats(admin, slot, 3, 0, 1)
    await world.requires_balance()


async def test_a_stale_hold_does_not_stand_in_the_way(world, changes, admin):
    slot = await world.slot(2)
    await world.hold(await world.student(), slot)
    with pytest.raises(TooFewSeats):
        await changes.seats(admin, slot, 2, 0, 2)
    forward(world, minutes=11)
    await changes.seats(admin, slot, 2, 0, 2)


async def test_more_seats_are_offered_to_who_waits(world, changes, admin):
    slot, second = await one_booked_and_one_in_line(world)
    await changes.seats(admin, slot, 2, 0, 0)
    state = "SELECT state FROM seat WHERE account_id = $1"
    assert await world.value(state, second) == "offered"
    assert world.box.newest("test_offered")


async def test_a_slot_that_has_begun_stays_as_it_is(world, changes, cancelling, admin):
    slot = await world.slot(2)
    forward(world, days=30, minutes=1)
    with pytest.raises(SlotBegun):
        await changes.seats(admin, slot, 3, 0, 0)
    with pytest.raises(SlotBegun):
        await changes.move(admin, slot, span(days=1))
    forward(world, hours=2)
    with pytest.raises(SlotBegun):
        await cancelling.cancel(admin, slot)


# --- times ------------------------------------------------------------------------


async def test_another_time_is_told_with_the_old_one_and_cancelling_is_free(
    world, changes, admin
):
    slot = await world.slot(5)
    paid, holding = await world.students(2)
    seat = await world.book(paid, slot)
    await world.hold(holding, slot)
    forward(world, days=25)  # It would cost a fee by now.
    await world.hold(holding, slot)
    assert (await world.changing.terms(paid, seat)).fee.minor > 0
    assert await changes.move(admin, slot, span(days=40)) == 2
    letter = letters(world, "test_slot_changed")[0]
    assert "1 April 2026, 14:30 (Asia/Kolkata)" in letter.text
    assert "11 May 2026, 14:30 (Asia/Kolkata)" in letter.text
    terms = await world.changing.terms(paid, seat)
    assert (terms.fee.minor, terms.can_cancel) == (0, True)
    free = await world.value("SELECT free_until FROM seat WHERE seat_id = $1", seat)
    assert free == world.clock.now() + timedelta(days=7)
    assert (await world.changing.cancel(paid, key(), seat)) == FEE
    day = await world.value("SELECT day FROM slot WHERE slot_id = $1", slot)
    assert f"{day}" == "2026-05-11"
    await world.requires_balance()


async def test_who_waits_in_line_is_told_of_the_new_time_by_mail_and_live(
    world, changes, admin
):
    slot, second = await one_booked_and_one_in_line(world)
    async with world.desk.bell.listen() as rings:
        assert await changes.move(admin, slot, span(days=40)) == 2
        rung = await rings.take(within_s=1, or_all_every_s=5)
    letter = letters(world, "test_line_moved")[0]
    assert "It was: Wednesday, 1 April 2026, 14:30 (Asia/Kolkata)" in letter.text
    assert "It is now: Monday, 11 May 2026, 14:30 (Asia/Kolkata)" in letter.text
    assert "Your place in line is kept" in letter.text
    assert f"seats:{second}" in rung.topics


async def test_a_move_that_closes_booking_ends_the_line_with_one_letter(
    world, changes, admin
):
    slot, _ = await one_booked_and_one_in_line(world)
    before = await world.value("SELECT starts_at - closes_at FROM slot")
    soon = world.clock.now() + before - START
    there = Span(starts_at=START + soon, ends_at=START + soon + TWO_HOURS)
    assert not await changes.may_move(slot, there)
    assert await changes.may_move(slot, span(days=1))
    assert await changes.move(admin, slot, there) == 2
    assert letters(world, "test_line_moved") == []
    assert len(letters(world, "test_line_ended")) == 1


async def test_a_changed_seat_says_what_it_was_until_it_is_seen(world, changes, admin):
    slot = await world.slot(2)
    (paid,) = await world.students(1)
    seat = await world.book(paid, slot)
    find = Finding(world.desk)
    now = world.clock.now
    assert (await find.seat(paid, seat)).changed_from(now()) is None
    await changes.move(admin, slot, span(days=40))
    await changes.move(admin, slot, span(days=41))
    it = await find.seat(paid, seat)
    assert it.changed_from(now()).starts_at == START
    assert it.starts_at == START + timedelta(days=41)
    await changes.move(admin, slot, span())  # As it was: nothing to tell.
    await world.run("UPDATE centre SET name = 'Another Name'")
    assert (await find.seat(paid, seat)).changed_from(now()) is None
    await changes.move(admin, slot, span(days=41))
    versions = {(await find.seat(paid, seat)).version}
    seen = (await find.seat(paid, seat)).version
    assert await world.changing.seen(paid, seat, seen)
    assert not await world.changing.seen(paid, seat, seen)
    it = await find.seat(paid, seat)
    assert it.changed_from(now()) is None
    await changes.move(admin, slot, span(days=42))
    fresh = await find.seat(paid, seat)
    assert fresh.changed_from(now()).starts_at == START + timedelta(days=41)
    assert len(versions | {it.version, fresh.version}) == 3
    with pytest.raises(NoSuchSeat):
        await world.changing.seen(admin, seat, fresh.version)


async def test_what_was_changed_since_the_page_was_shown_is_not_seen(
    world, changes, admin
):
    slot = await world.slot(2)
    (paid,) = await world.students(1)
    seat = await world.book(paid, slot)
    find = Finding(world.desk)
    await changes.move(admin, slot, span(days=40))
    shown = (await find.seat(paid, seat)).version
    await changes.move(admin, slot, span(days=41))
    for version in (shown, "", "x" * 100):
        assert not await world.changing.seen(paid, seat, version)
    it = await find.seat(paid, seat)
    assert it.changed_from(world.clock.now()).starts_at == START
    assert await world.changing.seen(paid, seat, it.version)
    it = await find.seat(paid, seat)
    assert it.changed_from(world.clock.now()) is None


async def test_a_seat_that_is_over_keeps_its_time_and_place(world, changes, admin):
    slot = await world.slot(3)
    paid, holds, comes = await world.students(3)
    ended = await world.book(paid, slot)
    released = await world.hold(holds, slot)
    booked = await world.book(comes, slot)
    await world.changing.cancel(paid, key(), ended)
    await world.seats.release(holds, key(), released)
    await changes.move(admin, slot, span(days=40))
    await world.run("UPDATE centre SET address = 'Elsewhere'")
    find = Finding(world.desk)
    for account, seat in ((paid, ended), (holds, released)):
        it = await find.seat(account, seat)
        assert it.starts_at == START
        assert it.place.address != "Elsewhere"
    it = await find.seat(comes, booked)
    assert it.starts_at == START + timedelta(days=40)
    assert it.place.address == "Elsewhere"


async def test_a_mark_at_the_door_keeps_the_time_and_undoing_it_follows_again(world):
    slot = await world.slot(1)
    (paid,) = await world.students(1)
    seat = await world.book(paid, slot)
    kept = "SELECT as_ended IS NOT NULL FROM seat WHERE seat_id = $1"
    await world.run(
        "UPDATE seat SET state = 'attended', marked_by = $1, marked_at = now()", paid
    )
    assert await world.value(kept, seat)
    await world.run(
        "UPDATE seat SET state = 'booked', marked_by = NULL, marked_at = NULL"
    )
    assert not await world.value(kept, seat)


async def test_cancelling_stays_free_at_most_till_the_new_start(world, changes, admin):
    slot = await world.slot(5)
    seat = await world.book(await world.student(), slot)
    forward(world, days=26)
    await changes.move(admin, slot, span(days=-2))
    free = await world.value("SELECT free_until FROM seat WHERE seat_id = $1", seat)
    assert free == START - timedelta(days=2)


async def test_who_was_reminded_is_reminded_of_the_new_time(world, changes, admin):
    slot = await world.slot(5)
    await world.book(await world.student(), slot)
    reminders = Reminders(world.desk)
    forward(world, days=29, hours=1)
    assert (await reminders.sweep(), await reminders.sweep()) == (1, 0)
    await changes.move(admin, slot, span(days=2))
    assert await reminders.sweep() == 0
    forward(world, days=2)
    assert await reminders.sweep() == 1


async def test_a_slot_moves_into_no_other_and_not_into_the_past(world, changes, admin):
    slot = await world.slot(5)
    centre = await world.value("SELECT centre_id FROM slot")
    await world.slot(5, days=31, centre=centre)
    with pytest.raises(SlotsOverlap, match="2 April 2026, 14:30 to 16:30"):
        await changes.move(admin, slot, span(days=1, hours=1))
    with pytest.raises(BadTimes):
        await changes.move(admin, slot, span(days=-30))
    with pytest.raises(BadTimes):
        await changes.move(admin, slot, Span(starts_at=START, ends_at=START))
    # The controls: into its own old time, and right beside the other.
    await changes.move(admin, slot, span(hours=1))
    await changes.move(admin, slot, span(days=1, hours=-2))


async def test_the_same_time_is_told_to_nobody(world, changes, admin):
    slot = await world.slot(5)
    await world.book(await world.student(), slot)
    assert await changes.move(admin, slot, span()) == 0
    assert letters(world, "test_slot_changed") == []


async def test_booking_that_closes_now_ends_the_line(world, changes, admin):
    slot, _ = await one_booked_and_one_in_line(world)
    with pytest.raises(BadTimes):
        await changes.booking(admin, slot, START, START)
    with pytest.raises(BadTimes):
        await changes.booking(admin, slot, T0, START + timedelta(minutes=1))
    await changes.booking(admin, slot, T0 - timedelta(days=1), T0)
    assert letters(world, "test_line_ended")


async def test_modules_in_use_stay(world, changes, admin):
    await world.run(
        """INSERT INTO module (code, set_code, title, hours, summary, position)
           VALUES ('M2', 'A', 'Other', 40, '', 2)"""
    )
    slot = await world.slot(2)
    await world.book(await world.student(), slot)
    with pytest.raises(ModuleInUse, match="M1"):
        await changes.modules(admin, slot, ["M2"])
    with pytest.raises(NoSuchTestModule):
        await changes.modules(admin, slot, ["M1", "NOPE"])
    await changes.modules(admin, slot, ["M1", "M2"])
    await changes.modules(admin, slot, None)


# --- cancelling -------------------------------------------------------------------


async def late_mover(world, slot):
    """Booked elsewhere, moved here late for a fee: (account, seat here)."""
    account = await world.student()
    before = await world.book(account, await world.slot(5, days=5))
    to = await world.changing.hold_move(account, key(), before, slot)
    page = await world.begin(account, to)
    fee = await world.value(
        """SELECT amount_minor FROM test_order o JOIN seat s
               ON s.move_order_id = o.order_id WHERE s.seat_id = $1""",
        to,
    )
    amount = type(FEE)(minor=fee, currency="INR")
    paid = world.till.pay(page, world.clock.now(), amount=amount)
    assert await world.paying.settle(paid) is Settled.BOOKED
    return account, to


async def test_cancelling_gives_back_everything_and_tells_everybody(
    world, cancelling, admin
):
    slot = await world.slot(4)
    booked, holding, waiting = await world.students(3)
    seat = await world.book(booked, slot)
    mover, moved = await late_mover(world, slot)
    held = await world.hold(holding, slot)
    page = await world.begin(holding, held)
    await world.hold(await world.student(), slot)
    await join(world, waiting, slot)
    told = await cancelling.concerned(slot)
    assert (told.booked, told.held, told.waiting) == (2, 2, 1)
    assert [str(it) for it in told.back] == ["₹1,100"]
    ended = await cancelling.cancel(admin, slot)
    assert (ended.cancelled, ended.released, ended.lines) == (2, 2, 1)
    assert ended.refunds == 3
    assert {await world.state(it) for it in (seat, moved)} == {"cancelled"}
    assert await world.state(held) == "released"
    reasons = "SELECT count(*) FROM refund WHERE reason = 'slot_cancelled'"
    assert await world.value(reasons) == 3
    came, seats, kept, back = await world.books()
    assert (seats, kept) == (0, 0)
    assert came == back == 110_000
    texts = {it.about: it.text for it in letters(world, "test_slot_cancelled")}
    assert "₹500 of receipt" in texts[booked]
    assert "₹600 comes back" in texts[mover]
    gone = {it.about for it in letters(world, "test_slot_gone")}
    assert {holding, waiting} <= gone
    # Who pays the hold afterwards gets it back too.
    late = await world.paying.settle(world.till.pay(page, world.clock.now()))
    assert late is Settled.GIVEN_BACK
    await world.requires_balance()


async def test_a_cancelled_slot_is_cancelled_once_and_booked_by_nobody(
    world, cancelling, admin
):
    slot = await world.slot(2)
    await world.book(await world.student(), slot)
    await cancelling.cancel(admin, slot)
    with pytest.raises(SlotBegun):
        await cancelling.cancel(admin, slot)
    with pytest.raises(SlotCancelled):
        await world.hold(await world.student(), slot)
    acts = "SELECT count(*) FROM audit_event WHERE what = 'slot.cancelled'"
    assert await world.value(acts) == 1


async def test_a_seat_held_elsewhere_to_move_from_here_is_given_back(
    world, cancelling, admin
):
    slot, other = await world.slot(2), await world.slot(1, days=40)
    account, waiting = await world.students(2)
    seat = await world.book(account, slot)
    forward(world, days=25)
    to = await world.changing.hold_move(account, key(), seat, other)
    assert await world.state(to) == "held"
    await join(world, waiting, other)
    await cancelling.cancel(admin, slot)
    assert await world.state(to) == "released"
    offered = "SELECT state FROM seat WHERE account_id = $1"
    assert await world.value(offered, waiting) == "offered"
    await world.requires_balance()


@pytest.mark.parametrize("state", ["attended", "absent"])
async def test_a_slot_with_marks_at_its_door_is_not_moved(world, changes, admin, state):
    slot = await world.slot(2)
    seat = await world.book(await world.student(), slot)
    await world.run(f"UPDATE seat SET state = '{state}' WHERE seat_id = $1", seat)
    for moving in (
        changes.may_move(slot, span(days=1)),
        changes.move(admin, slot, span(days=1)),
    ):
        with pytest.raises(SlotTookPlace):
            await moving
    await world.run("UPDATE seat SET state = 'booked' WHERE seat_id = $1", seat)
    await changes.move(admin, slot, span(days=1))


async def test_a_slot_that_took_place_is_not_cancelled(world, cancelling, admin):
    slot = await world.slot(2)
    seat = await world.book(await world.student(), slot)
    await world.run("UPDATE seat SET state = 'attended' WHERE seat_id = $1", seat)
    with pytest.raises(SlotTookPlace):
        await cancelling.cancel(admin, slot)


async def test_cancelling_while_students_book_loses_no_money(world, cancelling, admin):
    slot = await world.slot(6)
    accounts = await world.students(6)
    pages = []
    for account in accounts:
        seat = await world.hold(account, slot)
        pages.append(await world.begin(account, seat))
    paid = [world.till.pay(page, world.clock.now()) for page in pages]
    await asyncio.gather(
        *(world.paying.settle(it) for it in paid[:3]),
        cancelling.cancel(admin, slot),
        *(world.paying.settle(it) for it in paid[3:]),
    )
    came, seats, kept, back = await world.books()
    assert (came, seats, kept, back) == (300_000, 0, 0, 300_000)
    await world.requires_balance()


async def test_a_hall_of_three_hundred_is_cancelled_in_one_go(world, cancelling, admin):
    slot = await world.slot(300)
    await world.run(
        """WITH people AS (
               INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               SELECT gen_random_uuid(), 'H' || n, 'N', 'student', 'x', now(), now()
               FROM generate_series(1, 300) n RETURNING account_id),
           orders AS (
               INSERT INTO test_order (order_id, account_id, module_code, kind,
                   amount_minor, currency, made_at)
               SELECT gen_random_uuid(), account_id, 'M1', 'fee', 50000, 'INR', now()
               FROM people RETURNING order_id, account_id),
           paid AS (
               INSERT INTO payment (payment_id, order_id, provider, provider_payment,
                   amount_minor, currency, paid_at, known_at, buys_seat)
               SELECT gen_random_uuid(), order_id, 'till', order_id::text, 50000, 'INR',
                   now(), now(), true FROM orders)
           INSERT INTO seat (seat_id, slot_id, account_id, module_code, state, order_id,
               held_at, booked_at)
           SELECT gen_random_uuid(), $1, account_id, 'M1', 'booked', order_id, now(),
               now() FROM orders""",
        slot,
    )
    ended = await cancelling.cancel(admin, slot)
    assert (ended.cancelled, ended.refunds) == (300, 300)
    assert len(letters(world, "test_slot_cancelled")) == 300
    await world.requires_balance()
