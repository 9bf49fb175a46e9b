"""Centres, slots and reports over HTTP: made, refused, changed, told."""

import re
from datetime import timedelta

import pytest
from aiohttp import FormData

from app.adapters.clock import AnchoredClock
from app.booking.service import reports
from app.booking.views import staff_people
from tests.booking_town import forms_of
from tests.door_world import book
from tests.http.test_staff import trail, upload
from tests.http.test_ways_in import location, other
from tests.stores.exam_world import put_bank, put_blueprint, questions

__all__ = ["other"]
KOCHI = {
    "code": "kochi1",
    "name": "Institute",
    "city": "Kochi",
    "address": "1 Main Road",
    "time_zone": "Asia/Kolkata",
    "capacity": "40",
    "accessible": "2",
}
HEADER = "centre,date,start,end\n"


def day(ahead: int) -> str:
    return f"{AnchoredClock().now() + timedelta(days=ahead):%Y-%m-%d}"


async def value(database, query: str, *arguments):
    async with database.connection() as tx:
        return await tx.fetchval(query, *arguments)


async def make_centre(site, database, **changes: str) -> str:
    answer = await site.send("/staff/centres", **{**KOCHI, **changes})
    assert location(answer).endswith("said=done")
    code = changes.get("code", KOCHI["code"]).upper()
    return str(
        await value(database, "SELECT centre_id FROM centre WHERE code = $1", code)
    )


async def make_slots(site, centre: str, **changes: str):
    given = {
        "centre": centre,
        "first": day(40),
        "last": day(40),
        "weekdays": "0,1,2,3,4,5,6",
        "times": "09:00",
        "minutes": "120",
        "opens_days": "90",
        "act": "make",
    }
    return await site.send("/staff/slots/new", **{**given, **changes})


async def one_slot(site, database) -> str:
    centre = await make_centre(site, database)
    assert "made=1" in location(await make_slots(site, centre))
    return str(await value(database, "SELECT slot_id FROM slot"))


# --- centres ----------------------------------------------------------------------


async def test_a_centre_is_made_listed_changed_and_closed(site, database):
    await site.log_in("ADMIN1")
    centre = await make_centre(site, database, fee="82.50", currency="aed")
    page = await (await site.get("/staff/centres")).text()
    assert "Kochi, Institute" in page
    assert "AED\N{NO-BREAK SPACE}82.50" in page
    path = f"/staff/centres/{centre}"
    assert 'value="82.50"' in await (await site.get(path)).text()
    changed = {**KOCHI, "name": "School", "capacity": "50"}
    assert "told=0" in location(await site.send(path, **changed))
    assert "School" in await (await site.get(path)).text()
    await site.send(f"{path}/close")
    assert "Open it again" in await (await site.get(path)).text()
    await site.send(f"{path}/open")
    wrote = await trail(database)
    for what in ("made", "changed", "closed", "opened"):
        assert f"centre.{what}" in wrote


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Base"},
        {"code": "not a code"},
        {"fee": "82.50"},
        {"accessible": "41"},
        {"capacity": "many"},
        {"capacity": "0"},
    ],
)
async def test_a_refused_centre_keeps_what_was_typed(site, database, wrong):
    await site.log_in("ADMIN1")
    answer = await site.send("/staff/centres", **{**KOCHI, **wrong})
    page = await answer.text()
    assert answer.status == 400
    assert 'role="alert"' in page
    assert 'value="1 Main Road"' in page
    assert await value(database, "SELECT count(*) FROM centre") == 0


async def test_a_code_that_is_taken_is_refused_with_its_reason(site, database):
    await site.log_in("ADMIN1")
    await make_centre(site, database)
    answer = await site.send("/staff/centres", **KOCHI)
    assert answer.status == 409
    assert "has this code already" in await answer.text()


async def test_what_is_typed_is_never_markup(site, database):
    await site.log_in("ADMIN1")
    bad = '"><script>alert(1)</script>'
    page = await (await site.send("/staff/centres", **{**KOCHI, "fee": bad})).text()
    assert "<script>alert" not in page
    await make_centre(site, database, name="<b>Institute</b>")
    assert "<b>Institute" not in await (await site.get("/staff/centres")).text()


# --- slots ------------------------------------------------------------------------


