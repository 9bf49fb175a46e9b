"""A student finds, holds, pays, moves and cancels a seat, over HTTP, without script."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from asyncpg import Connection

from app.adapters.payments import Failed
from app.booking.domain.planning import Span
from app.booking.service.slot_changes import SlotChanges
from app.booking.views.payment_keys import PAYING
from app.booking.views.wiring import DESK
from tests.booking_town import Town, forms_of
from tests.http.test_portals import plan
from tests.http.test_ways_in import location, other

__all__ = ["other"]
BOOK = "/tests/book/CEL"


@pytest.fixture
async def town(app_server, database, site):
    """Asha's hours are confirmed, and she is logged in."""
    made = Town(app_server.app, database)
    await made.fit("ASHA001")
    await site.log_in("ASHA001")
    return made


async def read(site, path: str) -> str:
    answer = await site.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def form(site, path: str, action: str) -> dict[str, str]:
    (only,) = forms_of(await read(site, path), action)
    return only


async def hold(site, path: str = BOOK) -> str:
    """The path of the seat, of the only free slot of the page."""
    answer = await site.send("/tests/hold", **await form(site, path, "/tests/hold"))
    assert answer.status == 303, await answer.text()
    return location(answer)


async def pay(site, seat: str) -> None:
    """On the sandbox's page; its message is awaited."""
    answer = await site.send(f"{seat}/pay", **await form(site, seat, f"{seat}/pay"))
    page = await answer.text()
    action = re.search(r'action="([^"]+/sandbox/pay/[^"]+)"', page)[1]
    (fields,) = forms_of(page, action)
    path = action.removeprefix(site.url)
    there = await site.send(path, outcome="never", **fields)
    await site.get(location(there).removeprefix(site.url))


async def act(site, seat: str, what: str, **more: str):
    path = f"{seat}/{what}"
    return await site.send(path, **{**await form(site, seat, path), **more})


# What to do next.


async def test_who_has_studied_is_led_to_a_seat_and_others_read_what_is_missing(
    town, site
):
    await town.fit("ASHA001", "SCPM", minutes=750)
    page = await read(site, "/tests")
    assert "All hours are confirmed. Choose where and when you sit the test." in page
    assert 'href="/tests/book/CEL"' in page
    assert "12 h 30 min of 40 h confirmed" in page
    assert 'href="/tests/book/SCPM"' not in page
    assert "Pick your elective first" in page


async def test_a_module_without_its_hours_shows_slots_and_no_button(town, site):
    await town.slot()
    page = await read(site, "/tests/book/SCPM")
    assert "of this module are still to be confirmed" in " ".join(page.split())
    assert "Last seat" in page
    assert forms_of(page, "/tests/hold") == []


async def test_a_closed_portal_says_so_and_holds_nothing(town, site, other):
    await town.slot()
    fields = await form(site, BOOK, "/tests/hold")
    await other.log_in("ADMIN1")
    await plan(other, portal="tests")
    answer = await site.send("/tests/hold", **fields)
    assert answer.status == 503
    assert "The test portal is closed till" in await answer.text()
    assert "The test portal is closed till" in await read(site, "/tests")


async def statements_of(monkeypatch, site, path: str) -> int:
    """How many statements a page takes, once what a process keeps is kept."""
    await read(site, path)
    count = 0

    def counting(name: str):
        was = getattr(Connection, name)

        async def counted(self, *arguments, **more):
            nonlocal count
            count += 1
            return await was(self, *arguments, **more)

        return counted

    with monkeypatch.context() as patched:
        for name in ("fetch", "fetchrow", "fetchval", "execute"):
            patched.setattr(Connection, name, counting(name))
        await read(site, path)
    return count


