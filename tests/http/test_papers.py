"""Receipts, admit cards and calendar entries: whose they are, and what they say."""

import io
import re

import pytest
from pypdf import PdfReader

from app.booking.domain.cards import read_card
from app.booking.service.papers import seals_of
from app.booking.views import papers
from app.kernel.money import Money
from tests.calendars import read_calendar
from tests.door_world import book, slot_in
from tests.http.test_staff import account_of, trail
from tests.http.test_ways_in import other
from tests.stores.booking_world import key

__all__ = ["other"]
PAPERS = ("receipt.pdf", "admit.pdf", "test.ics")
LATE = Money(minor=10_000, currency="INR")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


@pytest.fixture
async def booked(app_server, database):
    """In a month: so that moving and cancelling are free."""
    return await book(database, days=30)


async def paper(site, path: str) -> str:
    """Its words, in one line."""
    answer = await site.get(path)
    assert answer.status == 200, path
    assert answer.content_type == "application/pdf"
    raw = await answer.read()
    assert raw.startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(raw)).pages
    return " ".join(" ".join(it.extract_text() for it in pages).split())


async def entry(site, path: str) -> tuple[str, dict[str, str]]:
    answer = await site.get(path)
    assert answer.status == 200
    assert answer.content_type == "text/calendar"
    calendar = read_calendar(await answer.read())
    return calendar.values["METHOD"], calendar.parts[0].values


# --- receipts -----------------------------------------------------------------------


async def test_a_receipt_says_who_what_where_when_and_how_much(site, booked):
    await site.log_in("ASHA001")
    answer = await site.get(booked.path("receipt.pdf"))
    assert re.search(r"receipt-R-\d{6}\.pdf", answer.headers["Content-Disposition"])
    said = await paper(site, booked.path("receipt.pdf"))
    assert "Asha Rao (ASHA001)" in said
    assert "Institute, 1 Main Road, Kochi" in said
    assert "Module (M1)" in said
    assert "₹500" in said
    assert re.search(r"Receipt R-\d{6} .* T-\d{6}", said)
    assert not UUID.search(said)


async def test_a_receipt_states_the_time_that_was_paid_for(site, booked):
    await site.log_in("ASHA001")
    before = await paper(site, booked.path("receipt.pdf"))
    when = re.search(r"When (.+?) till", before)[1]
    await booked.world.run("UPDATE centre SET name = 'Another Name'")
    renamed = await paper(site, booked.path("receipt.pdf"))
    assert "Moved by us to" not in renamed
    await booked.world.run(
        """UPDATE slot SET starts_at = starts_at + interval '9 days',
               ends_at = ends_at + interval '9 days'"""
    )
    after = await paper(site, booked.path("receipt.pdf"))
    assert re.search(r"When (.+?) till", after)[1] == when
    assert "Moved by us to" in after
    assert "Moved by us to" not in before


async def test_a_move_fee_and_what_comes_back_have_lines_of_their_own(
    site, app_server, database
):
    soon = await book(database, days=5)
    to = await slot_in(soon.world, days=6)
    seat = await soon.world.changing.hold_move(soon.asha, key(), soon.seat, to)
    paid = await soon.world.pay(soon.asha, seat, amount=LATE)
    await soon.world.paying.settle(paid)
    await soon.world.changing.cancel(soon.asha, key(), seat)
    await site.log_in("ASHA001")
    said = await paper(site, soon.path("receipt.pdf", seat))
    assert "Fee for moving late" in said
    assert "₹100 is kept, because it was cancelled late" in said
    assert "Comes back: you cancelled the seat. State: on its way." in said
    assert "Paid ₹600" in said
    assert "Still to come back ₹400" in said
    assert "Stays paid ₹200" in said
    assert len(set(re.findall(r"R-\d{6}", said))) == 2


async def test_a_payment_that_came_too_late_has_a_receipt(site, booked):
    world = booked.world
    ben = await account_of(world.db, "BEN002")
    seat = await world.hold(ben, booked.slot)
    page = await world.begin(ben, seat)
    await world.seats.release(ben, key(), seat)
    await site.log_in("BEN002")
    answer = await site.get(booked.path("receipt.pdf", seat))
    assert answer.status == 404
    assert "Nothing was paid" in await answer.text()
    await world.paying.settle(world.till.pay(page, world.clock.now()))
    said = await paper(site, booked.path("receipt.pdf", seat))
    assert "given back before it was booked" in said
    assert "it came after the time to pay. State: on its way" in said


