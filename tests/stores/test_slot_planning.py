"""Centres and slots on a real database."""

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import uuid4

import pytest

from app.booking.domain.centres import CentreDraft
from app.booking.domain.planning import Pattern, Seating
from app.booking.domain.planning_refusals import (
    BadPattern,
    CentreClosed,
    CentreInUse,
    CodeTaken,
    NoSuchCentre,
    NoSuchTestModule,
    NothingToMake,
    SlotsOverlap,
    ZoneInUse,
)
from app.booking.domain.words import Wish
from app.booking.service.centres import Centres
from app.booking.service.planning import Planning
from app.kernel.ids import CentreId
from app.kernel.money import Money
from tests.stores.booking_world import build_booking_world

KOCHI = CentreDraft(
    code="KOCHI1",
    name="Institute",
    city="Kochi",
    address="1 Main Road",
    time_zone="Asia/Kolkata",
    capacity=40,
    accessible=2,
    fee=None,
)
HEADER = "centre,date,start,end,capacity\n"


@pytest.fixture
async def world(database):
    return await build_booking_world(database)


@pytest.fixture
async def admin(world):
    return await world.student()


@pytest.fixture
def centres(world):
    return Centres(world.desk)


@pytest.fixture
def planning(world):
    return Planning(world.desk)


def pattern(**changes) -> Pattern:
    modules = changes.pop("modules", None)
    capacity = changes.pop("capacity", 40)
    seating = Seating(
        minutes=120,
        capacity=capacity,
        accessible=2,
        opens_days=30,
        closes_hours=24,
        modules=modules,
    )
    given = {
        "first": date(2026, 4, 6),
        "last": date(2026, 4, 10),
        "weekdays": frozenset(range(5)),
        "times": (time(9), time(14)),
        "seating": seating,
    }
    return Pattern(**{**given, **changes})


async def count(world) -> int:
    return await world.value("SELECT count(*) FROM slot WHERE cancelled_at IS NULL")


async def test_a_pattern_is_previewed_made_and_the_same_again_makes_nothing(
    world, centres, planning, admin
):
    centre = await centres.make(admin, KOCHI)
    plan = await planning.preview(centre, pattern())
    assert (len(plan.made), len(plan.there), await count(world)) == (10, 0, 0)
    await planning.make(admin, centre, pattern(last=date(2026, 4, 7), modules=("M1",)))
    plan = await planning.make(admin, centre, pattern())
    assert (len(plan.made), len(plan.there), await count(world)) == (6, 4, 10)
    with pytest.raises(NothingToMake):
        await planning.make(admin, centre, pattern())
    row = await world.value("SELECT modules FROM slot ORDER BY starts_at LIMIT 1")
    assert row == ["M1"]
    what = "SELECT count(*) FROM audit_event WHERE what = 'slots.made'"
    assert await world.value(what) == 2


async def test_what_clashes_is_named_and_nothing_of_it_is_made(
    world, centres, planning, admin
):
    centre = await centres.make(admin, KOCHI)
    await planning.make(admin, centre, pattern(times=(time(10),)))
    with pytest.raises(SlotsOverlap) as refused:
        await planning.make(admin, centre, pattern(last=date(2026, 4, 12)))
    assert "Monday, 6 April 2026, 10:00 to 12:00" in refused.value.message
    assert await count(world) == 5
    # The control: another centre has the same hours.
    other = await centres.make(admin, replace(KOCHI, code="KOCHI2"))
    await planning.make(admin, other, pattern())
    assert await count(world) == 15


async def test_two_admins_at_once_make_no_overlap(world, centres, planning, admin):
    centre = await centres.make(admin, KOCHI)
    wanted = [pattern(times=(time(9, 20 * (n % 3)),)) for n in range(6)]
    made = await asyncio.gather(
        *(planning.make(admin, centre, it) for it in wanted), return_exceptions=True
    )
    assert sum(not isinstance(it, Exception) for it in made) == 1
    assert await count(world) == 5


async def test_a_slot_has_no_more_seats_than_its_centre_and_no_unknown_module(
    centres, planning, admin
):
    centre = await centres.make(admin, KOCHI)
    with pytest.raises(BadPattern, match="40 seats"):
        await planning.make(admin, centre, pattern(capacity=41))
    with pytest.raises(NoSuchTestModule):
        await planning.make(admin, centre, pattern(modules=("NOPE",)))
    with pytest.raises(NoSuchCentre):
        await planning.make(admin, CentreId(uuid4()), pattern())


# --- sheets -----------------------------------------------------------------------