async def test_the_first_page_reads_as_often_for_one_module_as_for_four(
    town, site, monkeypatch
):
    asha = "(SELECT account_id FROM account WHERE srn = 'ASHA001')"
    await town.run("UPDATE module SET retired_at = now() WHERE code <> 'CEL'")
    await town.run(f"DELETE FROM elective WHERE account_id = {asha}")
    await town.slot(capacity=9, days=30)
    await hold(site)
    one = await statements_of(monkeypatch, site, "/tests")
    await town.run("UPDATE module SET retired_at = NULL")
    for set_code in ("C", "D"):
        await town.run(
            f"""INSERT INTO elective (account_id, set_code, module_code, chosen_at)
                SELECT {asha}, $1, min(code), now() FROM module WHERE set_code = $1""",
            set_code,
        )
    await town.fit("ASHA001", "SCPM")
    await town.slot(capacity=9, days=25)
    await hold(site, "/tests/book/SCPM")
    await town.run("UPDATE seat SET held_until = now() + interval '9 minutes'")
    page = await read(site, "/tests")
    assert page.count('class="test-card"') == 4
    assert one == await statements_of(monkeypatch, site, "/tests")


# Finding.


async def test_the_page_opens_at_the_first_day_with_a_free_seat(town, site, other):
    centre = await town.centre()
    await town.slot(centre=centre, days=40)
    await town.fit("BEN002")
    await other.log_in("BEN002")
    await hold(other)
    await town.slot(centre=centre, days=75)
    page = await read(site, BOOK)
    chosen = re.search(r'data-day="([\d-]+)"[^>]*aria-current="date"', page)[1]
    later = await town.value("SELECT max(day) FROM slot")
    assert chosen == later.isoformat()


async def test_months_without_slots_are_out_of_reach(town, site):
    await town.slot(days=30)
    month = str(await town.value("SELECT to_char(day, 'YYYY-MM') FROM slot"))
    for asked in ("2020-01", "2099-12", "9999-99", "x", "2026-12%00"):
        page = await read(site, f"{BOOK}?month={asked}&city=%00&day=nonsense")
        assert re.search(r'name="month" value="([\d-]+)"', page)[1] == month
        assert 'rel="next"' not in page
        assert 'rel="prev"' not in page


async def test_times_are_the_centres_and_another_zone_is_named(town, site):
    here = await town.centre()
    there = await town.centre(
        "Dubai", zone="Asia/Dubai", fee_minor=8_000, currency="AED"
    )
    await town.slot(centre=here)
    await town.slot(centre=there)
    assert "time (UTC" not in await read(site, f"{BOOK}?city=Kochi")
    page = await read(site, f"{BOOK}?city=Dubai")
    assert "Dubai time (UTC+4)" in page
    assert ">10:00<" in page
    assert "AED\N{NO-BREAK SPACE}80" in page


async def test_a_slot_that_is_not_open_yet_says_when_it_is(town, site):
    await town.slot(opens=5)
    page = await read(site, BOOK)
    assert "Booking opens" in page
    assert forms_of(page, "/tests/hold") == []


async def test_accessible_seats_are_a_pool_of_their_own(town, site):
    await town.slot(capacity=4, accessible=1)
    assert "3 seats free" in await read(site, BOOK)
    assert "Last seat" in await read(site, f"{BOOK}?accessible=1")
    seat = await hold(site, f"{BOOK}?accessible=1")
    assert "Accessible seat" in await read(site, seat)
    assert await town.value("SELECT accessible_taken FROM slot") == 1


async def test_a_module_that_is_not_ones_own_shows_no_slots(town, site):
    assert (await site.get("/tests/book/RISK")).status == 409
    assert (await site.get("/tests/book/NONE")).status == 404


# Holding.


async def test_a_form_sent_twice_holds_one_seat(town, site):
    await town.slot(capacity=5)
    fields = await form(site, BOOK, "/tests/hold")
    both = [await site.send("/tests/hold", **fields) for _ in range(2)]
    assert location(both[0]) == location(both[1])
    assert await town.value("SELECT count(*) FROM seat") == 1


async def test_a_double_click_holds_one_seat(town, site):
    await town.slot(capacity=5)
    fields = await form(site, BOOK, "/tests/hold")
    clicks = (site.send("/tests/hold", **fields) for _ in range(4))
    answers = await asyncio.gather(*clicks)
    assert len({location(it) for it in answers}) == 1
    assert await town.value("SELECT count(*) FROM seat") == 1