async def test_the_helpdesk_sees_a_receipt_and_the_trail_has_it(site, booked, database):
    path = f"/staff/bookings/seats/{booked.seat}/receipt.pdf"
    await site.log_in("PROCTOR1")
    assert (await site.get(path)).status == 403
    await site.log_in("HELP1")
    assert "Asha Rao (ASHA001)" in await paper(site, path)
    assert "receipt.seen" in await trail(database)


# --- whose they are -----------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
async def test_papers_of_others_are_not_to_be_had(site, booked, name):
    await site.log_in("BEN002")
    assert (await site.get(booked.path(name))).status == 404
    assert (await site.get(f"/tests/seats/nothing/{name}")).status == 404
    await site.log_in("HELP1")
    assert (await site.get(booked.path(name))).status == 403
    await site.log_in("ASHA001")
    assert (await site.get(booked.path(name))).status == 200  # the control


async def test_papers_cannot_be_asked_for_without_end(site, booked):
    await site.log_in("ASHA001")
    statuses = [(await site.get(booked.path("test.ics"))).status for _ in range(14)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


# --- admit cards --------------------------------------------------------------------


async def test_an_admit_card_says_what_the_door_needs(site, booked):
    await site.log_in("ASHA001")
    said = await paper(site, booked.path("admit.pdf"))
    for part in ("Asha Rao", "ASHA001", "Institute", "1 Main Road, Kochi", "Kolkata"):
        assert part in said
    assert re.search(r"6\. Cannot come\?", said)
    assert not UUID.search(said)


async def test_the_code_of_a_card_is_its_seat(app_server, booked):
    card = await app_server.app[papers.PAPERS].admit(booked.asha, booked.seat)
    now = booked.world.clock.now()
    assert read_card(card.code, now, seals_of(booked.world.desk)) == booked.seat
    assert card.photo


@pytest.mark.parametrize(
    "name",
    ["आशा राव", "名前 עברית عربى", "😀🏽\u200d\u202eabc", "a" * 400, "e\u0301\x01"],
)
async def test_no_name_breaks_a_paper(site, booked, name):
    await site.log_in("ASHA001")
    await booked.world.run("UPDATE account SET name = $1 WHERE srn = 'ASHA001'", name)
    for it in PAPERS:
        assert (await site.get(booked.path(it))).status == 200


async def test_a_seat_that_is_not_booked_any_more_has_no_admit_card(site, booked):
    await booked.world.changing.cancel(booked.asha, key(), booked.seat)
    await site.log_in("ASHA001")
    answer = await site.get(booked.path("admit.pdf"))
    assert answer.status == 409
    assert "not booked" in await answer.text()
    assert "cancelled" in await paper(site, booked.path("receipt.pdf"))


# --- calendars ----------------------------------------------------------------------


async def test_a_calendar_follows_the_booking_wherever_it_goes(site, booked):
    world = booked.world
    await site.log_in("ASHA001")
    method, first = await entry(site, booked.path("test.ics"))
    assert (method, first["SEQUENCE"]) == ("PUBLISH", "0")
    assert re.fullmatch(r"T-\d{6}@localhost", first["UID"])
    assert first["LOCATION"] == "Institute, 1 Main Road, Kochi"

    to = await slot_in(world, days=31)
    seat = await world.changing.hold_move(booked.asha, key(), booked.seat, to)
    _, moved = await entry(site, booked.path("test.ics"))  # of the former seat
    _, same = await entry(site, booked.path("test.ics", seat))
    assert moved["DTSTART"] == same["DTSTART"] > first["DTSTART"]

    await world.run("UPDATE centre SET address = '2 New Road'")
    _, renamed = await entry(site, booked.path("test.ics", seat))
    assert renamed["LOCATION"] == "Institute, 2 New Road, Kochi"

    elsewhere = await world.centre()
    await world.run(
        "UPDATE slot SET centre_id = $1, ends_at = ends_at + interval '1 minute'",
        elsewhere,
    )
    _, changed = await entry(site, booked.path("test.ics", seat))

    await world.changing.cancel(booked.asha, key(), seat)
    method, gone = await entry(site, booked.path("test.ics", seat))
    assert (method, gone["STATUS"]) == ("CANCEL", "CANCELLED")

    all_of_them = [first, moved, renamed, changed, gone]
    numbers = [int(it["SEQUENCE"]) for it in all_of_them]
    assert numbers == sorted(set(numbers))
    assert len({it["UID"] for it in all_of_them}) == 1


async def test_a_seat_that_was_never_booked_has_no_calendar_entry(site, booked):
    ben = await account_of(booked.world.db, "BEN002")
    seat = await booked.world.hold(ben, booked.slot)
    await site.log_in("BEN002")
    assert (await site.get(booked.path("test.ics", seat))).status == 409