async def test_a_pattern_is_previewed_before_it_is_made(site, database):
    await site.log_in("ADMIN1")
    centre = await make_centre(site, database)
    wanted = {"last": day(43), "times": "09:00, 14:00"}
    page = await (await make_slots(site, centre, **wanted, act="preview")).text()
    assert "<strong>8</strong> new slots" in page
    assert "Make 8 slots" in page
    assert 'value="09:00, 14:00"' in page
    assert await value(database, "SELECT count(*) FROM slot") == 0
    answer = await make_slots(site, centre, **wanted)
    listed = await (await site.get(location(answer))).text()
    assert "New slots: 8." in listed
    assert "0 of 40 taken · 40 free" in listed
    assert "times of Asia/Kolkata" in listed
    page = await (await make_slots(site, centre, **wanted, act="preview")).text()
    assert "8 exist already" in page
    assert (await make_slots(site, centre, **wanted)).status == 409


async def test_a_refused_pattern_keeps_what_was_typed(site, database):
    await site.log_in("ADMIN1")
    centre = await make_centre(site, database)
    answer = await make_slots(site, centre, times="nine", minutes="77", weekdays="6")
    page = await answer.text()
    assert answer.status == 400
    assert 'value="nine"' in page
    assert 'value="77"' in page
    assert re.search(r'value="6" checked', page)
    await make_slots(site, centre)
    clash = await make_slots(site, centre, times="10:00")
    assert clash.status == 409
    assert "overlaps the slot" in await clash.text()


async def test_one_slot_is_a_pattern_of_one_day(site, database):
    await site.log_in("ADMIN1")
    centre = await make_centre(site, database)
    answer = await make_slots(
        site, centre, last="", weekdays="", capacity="10", accessible="1", modules="CEL"
    )
    assert "made=1" in location(answer)
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT capacity, accessible, modules FROM slot")
    assert tuple(row) == (10, 1, ["CEL"])


async def test_the_list_filters_by_month_and_state(site, database):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    month = day(40)[:7]
    path = f"/staff/slots?month={month}"
    assert slot in await (await site.get(path)).text()
    assert slot in await (await site.get(f"{path}&show=free")).text()
    assert slot not in await (await site.get(f"{path}&show=full")).text()
    assert slot not in await (await site.get("/staff/slots?month=2031-01")).text()
    for odd in ("month=9999-99", "month=x", "show=x", "made=9e9"):
        assert (await site.get(f"/staff/slots?{odd}")).status == 200
    assert (await site.get("/staff/slots?centre=x")).status == 404


async def test_the_list_opens_on_the_first_month_that_has_slots(site, database):
    await site.log_in("ADMIN1")
    now = AnchoredClock().now()
    page = await (await site.get("/staff/slots")).text()
    assert f"<strong>{now:%B %Y}</strong>" in page
    slot = await one_slot(site, database)  # In forty days: of another month.
    page = await (await site.get("/staff/slots")).text()
    assert f"<strong>{now + timedelta(days=40):%B %Y}</strong>" in page
    assert slot in page
    page = await (await site.get(f"/staff/slots?month={now:%Y-%m}")).text()
    assert f"<strong>{now:%B %Y}</strong>" in page


async def test_who_has_a_seat_is_listed_for_admins_and_in_the_trail(
    site, other, app_server, database
):
    booked = await book(database, days=30)
    path = f"/staff/slots/{booked.slot}"
    await site.log_in("ADMIN1")
    page = await (await site.get(path)).text()
    assert f'href="{path}/people"' in page
    assert "Asha Rao" not in page
    page = await (await site.get(f"{path}/people")).text()
    assert f'<a href="/staff/people/{booked.asha}">Asha Rao</a>' in page
    assert re.search(
        r"<td>ASHA001</td><td>M1</td><td>booked</td><td>T-\d{6}</td>", page
    )
    assert (await trail(database))[-1] == "slot.people_seen"
    for srn in ("HELP1", "PROCTOR1", "ASHA001"):
        await other.log_in(srn)
        assert (await other.get(f"{path}/people")).status == 403