async def test_who_comes_too_late_reads_so_and_can_wait_in_line(town, site, other):
    slot = await town.slot()
    fields = await form(site, f"{BOOK}?city=Kochi", "/tests/hold")
    await town.fit("BEN002")
    await other.log_in("BEN002")
    await hold(other)
    answer = await site.send("/tests/hold", **fields)
    page = await answer.text()
    assert answer.status == 409
    assert "has just been taken" in page
    assert "<option selected>Kochi</option>" in page
    assert f'href="#slot-{slot}"' in page
    assert f'class="slot refused" id="slot-{slot}"' in page
    assert forms_of(page, "/tests/hold") == []
    join = f"/tests/lines/{slot}/join"
    (fields,) = forms_of(page, join)
    assert location(await site.send(join, **fields)) == "/tests?told=waiting"
    assert "In line, place 1:" in await read(site, "/tests?told=waiting")
    assert "You wait in line, place 1." in await read(site, BOOK)


async def test_a_seat_that_comes_free_is_offered_and_taken(town, site, other):
    slot = await town.slot()
    await town.fit("BEN002")
    await other.log_in("BEN002")
    held = await hold(other)
    join = f"/tests/lines/{slot}/join"
    await site.send(join, **await form(site, BOOK, join))
    await act(other, held, "release")
    page = await read(site, "/tests")
    assert "A seat came free, and you are next in line." in page
    offered = re.search(r'href="(/tests/seats/[^"]+)">See the offer', page)[1]
    taken = await act(site, offered, "take")
    assert location(taken) == offered
    assert "Pay to keep this seat" in await read(site, offered)


async def test_a_line_is_left(town, site, other):
    slot = await town.slot()
    await town.fit("BEN002")
    await other.log_in("BEN002")
    await hold(other)
    join, leave = (f"/tests/lines/{slot}/{word}" for word in ("join", "leave"))
    await site.send(join, **await form(site, BOOK, join))
    left = await site.send(leave, **await form(site, "/tests", leave))
    assert location(left) == "/tests?told=left"
    assert "In line" not in await read(site, "/tests")


async def test_who_holds_a_seat_is_led_to_it_from_everywhere(town, site):
    await town.slot(capacity=5)
    fields = await form(site, BOOK, "/tests/hold")
    seat = await hold(site)
    page = await read(site, BOOK)
    assert f'href="{seat}"' in page
    assert forms_of(page, "/tests/hold") == []
    again = await site.send("/tests/hold", **{**fields, "key": uuid4().hex})
    assert again.status == 409
    assert f'href="{seat}"' in await again.text()


async def test_a_seat_given_back_is_free_again(town, site):
    await town.slot()
    seat = await hold(site)
    given = await act(site, seat, "release")
    assert location(given) == "/tests?told=released"
    assert "You gave this seat back" in await read(site, seat)
    assert "Last seat" in await read(site, BOOK)


async def test_choosing_without_end_is_slowed_down(town, site):
    await town.slot()
    fields = {**await form(site, BOOK, "/tests/hold"), "slot": str(uuid4())}
    answers = [await site.send("/tests/hold", **fields) for _ in range(22)]
    assert [it.status for it in answers[:20]] == [404] * 20
    assert answers[-1].status == 429
    assert "Please wait a little" in await answers[-1].text()


async def test_a_full_slot_says_what_its_line_is(town, site, other):
    await town.slot()
    await town.fit("BEN002")
    await other.log_in("BEN002")
    await hold(other)
    page = await read(site, BOOK)
    assert 'aria-describedby="line-words"' in page
    for words in ("first come, first served", "It costs nothing", "for 2 hours."):
        assert words in page


async def test_acting_without_end_is_slowed_down_and_says_for_how_long(town, site):
    await town.slot()
    seat = await hold(site)
    fields = await form(site, seat, f"{seat}/pay")
    acts = [f"{seat}/cancel", f"{seat}/release", f"/tests/lines/{uuid4()}/leave"]
    sent = (site.send(acts[it % 3], key=uuid4().hex, sure="true") for it in range(33))
    await asyncio.gather(*sent)
    late = await site.send(f"{seat}/pay", **fields)
    assert late.status == 429
    assert re.search(r"try again in (\d+ seconds|a second)", await late.text())
    assert int(late.headers["Retry-After"]) > 0