async def test_a_sheet_is_all_or_nothing_and_the_same_again_changes_nothing(
    world, centres, planning, admin
):
    await centres.make(admin, KOCHI)
    await centres.make(admin, replace(KOCHI, code="PUNE1", city="Pune"))
    fine = f"{HEADER}KOCHI1,2026-04-06,09:00,11:00,\nPUNE1,2026-04-06,09:00,11:00,10\n"
    wrong = f"{fine}KOCHI1,2026-04-06,10:00,12:00,\n"
    report = await planning.take(admin, wrong.encode(), dry_run=False)
    [problem] = report.problems
    assert (problem.line, problem.column, problem.code) == (4, "start", "slots_overlap")
    assert "09:00 to 11:00" in problem.detail
    assert await count(world) == 0
    checked = await planning.take(admin, fine.encode(), dry_run=True)
    assert (checked.made, checked.there, await count(world)) == (2, 0, 0)
    made = await planning.take(admin, fine.encode(), dry_run=False)
    assert (made.made, made.there, await count(world)) == (2, 0, 2)
    again = await planning.take(admin, fine.encode(), dry_run=False)
    assert (again.made, again.there, await count(world)) == (0, 2, 2)


async def test_a_sheet_names_no_closed_centre(centres, planning, admin):
    centre = await centres.make(admin, KOCHI)
    await centres.close(admin, centre)
    text = f"{HEADER}KOCHI1,2026-04-06,09:00,11:00,\n"
    report = await planning.take(admin, text.encode(), dry_run=False)
    assert report.problems[0].column == "centre"


async def test_a_thousand_slots_are_made_in_one_go(world, centres, planning, admin):
    await centres.make(admin, KOCHI)
    days = [date.fromordinal(date(2026, 4, 1).toordinal() + n) for n in range(250)]
    lines = [
        f"KOCHI1,{day},{hour:02}:00,{hour + 2:02}:00,"
        for day in days
        for hour in (8, 11, 14, 17)
    ]
    report = await planning.take(
        admin, (HEADER + "\n".join(lines)).encode(), dry_run=False
    )
    assert (report.made, report.problem_count) == (1000, 0)


# --- centres ----------------------------------------------------------------------


async def test_a_code_is_one_centre_s(centres, admin):
    await centres.make(admin, KOCHI)
    other = await centres.make(admin, replace(KOCHI, code="KOCHI2"))
    with pytest.raises(CodeTaken):
        await centres.make(admin, KOCHI)
    with pytest.raises(CodeTaken):
        await centres.change(admin, other, KOCHI)


async def test_a_centre_is_changed_with_its_fee(centres, admin):
    centre = await centres.make(admin, KOCHI)
    fee = Money(minor=8250, currency="AED")
    await centres.change(admin, centre, replace(KOCHI, name="School", fee=fee))
    assert (await centres.one(centre)).it == replace(KOCHI, name="School", fee=fee)


async def test_the_zone_stays_while_there_are_coming_slots(centres, planning, admin):
    centre = await centres.make(admin, KOCHI)
    await planning.make(admin, centre, pattern())
    with pytest.raises(ZoneInUse):
        await centres.change(admin, centre, replace(KOCHI, time_zone="Asia/Dubai"))
    other = await centres.make(admin, replace(KOCHI, code="KOCHI2"))
    moved = replace(KOCHI, code="KOCHI2", time_zone="Asia/Dubai")
    await centres.change(admin, other, moved)


async def test_another_address_is_told_to_who_has_a_seat_or_waits_for_one(
    world, centres, admin
):
    slot = await world.slot(1)
    student, waits = await world.students(2)
    seat = await world.book(student, slot)
    await world.lines.join(waits, uuid4().hex, Wish(slot=slot, module="M1"))
    centre = await world.value("SELECT centre_id FROM slot")
    before = (await centres.one(centre)).it
    assert await centres.change(admin, centre, replace(before, name="School")) == 0
    told = await centres.change(admin, centre, replace(before, address="2 Hill Road"))
    assert told == 2
    for kind, kept in (
        ("test_slot_changed", "Your seat and the time are kept"),
        ("test_line_moved", "Your place in line is kept"),
    ):
        letter = world.box.newest(kind)
        assert "1 Main Road, Kochi" in letter.text
        assert "2 Hill Road, Kochi" in letter.text
        assert kept in letter.text
    free = await world.value("SELECT free_until FROM seat WHERE seat_id = $1", seat)
    assert (free - world.clock.now()).days == 7


async def test_a_centre_with_seats_does_not_close_and_an_empty_one_takes_its_slots(
    world, centres, planning, admin
):
    slot = await world.slot(3)
    centre = await world.value("SELECT centre_id FROM slot")
    student = await world.student()
    await world.hold(student, slot)
    with pytest.raises(CentreInUse, match="coming slots: 1"):
        await centres.close(admin, centre)
    world.clock.time += timedelta(minutes=11)
    await centres.close(admin, centre)
    assert await count(world) == 0
    assert (await centres.one(centre)).closed_at is not None
    with pytest.raises(CentreClosed):
        await planning.make(admin, centre, pattern())
    await centres.open(admin, centre)
    assert (await centres.one(centre)).closed_at is None