async def test_seats_that_are_sold_without_a_test_are_told_of(site, database):
    await site.log_in("ADMIN1")
    assert "no paper can be drawn" not in await (await site.get("/staff/slots")).text()
    await book(database, days=30)
    page = await (await site.get("/staff/slots")).text()
    assert "Seats are sold of tests for which no paper can be drawn: M1." in page
    await put_bank(database, "M1", questions())
    await put_blueprint(database, "M1")
    assert "no paper can be drawn" not in await (await site.get("/staff/slots")).text()


async def test_only_a_list_that_was_cut_says_that_there_are_more(
    site, app_server, database, monkeypatch
):
    booked = await book(database, days=30)
    await site.log_in("ADMIN1")
    for most, says in ((1, False), (0, True)):
        monkeypatch.setattr(reports, "SEATED_MOST", most)
        monkeypatch.setattr(staff_people, "SEATED_MOST", most)
        page = await (await site.get(f"/staff/slots/{booked.slot}/people")).text()
        assert ("More have a seat" in page) is says
        assert ("Asha Rao" in page) is not says


async def test_the_occupancy_shows_what_is_held_and_blocked(site, database):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    seats = {"capacity": "30", "accessible": "1", "blocked": "5"}
    await site.send(f"/staff/slots/{slot}/seats", **seats)
    days = f"since={day(0)}&until={day(60)}"
    page = await (await site.get(f"/staff/bookings?{days}")).text()
    assert '<th scope="col">Held</th><th scope="col">Blocked</th>' in page
    assert "<td>0</td><td>5</td><td>25</td>" in page