async def test_a_refused_forms_page_that_is_loaded_anew_leads_to_its_page(town, site):
    seat = f"/tests/seats/{uuid4()}"
    for path, page in (
        ("/tests/hold", "/tests"),
        (f"/tests/lines/{uuid4()}/join", "/tests"),
        (f"{seat}/pay", seat),
        (f"{seat}/cancel", seat),
    ):
        led = (await site.get(path)).history
        assert [(it.status, location(it)) for it in led] == [(303, page)]
    assert (await site.get("/tests/hold", "application/json")).status == 405


async def test_an_order_and_money_are_written_in_one_way(town, site):
    await town.slot()
    seat = await hold(site)
    assert re.search(r"Order T-\d{6}<", await read(site, seat))
    page = await read(site, "/")
    assert "test ₹500" in page
    assert "INR" not in page


# Paying.


async def test_the_rules_of_cancelling_are_said_before_paying(town, site):
    await town.slot(days=30)
    page = await read(site, await hold(site))
    assert "you can move or cancel free of charge" in page
    assert "it costs ₹100 (20 %)" in page
    assert "a seat can neither be moved nor cancelled" in page
    assert "Pay ₹500" in page


async def test_close_to_the_test_no_free_cancelling_is_promised(town, site):
    await town.slot(days=5)
    page = await read(site, await hold(site))
    assert "free of charge" not in page
    assert "moving or cancelling costs ₹100 (20 %)" in page


async def test_a_paid_seat_is_booked_with_its_papers(town, site):
    await town.slot()
    seat = await hold(site)
    await pay(site, seat)
    page = await read(site, f"{seat}?paid=1")
    assert "Your seat is booked" in page
    assert "1 Main Road" in page
    for paper in ("admit.pdf", "receipt.pdf", "test.ics"):
        assert f'href="{seat}/{paper}"' in page
    assert "You have a seat for the test of this module already" in " ".join(
        (await read(site, BOOK)).split()
    )


async def test_who_comes_back_before_the_money_is_asked_not_to_pay_again(town, site):
    await town.slot()
    seat = await hold(site)
    page = await read(site, f"{seat}?paid=1")
    assert "Your payment is being confirmed" in page
    assert "Please do not pay again." in page
    assert forms_of(page, f"{seat}/pay") == []


async def test_a_test_that_costs_nothing_is_booked_at_once(town, site):
    await town.run("UPDATE module SET fee_minor = 0")
    await town.slot()
    seat = await hold(site)
    assert "Book this seat" in await read(site, seat)
    assert location(await act(site, seat, "pay")) == seat
    assert "Your seat is booked" in await read(site, seat)


async def test_a_hold_that_is_over_cannot_be_paid_and_leads_on(town, site):
    await town.slot()
    seat = await hold(site)
    fields = await form(site, seat, f"{seat}/pay")
    await town.end_holds()
    page = await read(site, seat)
    assert "This seat is given back" in page
    assert forms_of(page, f"{seat}/pay") == []
    assert f'href="{BOOK}"' in page
    late = await site.send(f"{seat}/pay", **fields)
    assert late.status == 409
    assert "The time to pay this seat is over" in await late.text()


async def test_a_hold_that_nobody_swept_is_over_all_the_same(town, site):
    await town.slot()
    seat = await hold(site)
    await town.run("UPDATE seat SET held_until = now() - interval '1 second'")
    assert "This seat is given back" in await read(site, seat)
    assert "Find a seat" in await read(site, "/tests")


async def test_money_that_came_too_late_is_on_its_way_back(app_server, town, site):
    slot = await town.slot()
    seat = await hold(site)
    answer = await act(site, seat, "pay")
    action = re.search(r'action="([^"]+/sandbox/pay/[^"]+)"', await answer.text())[1]
    await town.end_holds()
    await town.run("UPDATE slot SET cancelled_at = now() WHERE slot_id = $1", slot)
    await site.send(action.removeprefix(site.url), outcome="lost")
    await app_server.app[PAYING].learn(action.rsplit("/", 1)[1])
    page = " ".join((await read(site, seat)).split())
    assert "₹500 is on its way back the way you paid" in page


