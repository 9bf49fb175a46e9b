"""Reports on a real database: every sum equals the books."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from app.booking.domain.report_sheets import (
    OCCUPANCY,
    REFUNDS,
    REVENUE,
    occupancy_csv,
    refunds_csv,
    revenue_csv,
)
from app.booking.domain.reports import (
    BadPeriod,
    Period,
    by_centre,
    by_currency,
    coming,
    past,
    period_of,
)
from app.booking.service.reports import Reports
from app.booking.service.slot_cancelling import SlotCancelling
from app.kernel.money import Money
from app.kernel.refusals import Refusal
from tests.stores.booking_world import T0, build_booking_world, key

ALWAYS = Period(since=date(2026, 1, 1), until=date(2026, 12, 31))


@pytest.fixture
async def world(database):
    return await build_booking_world(database)


@pytest.fixture
def reports(world):
    return Reports(world.desk)


class Life:
    """Students who book, pay, pay again or late, move and cancel, as chance has it."""

    def __init__(self, world, seed: int) -> None:
        self.world = world
        self.chance = Random(seed)
        self.cancelling = SlotCancelling(world.desk)

    async def lead(self, students: int) -> None:
        world, chance = self.world, self.chance
        abroad = await world.centre(fee_minor=8_250, currency="AED")
        slots = [await world.slot(3, days=4 + n) for n in range(4)]
        slots += [await world.slot(4, days=20 + n, centre=abroad) for n in range(3)]
        for _ in range(students):
            account = await world.student()
            try:
                await self._book(account, chance.choice(slots), slots)
            except Refusal:
                continue
            world.clock.forward(chance.choice([60, 3600, 40_000]))
        await self.cancelling.cancel(account, slots[1])

    async def _book(self, account, slot, slots) -> None:
        world, chance = self.world, self.chance
        seat = await world.hold(account, slot)
        page = await world.begin(account, seat)
        row = await world.value(
            """SELECT amount_minor || ' ' || currency FROM test_order o
               JOIN seat s USING (order_id) WHERE seat_id = $1""",
            seat,
        )
        minor, currency = row.split()
        amount = Money(minor=int(minor), currency=currency)
        for _ in range(chance.choice([0, 1, 1, 1, 1, 2])):
            world.clock.forward(chance.choice([0, 0, 0, 900]))
            paid = world.till.pay(page, world.clock.now(), amount=amount)
            await world.paying.settle(paid)
        for _ in range(chance.choice([0, 0, 1])):
            seat = await self._move(account, seat, chance.choice(slots))
        if chance.random() < 0.4:
            await world.changing.cancel(account, key(), seat)

    async def _move(self, account, seat, slot):
        world = self.world
        to = await world.changing.hold_move(account, key(), seat, slot)
        if await world.state(to) == "booked":
            return to
        terms = await world.changing.terms(account, seat)
        page = await world.begin(account, to)
        paid = world.till.pay(page, world.clock.now(), amount=terms.fee)
        await world.paying.settle(paid)
        return to


@pytest.mark.parametrize("seed", range(4))
async def test_money_in_is_seats_and_kept_and_refunds_whatever_happens(
    world, reports, seed
):
    await Life(world, seed).lead(40)
    await world.requires_balance()
    takings = await reports.takings(ALWAYS)
    sums = by_currency(takings)
    assert len(sums) == 2
    for it in [*takings, *sums]:
        assert it.captured == it.seats + it.kept + it.refunded
        assert it.net == it.seats + it.kept
    told = [
        sum(getattr(it, name) for it in sums)
        for name in ("captured", "seats", "kept", "refunded")
    ]
    assert told == list(await world.books())
    assert all(it.kept > 0 for it in sums if it.currency == "INR")
    states = await reports.refund_sums(ALWAYS)
    assert sum(it.amount.minor for it in states) == told[3]
    assert sum(it.count for it in states) == len(await reports.refunds(ALWAYS))
    # Each slot: its seats, as the trigger counts them.
    for slot in await reports.occupancy(ALWAYS):
        taken = await world.value(
            "SELECT taken + accessible_taken FROM slot WHERE slot_id = $1", slot.slot
        )
        assert slot.taken == taken
        assert slot.free == slot.capacity - slot.blocked - taken


async def test_the_sums_see_a_row_that_is_missing(world, reports):
    """The control: a month that is left out is missed."""
    await Life(world, 1).lead(20)
    none = Period(since=date(2026, 1, 1), until=date(2026, 1, 31))
    assert await reports.takings(none) == []
    assert (await world.books())[0] > 0


async def test_a_payment_counts_on_the_day_it_came(world, reports):
    student = await world.student()
    await world.book(student, await world.slot())
    today = Period(since=T0.date(), until=T0.date())
    yesterday = Period(since=date(2026, 3, 1), until=date(2026, 3, 1))
    assert [it.captured for it in await reports.takings(today)] == [50_000]
    assert await reports.takings(yesterday) == []


async def test_occupancy_counts_what_became_of_seats(world, reports):
    slot = await world.slot(6, blocked=1)
    seats = [await world.book(it, slot) for it in await world.students(3)]
    await world.hold(await world.student(), slot)
    for seat, state in zip(seats, ("attended", "absent"), strict=False):
        await world.run("UPDATE seat SET state = $2 WHERE seat_id = $1", seat, state)
    gone = await world.slot(9, days=31)
    await SlotCancelling(world.desk).cancel(await world.student(), gone)
    [it] = [one for one in await reports.occupancy(ALWAYS) if one.slot == slot]
    assert (it.booked, it.attended, it.absent, it.held, it.free) == (1, 1, 1, 1, 1)
    [centre] = by_centre(await reports.occupancy(ALWAYS))
    assert (centre.slots, centre.capacity, centre.taken) == (1, 6, 4)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


async def test_sheets_are_exact_and_hold_no_formula(world, reports):
    student = await world.student()
    abroad = await world.centre(fee_minor=8_250, currency="AED")
    await world.run("UPDATE centre SET name = '=HYPERLINK(\"x\")'")
    await world.run("UPDATE module SET title = '@SUM(A1)'")
    slot = await world.slot(2, centre=abroad)
    seat = await world.hold(student, slot)
    page = await world.begin(student, seat)
    amount = Money(minor=8_250, currency="AED")
    await world.paying.settle(world.till.pay(page, world.clock.now(), amount=amount))
    [use] = rows(occupancy_csv(await reports.occupancy(ALWAYS)))
    assert use["name"].startswith("'=")
    assert use["starts_utc"] == "2026-04-01T09:00:00Z"
    assert use["starts_local"] == "2026-04-01T14:30:00+05:30"
    [taken] = rows(revenue_csv(await reports.takings(ALWAYS)))
    assert (taken["captured"], taken["currency"]) == ("82.50", "AED")
    assert taken["title"] == "'@SUM(A1)"
    await world.changing.cancel(student, key(), seat)
    [back] = rows(refunds_csv(await reports.refunds(ALWAYS)))
    assert re.fullmatch(r"T-\d{6}", back["order"])
    assert (back["amount"], back["state"], back["reason"]) == (
        "82.50",
        "asked",
        "cancelled",
    )
    assert back["asked_local"] == "2026-03-02T14:30:00+05:30"


def test_a_sheet_of_nothing_still_has_its_header():
    for sheet, columns in (
        (occupancy_csv, OCCUPANCY),
        (revenue_csv, REVENUE),
        (refunds_csv, REFUNDS),
    ):
        assert sheet([]) == ",".join(columns) + "\n"


def test_periods_are_read_or_refused():
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert coming(now).until - now.date() == timedelta(days=30)
    assert now.date() - past(now).since == timedelta(days=30)
    assert period_of("", "2026-03-05", coming(now)).since == now.date()
    for wrong in (("x", ""), ("2026-03-09", "2026-03-01"), ("1999-01-01", "")):
        with pytest.raises(BadPeriod):
            period_of(*wrong, coming(now))
    with pytest.raises(BadPeriod):
        period_of("2026-01-01", "2027-01-02", coming(now))