async def test_moving_a_slot_says_first_whom_it_concerns(site, database):
    await site.log_in("ADMIN1")
    path = f"/staff/slots/{await one_slot(site, database)}"
    starts = "SELECT starts_at FROM slot"
    before = await value(database, starts)
    typed = {"day": day(41), "start": "10:00", "end": "12:00"}
    asked = await site.send(f"{path}/move", **typed)
    page = " ".join((await asked.text()).split())
    assert asked.status == 200
    for words in ("Move this slot?", ", 09:00", ", 10:00"):
        assert words in page
    assert "Nobody has a seat or waits in line" in page
    assert "Places in line are kept." in page
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE slot SET opens_at = now() - interval '60 days',
                   closes_at = starts_at - interval '10 days'"""
        )
    too_soon = await site.send(f"{path}/move", **{**typed, "day": day(5)})
    said = await too_soon.text()
    assert "Booking would be closed already" in said
    assert "Places in line are kept." not in said
    assert await value(database, starts) == before
    (fields,) = forms_of(page, f"{path}/move")
    assert "told=0" in location(await site.send(f"{path}/move", **fields))
    assert await value(database, starts) != before
    refused = await site.send(f"{path}/move", **{**typed, "end": "09:00"})
    assert refused.status == 400


async def test_a_slot_is_changed_by_its_forms_and_refused_by_name(site, database):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    path = f"/staff/slots/{slot}"
    seats = {"capacity": "30", "accessible": "1", "blocked": "5"}
    assert location(await site.send(f"{path}/seats", **seats)) == f"{path}?said=done"
    too_many = await site.send(f"{path}/seats", **{**seats, "capacity": "41"})
    assert too_many.status == 400
    assert "has 40 seats" in await too_many.text()
    moved = {"day": day(41), "start": "10:00", "end": "12:00", "sure": "true"}
    assert "told=0" in location(await site.send(f"{path}/move", **moved))
    backwards = await site.send(f"{path}/move", **{**moved, "end": "09:00"})
    assert backwards.status == 400
    assert 'value="09:00"' in await backwards.text()
    times = {
        "opens_day": day(1),
        "opens_time": "08:00",
        "closes_day": day(39),
        "closes_time": "18:00",
    }
    assert (await site.send(f"{path}/booking", **times)).status == 303
    late = await site.send(f"{path}/booking", **{**times, "closes_day": day(50)})
    assert late.status == 400
    assert (await site.send(f"{path}/modules", modules="CEL,SCPM")).status == 303
    assert (await site.send(f"{path}/modules", modules="NOPE")).status == 400
    page = await (await site.get(path)).text()
    assert "CEL, SCPM" in page
    wrote = await trail(database)
    for what in ("seats_changed", "moved", "booking_changed", "modules_changed"):
        assert f"slot.{what}" in wrote


async def test_a_slot_is_cancelled_after_a_page_that_says_whom_it_concerns(
    site, database
):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    await seat_of(database, slot, "ASHA001", amount=50_000)
    page = await (await site.get(f"/staff/slots/{slot}/cancel")).text()
    assert "<dt>Booked seats, cancelled</dt><dd>1</dd>" in page
    assert "₹500" in page
    answer = await site.send(f"/staff/slots/{slot}/cancel")
    page = await (await site.get(location(answer))).text()
    assert "The slot is cancelled. Bookings ended" in page
    assert (await site.letters("asha001@example.org"))[0]["kind"] == (
        "test_slot_cancelled"
    )
    assert (await site.send(f"/staff/slots/{slot}/cancel")).status == 409
    assert "slot.cancelled" in await trail(database)


async def seat_of(database, slot: str, srn: str, amount: int) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            """WITH o AS (
                   INSERT INTO test_order (order_id, account_id, module_code, kind,
                       amount_minor, currency, made_at)
                   SELECT gen_random_uuid(), account_id, 'CEL', 'fee', $3, 'INR', now()
                   FROM account WHERE srn = $2 RETURNING order_id, account_id),
               p AS (
                   INSERT INTO payment (payment_id, order_id, provider,
                       provider_payment, amount_minor, currency, paid_at, known_at,
                       buys_seat)
                   SELECT gen_random_uuid(), order_id, 'sandbox', order_id::text, $3,
                       'INR', now(), now(), true FROM o)
               INSERT INTO seat (seat_id, slot_id, account_id, module_code, state,
                   order_id, held_at, booked_at)
               SELECT gen_random_uuid(), $1::uuid, account_id, 'CEL', 'booked',
                   order_id, now(), now() FROM o""",
            slot,
            srn,
            amount,
        )


async def test_who_has_a_seat_hears_of_another_address(site, database):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    await seat_of(database, slot, "ASHA001", amount=50_000)
    centre = await value(database, "SELECT centre_id FROM centre")
    moved = {**KOCHI, "address": "2 Hill Road"}
    answer = await site.send(f"/staff/centres/{centre}", **moved)
    assert "Letters written: 1." in await (await site.get(location(answer))).text()
    letter = (await site.letters("asha001@example.org"))[0]
    assert "2 Hill Road, Kochi" in letter["text"]
    closed = await site.send(f"/staff/centres/{centre}/close")
    assert closed.status == 409
    assert "coming slots: 1" in await closed.text()


# --- files ------------------------------------------------------------------------


async def send_file(site, text: str, act: str):
    file = ("slots.csv", text.encode())
    return await upload(site, "/staff/slots/sheet", {"act": act}, sheet=file)


async def send_body(site, text: str, query: str = ""):
    headers = {
        "Origin": site.url,
        "X-CSRF-Token": site.csrf,
        "Content-Type": "text/csv",
    }
    return await site.client.post(
        f"/api/slots{query}", data=text.encode(), headers=headers
    )


async def test_a_file_is_checked_then_imported_and_the_same_again_changes_nothing(
    site, database
):
    await site.log_in("ADMIN1")
    await make_centre(site, database)
    text = f"{HEADER}KOCHI1,{day(40)},09:00,11:00\n"
    assert "All of it is right" in await (await send_file(site, text, "check")).text()
    assert await value(database, "SELECT count(*) FROM slot") == 0
    page = await (await send_file(site, text, "import")).text()
    assert "<dt>New slots</dt><dd>1</dd>" in page
    page = await (await send_file(site, text, "import")).text()
    assert "<dt>There already</dt><dd>1</dd>" in page


async def test_one_wrong_line_imports_nothing_and_is_named(site, database):
    await site.log_in("ADMIN1")
    await make_centre(site, database)
    fine = f"{HEADER}KOCHI1,{day(40)},09:00,11:00\n"
    page = await (
        await send_file(site, f"{fine}=CMD(),{day(40)},x,11:00\n", "import")
    ).text()
    assert "Nothing was made" in page
    assert "<td>3</td><td>centre</td>" in page
    assert "<td>3</td><td>start</td>" in page
    assert await value(database, "SELECT count(*) FROM slot") == 0
    empty = await site.client.post(
        "/staff/slots/sheet",
        data=FormData({"csrf_token": site.csrf, "act": "check"}),
        headers={"Origin": site.url, "Accept": "text/html"},
    )
    assert empty.status == 400


async def test_programs_send_the_same_file_and_get_a_report(site, database):
    await site.log_in("ADMIN1")
    await make_centre(site, database)
    fine = f"{HEADER}KOCHI1,{day(40)},09:00,11:00\n"
    answer = await send_body(site, fine, "?dry_run=true")
    assert (answer.status, (await answer.json())["made"]) == (200, 1)
    wrong = await send_body(site, f"{fine}KOCHI1,{day(40)},10:00,12:00\n")
    [problem] = (await wrong.json())["problems"]
    assert wrong.status == 422
    assert (problem["line"], problem["column"]) == (3, "start")
    assert await value(database, "SELECT count(*) FROM slot") == 0
    answer = await send_body(site, fine)
    assert (await answer.json())["made"] == 1
    assert "slots.made" in await trail(database)


# --- reports ----------------------------------------------------------------------


async def test_the_helpdesk_reads_reports_and_changes_nothing(site, other, database):
    await other.log_in("ADMIN1")
    slot = await one_slot(other, database)
    await seat_of(database, slot, "ASHA001", amount=50_000)
    await site.log_in("HELP1")
    page = await (await site.get(f"/staff/bookings?until={day(41)}")).text()
    assert "Kochi, Institute" in page
    assert "₹500" in page
    assert "All in INR" in page
    for path in ("/staff/slots", "/staff/centres", f"/staff/slots/{slot}"):
        assert (await site.get(path)).status == 403
    assert (await site.send(f"/staff/slots/{slot}/cancel")).status == 403


async def test_reports_come_as_sheets_with_a_header_always(site):
    await site.log_in("HELP1")
    for name in ("occupancy", "revenue", "refunds"):
        answer = await site.get(f"/staff/bookings/{name}.csv")
        assert answer.content_type == "text/csv"
        assert name in answer.headers["Content-Disposition"]
        assert len((await answer.text()).splitlines()) == 1
        odd = await site.get(f"/staff/bookings/{name}.csv?since=x", "application/json")
        assert odd.status == 400
    page = await site.get("/staff/bookings?since=2026-05-01&until=2026-04-01")
    assert page.status == 400
    assert "at most a year apart" in await page.text()


async def test_a_refused_refund_is_tried_again_or_settled_by_hand(
    site, other, database
):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    await seat_of(database, slot, "ASHA001", amount=50_000)
    await site.send(f"/staff/slots/{slot}/cancel")
    refund = await value(database, "SELECT refund_id FROM refund")
    path = f"/staff/bookings/refunds/{refund}"
    early = await site.send(f"{path}/again")
    assert early.status == 409
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE refund SET state = 'refused', settled_at = now(),
                   said = 'The balance is <too> low'"""
        )
    page = await (await site.get("/staff/bookings")).text()
    assert "The balance is &lt;too&gt; low" in page
    assert "1 waits for a person" in page
    await other.log_in("HELP1")
    page = await (await other.get("/staff/bookings")).text()
    assert "Only an admin can do either" in page
    assert "Try again</button>" not in page
    assert (await site.send(f"{path}/settle", how="x")).status == 400
    assert location(await site.send(f"{path}/again")).startswith("/staff/bookings?")
    state = "SELECT state FROM refund"
    assert await value(database, state) == "asked"
    async with database.transaction() as tx:
        await tx.execute("UPDATE refund SET state = 'refused', settled_at = now()")
    done = await site.send(f"{path}/settle", how="Bank transfer, 3 March, UTR 4711")
    assert location(done).startswith("/staff/bookings?")
    assert await value(database, state) == "done"
    assert "UTR 4711" in await value(database, "SELECT said FROM refund")


async def test_the_books_are_compared_with_the_provider_s(site, database):
    await site.log_in("HELP1")
    path = "/staff/bookings/reconcile"
    today = f"{path}?since={day(-1)}&until={day(0)}"
    assert "The books agree: 0 payments" in await (await site.get(today)).text()
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    # The control: a payment that the provider has never seen.
    await seat_of(database, slot, "ASHA001", amount=50_000)
    page = await (await site.get(today)).text()
    assert "1 of 1 lines differs" in page
    assert "the provider does not list" in page
    assert (await site.get(f"{path}?since=x&until=y")).status == 400