# Changing.


async def booked(town, site, **given) -> str:
    await town.slot(**given)
    seat = await hold(site)
    await pay(site, seat)
    return seat


async def ask_to_move(site, seat: str, path: str) -> str:
    """The page that says what changes."""
    asked = urlencode(await form(site, path, f"{seat}/move"))
    return await read(site, f"{seat}/move?{asked}")


async def confirm_move(site, seat: str, path: str):
    (fields,) = forms_of(await ask_to_move(site, seat, path), f"{seat}/move")
    return await site.send(f"{seat}/move", **fields)


async def test_moving_says_first_what_changes_and_asks(town, site):
    centre = await town.centre()
    seat = await booked(town, site, centre=centre, days=30)
    slot = await town.slot(centre=centre, days=31, hour=15)
    path = f"{BOOK}?move={seat.rsplit('/', 1)[1]}"
    page = " ".join((await ask_to_move(site, seat, path)).split())
    for words in ("Move your test?", ">10:00<", ">15:00<", "It costs <strong>nothing"):
        assert words in page
    assert "You get a letter about it." in page
    (fields,) = forms_of(page, f"{seat}/move")
    asked = await site.send(f"{seat}/move", **{**fields, "sure": "false"})
    assert location(asked).startswith(f"{seat}/move?")
    assert f"slot={slot}" in location(asked)
    assert "Your seat is booked" in await read(site, seat)


async def test_a_move_that_is_asked_about_nonsense_says_so(town, site):
    seat = await booked(town, site)
    for slot in ("", "x", str(uuid4())):
        assert (await site.get(f"{seat}/move?slot={slot}")).status == 404


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("cancelled_at = now()", "This slot was cancelled."),
        ("closes_at = now()", "Booking of this slot is closed."),
        ("blocked = 1", "The last seat of this slot has just been taken."),
        ("modules = '{SCPM}'", "This slot is not for the test of this module."),
        ("fee_minor = 9000, currency = 'AED'", "The test costs another fee"),
    ],
)
async def test_a_move_that_would_be_refused_is_not_promised(town, site, column, why):
    centre = await town.centre()
    seat = await booked(town, site, centre=centre, days=30)
    slot = await town.slot(centre=centre, days=31, opens=-2)
    await town.slot(centre=centre, days=32)
    table = "centre" if "fee" in column else "slot"
    which, of = ("centre_id", centre) if table == "centre" else ("slot_id", slot)
    await town.run(f"UPDATE {table} SET {column} WHERE {which} = $1", of)
    answer = await site.get(f"{seat}/move?slot={slot}")
    page = " ".join((await answer.text()).split())
    assert answer.status == 409
    assert why in page
    assert "<h1>Move your test <small>" in page
    assert "Yes, move my test" not in page
    here = await town.value("SELECT slot_id FROM seat WHERE state = 'booked'")
    same = await site.get(f"{seat}/move?slot={here}")
    assert same.status == 400
    assert "This is the slot you have." in await same.text()


async def test_cancelling_asks_once_and_says_what_comes_back(town, site):
    seat = await booked(town, site, days=30)
    page = " ".join((await read(site, seat)).split())
    assert "₹500 of ₹500 comes back the way you paid." in page
    asked = await act(site, seat, "cancel", sure="false")
    assert location(asked) == f"{seat}?cancel=1"
    assert "Your seat is booked" in await read(site, seat)
    await act(site, seat, "cancel")
    page = await read(site, seat)
    assert "This seat is cancelled" in page
    assert "₹500 is on its way back" in page
    assert "₹500 is on its way back" in await read(site, "/tests")


async def test_cancelling_late_keeps_the_fee_that_was_said(town, site):
    seat = await booked(town, site, days=5)
    assert "₹400 of ₹500 comes back" in await read(site, seat)
    await act(site, seat, "cancel")
    assert "₹100 was kept as the fee." in await read(site, seat)


