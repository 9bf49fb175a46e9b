"""The door over HTTP: one seat, one photo, one mark; and nothing to fish for."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.booking.domain.cards import card_code
from app.booking.service.papers import seals_of
from tests.door_world import book, slot_in
from tests.http.conftest import PHOTO
from tests.http.test_staff import trail
from tests.http.test_ways_in import location, other
from tests.stores.booking_world import MODULE, key
from tests.stores.exam_world import put_blueprint

__all__ = ["other"]


@pytest.fixture
async def booked(app_server, database):
    """Begins in seventy minutes: the door is open."""
    return await book(database)


@pytest.fixture
async def code(booked):
    world = booked.world
    ends = await world.value("SELECT ends_at FROM slot WHERE slot_id = $1", booked.slot)
    return card_code(booked.seat, ends, seals_of(world.desk))


async def shown(site, path: str) -> str:
    answer = await site.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def test_a_proctor_finds_the_door_and_the_slots_of_today(site, booked):
    later = await slot_in(booked.world, days=3)
    await site.log_in("PROCTOR1")
    assert 'href="/staff/door"' in await shown(site, "/wall")
    page = await shown(site, "/staff/door")
    assert booked.door in page
    assert str(later) not in page
    assert "0 of 1 here" in page
    await site.log_in("HELP1")
    assert 'href="/staff/door"' in await shown(site, "/staff")


async def test_a_scanned_card_shows_who_it_is_and_lets_them_in_once(
    site, booked, code, database
):
    await site.log_in("PROCTOR1")
    found = location(await site.send(booked.door, given=code))
    assert found == f"{booked.door}/{booked.seat}"
    page = await shown(site, found)
    assert "Asha Rao" in page
    assert "Let in" in page
    assert await (await site.get(f"{found}/photo")).read() == PHOTO
    done = location(await site.send(f"{found}/let-in"))
    assert "<strong>Asha Rao</strong> (ASHA001) is let in." in await shown(site, done)
    assert await booked.world.state(booked.seat) == "attended"

    again = await site.send(f"{found}/let-in")
    assert again.status == 409
    assert "Asha Rao is marked already: here since" in await again.text()
    assert "Marked already" in await shown(site, found)
    assert (await trail(database))[-2:] == ["photo.seen", "seat.attended"]


async def test_who_opened_the_test_without_the_door_is_here_with_no_time(site, booked):
    await booked.world.run("UPDATE seat SET state = 'attended'")
    await site.log_in("PROCTOR1")
    assert '<span class="tag good">here</span>' in await shown(site, booked.door)
    at = f"{booked.door}/{booked.seat}"
    page = await shown(site, at)
    assert "Marked already: here." in page
    assert "/undo" not in page
    assert "/undo" not in await shown(site, f"{booked.door}?let_in={booked.seat}")
    again = await site.send(f"{at}/let-in")
    assert "Asha Rao is marked already: here." in await again.text()
    assert (await site.send(f"{at}/undo")).status == 409


async def test_the_door_says_till_when_a_test_can_be_begun(site, booked):
    await site.log_in("PROCTOR1")
    page = await shown(site, booked.door)
    starts = await booked.world.value("SELECT starts_at FROM slot")
    till = (starts + timedelta(minutes=30)).astimezone(ZoneInfo("Asia/Kolkata"))
    assert f"can begin their test till {till:%H:%M}" in page


async def test_a_mark_is_undone_on_the_page(site, booked):
    await site.log_in("HELP1")
    at = f"{booked.door}/{booked.seat}"
    await site.send(f"{at}/let-in")
    assert location(await site.send(f"{at}/undo")) == f"{at}?said=done"
    assert await booked.world.state(booked.seat) == "booked"
    assert (await site.send(f"{at}/undo")).status == 409


BEGUN = """INSERT INTO exam (exam_id, account_id, module_code, blueprint_version,
        seat_id, seed, state, drawn_at, duration_s, started_at, deadline_at)
    SELECT gen_random_uuid(), account_id, module_code, 1, seat_id,
        decode(repeat('00', 32), 'hex'), 'running', now(), 3600, now(),
        now() + interval '1 hour'
    FROM seat WHERE seat_id = $1"""


async def test_a_mark_stays_on_the_page_once_the_test_has_begun(site, booked, database):
    await put_blueprint(database, MODULE)
    await site.log_in("HELP1")
    at = f"{booked.door}/{booked.seat}"
    done = location(await site.send(f"{at}/let-in"))
    assert f"{at}/undo" in await shown(site, done)
    await booked.world.run(BEGUN, booked.seat)
    assert "/undo" not in await shown(site, done)
    page = await shown(site, at)
    assert "Their test has begun, so the mark stays." in page
    assert "/undo" not in page
    refused = await site.send(f"{at}/undo")
    assert refused.status == 409
    assert "test has begun, so the mark stays" in await refused.text()
    assert await booked.world.state(booked.seat) == "attended"


async def test_an_srn_finds_a_seat_of_this_slot_and_of_no_other(site, booked):
    other_slot = await slot_in(booked.world, minutes=75)
    await site.log_in("PROCTOR1")
    found = await site.send(booked.door, given="asha 001")
    assert location(found) == f"{booked.door}/{booked.seat}"
    elsewhere = f"/staff/door/{other_slot}"
    for srn in ("ASHA001", "NOBODY1"):
        answer = await site.send(elsewhere, given=srn)
        page = await answer.text()
        assert answer.status == 404
        assert "Nobody with this SRN has a seat in this slot" in page
        assert "Asha" not in page
    for path in (f"{elsewhere}/{booked.seat}", f"{elsewhere}/{booked.seat}/photo"):
        assert (await site.get(path)).status == 404
    assert (await site.send(f"{elsewhere}/{booked.seat}/let-in")).status == 404
    assert await booked.world.state(booked.seat) == "booked"


async def test_who_tries_many_srns_is_slowed_down_and_in_the_trail(
    site, other, booked, database
):
    await site.log_in("PROCTOR1")
    tries = [await site.send(booked.door, given=f"GUESS{n}") for n in range(14)]
    assert [it.status for it in tries] == [404] * 12 + [429] * 2
    assert (await trail(database)).count("door.not_here") == 14
    assert (await site.send(booked.door, given="ASHA001")).status == 303  # who is here
    await site.log_in("PROCTOR1")  # Nobody gets new tries with a new log-in.
    assert (await site.send(booked.door, given="GUESS1")).status == 429
    await other.log_in("HELP1")
    assert (await other.send(booked.door, given="GUESS1")).status == 404


async def test_a_forged_card_and_one_for_another_slot_say_why(site, booked, code):
    other_slot = await slot_in(booked.world, minutes=75)
    await site.log_in("PROCTOR1")
    forged = await site.send(booked.door, given="0" * len(code))
    assert forged.status == 400
    assert "not of one of our admit cards" in await forged.text()
    answer = await site.send(f"/staff/door/{other_slot}", given=code)
    page = await answer.text()
    assert answer.status == 409
    assert "Not expected here: this seat is at Institute" in page
    assert "Asha" not in page


async def test_who_stands_at_the_wrong_door_is_told_where_to_go(site, booked, code):
    other_slot = await slot_in(booked.world, minutes=75)
    await site.log_in("PROCTOR1")
    answer = await site.send(f"/staff/door/{other_slot}", given="ASHA001")
    page = await answer.text()
    assert answer.status == 404
    assert "Their next booked seat is at Institute, 1 Main Road, Kochi, on " in page
    assert "Asha" not in page
    nobody = await site.send(f"/staff/door/{other_slot}", given="NOBODY1")
    assert "next booked seat" not in await nobody.text()


async def test_the_door_is_not_told_where_somebody_is_in_three_days(
    site, app_server, database
):
    later = await book(database, days=3)
    slot = await slot_in(later.world, minutes=75)
    await site.log_in("PROCTOR1")
    answer = await site.send(f"/staff/door/{slot}", given="ASHA001")
    assert answer.status == 404
    assert "next booked seat" not in await answer.text()


async def test_the_card_of_a_seat_that_was_moved_tells_where_the_new_one_is(
    site, app_server, database
):
    early = await book(database, days=30)
    ends = await early.world.value("SELECT ends_at FROM slot")
    card = card_code(early.seat, ends, seals_of(early.world.desk))
    to = await slot_in(early.world, days=31)
    await early.world.changing.hold_move(early.asha, key(), early.seat, to)
    await early.world.run(
        """UPDATE slot SET day = (now() AT TIME ZONE 'Asia/Kolkata')::date
           WHERE slot_id = $1""",
        early.slot,
    )
    await early.world.run(
        """UPDATE slot SET starts_at = starts_at - interval '30 days',
               ends_at = ends_at - interval '30 days',
               opens_at = opens_at - interval '30 days',
               closes_at = closes_at - interval '30 days' WHERE slot_id = $1""",
        to,
    )
    await site.log_in("PROCTOR1")
    page = await shown(site, location(await site.send(early.door, given=card)))
    assert "this seat was moved to another slot" in page
    assert "Their next booked seat:" in page


async def test_a_cancelled_seat_is_not_expected(site, booked, code):
    # Too late for the student: as staff would, when a slot is given up.
    await booked.world.run(
        """WITH it AS (UPDATE seat SET state = 'cancelled', ended_at = now()
               RETURNING order_id)
           , paid AS (UPDATE payment SET buys_seat = false FROM it
               WHERE payment.order_id = it.order_id
               RETURNING payment_id, amount_minor)
           INSERT INTO refund (refund_id, payment_id, amount_minor, reason, asked_at,
               due_at)
           SELECT gen_random_uuid(), payment_id, amount_minor, 'cancelled', now(), now()
           FROM paid"""
    )
    await site.log_in("PROCTOR1")
    page = await shown(site, location(await site.send(booked.door, given=code)))
    assert re.search(r"Not expected here:</strong> this seat was cancelled", page)
    assert "let-in" not in page
    refused = await site.send(f"{booked.door}/{booked.seat}/let-in")
    assert refused.status == 409


async def test_a_door_that_is_not_open_yet_says_when_it_opens(
    site, app_server, database
):
    early = await book(database, minutes=100)
    await early.world.run("UPDATE slot SET day = (now() AT TIME ZONE 'Asia/Kolkata')")
    await site.log_in("PROCTOR1")
    answer = await site.send(f"{early.door}/{early.seat}/let-in")
    assert answer.status == 409
    assert "The door of this slot opens at" in await answer.text()
    assert await early.world.state(early.seat) == "booked"


@pytest.mark.parametrize("given", ["", "x" * 300, "\x00", "'; --", "\uff10" * 60])
async def test_whatever_is_typed_is_answered_calmly(site, booked, given):
    await site.log_in("PROCTOR1")
    answer = await site.send(booked.door, given=given)
    assert answer.status in (400, 404)
    assert 'role="alert"' in await answer.text()


async def test_who_was_there_after_all_is_marked_and_told(site, booked, database):
    await booked.world.run("UPDATE seat SET state = 'absent'")
    await site.log_in("PROCTOR1")
    assert (await site.get("/staff/door/absent")).status == 403
    await site.log_in("HELP1")
    assert "Asha Rao" in await shown(site, "/staff/door/absent?srn=asha001")
    assert "Asha Rao" not in await shown(site, "/staff/door/absent?srn=ben002")
    path = f"/staff/door/absent/{booked.seat}"
    refused = await site.send(path, reason="short")
    assert refused.status == 400
    assert "Say how you know" in await refused.text()
    answer = await site.send(path, reason="The centre has the signature.")
    assert location(answer) == "/staff/door/absent?said=done"
    assert await booked.world.state(booked.seat) == "attended"
    assert (await trail(database))[-1] == "seat.was_there"
    [letter, *_] = await site.letters("asha001@example.org")
    assert letter["kind"] == "test_was_there"
    assert (await site.send(path, reason="The centre has it.")).status == 409


async def test_a_student_has_no_key_to_the_door(site, booked, code):
    await site.log_in("ASHA001")
    assert (await site.get(booked.door)).status == 403
    assert (await site.send(booked.door, given=code)).status == 403
    assert (await site.send(f"{booked.door}/{booked.seat}/let-in")).status == 403