async def test_so_shortly_before_nothing_can_be_changed(town, site):
    seat = await booked(town, site, days=1)
    page = await read(site, seat)
    assert "can neither be moved nor cancelled" in page
    assert forms_of(page, f"{seat}/cancel") == []


async def test_moving_in_time_is_done_at_once_and_old_pages_lead_there(town, site):
    centre = await town.centre()
    seat = await booked(town, site, centre=centre, days=30)
    await town.slot(centre=centre, days=31)
    path = f"{BOOK}?move={seat.rsplit('/', 1)[1]}"
    assert "Moving is free now." in await read(site, path)
    moved = await confirm_move(site, seat, path)
    new = location(moved)
    assert "Your seat is booked" in await read(site, new)
    old = await read(site, seat)
    assert "This seat was moved" in old
    assert f'href="{new}"' in old


async def test_moving_late_holds_the_new_seat_to_pay_for(town, site):
    centre = await town.centre()
    seat = await booked(town, site, centre=centre, days=5)
    await town.slot(centre=centre, days=6)
    path = f"{BOOK}?move={seat.rsplit('/', 1)[1]}"
    assert "Moving costs ₹100 now" in await read(site, path)
    moved = await confirm_move(site, seat, path)
    new = location(moved)
    page = await read(site, new)
    assert "Pay to move here" in page
    assert "Pay ₹100" in page
    assert "A seat is held to move this test to" in await read(site, seat)
    assert "A seat is held to move your test to. Pay ₹100" in await read(site, "/tests")
    await pay(site, new)
    assert "Your seat is booked" in await read(site, new)
    assert f'href="{new}"' in await read(site, seat)


async def test_nobody_moves_to_a_centre_with_another_fee(town, site):
    seat = await booked(town, site, days=30)
    there = await town.centre("Dubai", fee_minor=8_000, currency="AED")
    await town.slot(centre=there, days=30)
    page = await read(site, f"{BOOK}?move={seat.rsplit('/', 1)[1]}&city=Dubai")
    assert "Another fee: cancel your booking, then book here anew." in page
    assert forms_of(page, f"{seat}/move") == []


async def test_a_slot_we_cancelled_says_so(town, site):
    seat = await booked(town, site)
    await town.run("UPDATE slot SET cancelled_at = now()")
    await act(site, seat, "cancel")
    assert "This slot was cancelled by us" in await read(site, seat)


def later(span: Span, **by: float) -> Span:
    by = timedelta(**by)
    return Span(starts_at=span.starts_at + by, ends_at=span.ends_at + by)


async def test_a_seat_we_moved_says_so_on_top_until_it_is_seen(town, site):
    seat = await booked(town, site, days=30)
    assert "was moved by us" not in await read(site, "/tests")
    slot = await town.value("SELECT slot_id FROM slot")
    starts = await town.value("SELECT starts_at FROM slot")
    to = starts + timedelta(days=2, hours=3)
    span = Span(starts_at=to, ends_at=to + timedelta(hours=2))
    admin = await town.value("SELECT account_id FROM account WHERE srn = 'ADMIN1'")
    await SlotChanges(town.app[DESK]).move(admin, slot, span)
    for path in ("/tests", seat):
        page = await read(site, path)
        notice = page.split('data-testid="changed"')[1].split("</section>")[0]
        assert page.index('data-testid="changed"') < page.index("Institute")
        for words in (">10:00<", ">13:00<", "It suits me", "Choose another"):
            assert words in notice, (path, words)
        assert "Cancel free of charge" in notice
    (fields,) = forms_of(await read(site, "/tests"), f"{seat}/seen")
    await SlotChanges(town.app[DESK]).move(admin, slot, later(span, hours=1))
    assert location(await site.send(f"{seat}/seen", **fields)) == "/tests"
    page = await read(site, "/tests")
    assert page.index('data-testid="changed"') < page.index(">14:00<")
    (fields,) = forms_of(page, f"{seat}/seen")
    assert location(await site.send(f"{seat}/seen", **fields)) == "/tests"
    for path in ("/tests", seat):
        assert 'data-testid="changed"' not in await read(site, path)


async def test_a_failed_payment_is_said_on_the_page_of_the_seat(app_server, town, site):
    await town.slot()
    seat = await hold(site)
    answer = await site.send(f"{seat}/pay", **await form(site, seat, f"{seat}/pay"))
    action = re.search(r'action="([^"]+/sandbox/pay/[^"]+)"', await answer.text())[1]
    assert "Your last try to pay" not in await read(site, seat)
    order = action.rsplit("/", 1)[1]
    now = town.now()
    paying = app_server.app[PAYING]
    await paying.failed(Failed(provider_order=order, at=now + timedelta(days=1)))
    await paying.failed(Failed(provider_order="of nobody", at=now))
    page = " ".join((await read(site, seat)).split())
    assert "Your last try to pay did not go through (" in page
    assert "We have received nothing for it; if your bank took money" in page
    await pay(site, seat)
    assert "Your last try to pay" not in await read(site, seat)


# Others, and programs.


async def test_nobody_sees_or_touches_the_seat_of_another(town, site, other):
    await town.slot()
    seat = await hold(site)
    await other.log_in("BEN002")
    assert (await other.get(seat)).status == 404
    for what in ("release", "pay", "cancel", "take"):
        sure = {"sure": "true"} if what == "cancel" else {}
        answer = await other.send(f"{seat}/{what}", key=uuid4().hex, **sure)
        assert answer.status == 404, what
    assert await town.value("SELECT state FROM seat") == "held"


async def test_programs_do_the_same_with_a_key_in_the_header(town, site):
    await town.slot(capacity=2)
    listed = await (await site.get("/api/tests/slots?module=CEL", "*/*")).json()
    (slot,) = listed["slots"]
    assert (slot["free"], slot["fee"]["minor"]) == (2, 50_000)
    wish = {"slot": slot["slot"], "module": "CEL"}
    refused = await site.post("/api/tests/holds", wish)
    assert (await refused.json())["code"] == "bad_key"
    key = {"Idempotency-Key": uuid4().hex}
    both = [await site.post("/api/tests/holds", wish, **key) for _ in range(2)]
    first, second = [await it.json() for it in both]
    assert first == second
    path = f"/api{first['page']}"
    there = await site.post(f"{path}/pay", **{"Idempotency-Key": uuid4().hex})
    assert "/sandbox/pay/" in (await there.json())["action"]
    gone = await site.post(f"{path}/release", **{"Idempotency-Key": uuid4().hex})
    assert gone.status == 204
    assert await town.value("SELECT state FROM seat") == "released"


async def test_programs_read_why_not(town, site):
    slot = await town.slot()
    wish = {"slot": str(slot), "module": "SCPM"}
    answer = await site.post(
        "/api/tests/holds", wish, **{"Idempotency-Key": uuid4().hex}
    )
    body = await answer.json()
    assert (answer.status, body["code"]) == (409, "hours_missing")
    assert body["missing_s"] == 40 * 3600


async def test_programs_wait_in_line_move_and_cancel(town, site, other):
    centre = await town.centre()
    seat = await booked(town, site, centre=centre)
    slot = await town.value("SELECT slot_id FROM slot")
    await town.fit("BEN002")
    await other.log_in("BEN002")
    wish = {"slot": str(slot), "module": "CEL"}
    keys = [{"Idempotency-Key": uuid4().hex} for _ in range(5)]
    assert (await other.post("/api/tests/lines", wish, **keys[0])).status == 204
    to = {"slot": str(await town.slot(centre=centre, days=31))}
    moved = await site.post(f"/api{seat}/move", to, **keys[1])
    new = (await moved.json())["page"]
    offered = await town.value("SELECT seat_id FROM seat WHERE state = 'offered'")
    taken = await other.post(f"/api/tests/seats/{offered}/take", **keys[2])
    assert taken.status == 200
    cancelled = await site.post(f"/api{new}/cancel", **keys[3])
    assert (await cancelled.json())["back"] == {"minor": 50_000, "currency": "INR"}
    left = await other.post(f"/api/tests/lines/{slot}/leave", **keys[4])
    assert (await left.json())["code"] == "not_in_line"
