"""What is asked before a move, and what is said after one of ours, in a real browser:
live, within everybody's reach, on a telephone, in light and dark."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from app.booking.domain.planning import Span
from app.booking.domain.words import Wish
from app.booking.service.slot_changes import SlotChanges
from app.booking.views.kit import new_key
from app.booking.views.wiring import DESK, SEATS
from app.kernel.ids import AccountId, ModuleCode, SlotId
from tests.booking_town import MODULE, Town
from tests.browser.test_accounts import come_in, opened
from tests.browser.test_staff_slots import NARROW, is_fine
from tests.http import conftest as app
from tests.http.test_booking_pages import BOOK, hold, pay

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site


@pytest.fixture
async def town(app_server, database):
    made = Town(app_server.app, database)
    await made.fit("ASHA001")
    return made


async def booked(town, site) -> str:
    """Asha's seat, in a month; another slot is free the day after."""
    await site.log_in("ASHA001")
    centre = await town.centre()
    await town.slot(centre=centre, days=30)
    seat = await hold(site)
    await pay(site, seat)
    await town.slot(centre=centre, days=31, hour=15)
    return seat


async def move_the_slot(town, seat: str) -> None:
    row = "SELECT {} FROM slot JOIN seat USING (slot_id) WHERE seat_id = $1"
    id_ = seat.rsplit("/", 1)[1]
    slot = await town.value(row.format("slot_id"), id_)
    to = await town.value(row.format("starts_at"), id_) + timedelta(days=5, hours=3)
    admin = await town.value("SELECT account_id FROM account WHERE srn = 'ADMIN1'")
    span = Span(starts_at=to, ends_at=to + timedelta(hours=2))
    await SlotChanges(town.app[DESK]).move(admin, slot, span)


async def in_both_lights(page: Page) -> None:
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await is_fine(page)


async def test_a_move_of_ours_is_on_top_at_once_and_gone_when_it_was_seen(site, town):
    seat = await booked(town, site)
    async with opened(viewport=NARROW, bypass_csp=True) as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests")
        notice = page.get_by_test_id("changed")
        await expect(page.get_by_text("Booked", exact=True)).to_be_visible()
        await expect(notice).to_have_count(0)
        await move_the_slot(town, seat)
        await expect(notice).to_be_visible()  # Nobody loaded the page anew.
        await in_both_lights(page)
        await page.goto(f"{site.url}{seat}")
        await expect(notice).to_be_visible()
        await in_both_lights(page)
        await notice.get_by_role("button", name="It suits me").click()
        await expect(page.get_by_text("Your seat is booked")).to_be_visible()
        await expect(notice).to_have_count(0)


async def test_a_student_moves_by_two_presses_and_a_way_back(site, town):
    seat = await booked(town, site)
    async with opened(viewport=NARROW, bypass_csp=True) as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}{seat}")
        await page.get_by_role("link", name="Move to another time").click()
        await page.get_by_role("button", name=re.compile("^Move here")).click()
        await expect(
            page.get_by_role("heading", name="Move your test?")
        ).to_be_visible()
        await in_both_lights(page)
        await page.get_by_role("link", name="Back to the slots").click()
        await page.get_by_role("button", name=re.compile("^Move here")).click()
        await page.get_by_role("button", name="Yes, move my test").click()
        await expect(page.get_by_text("Your seat is booked")).to_be_visible()
        assert seat not in page.url


async def test_who_moves_an_accessible_seat_sees_accessible_ones_live(site, town):
    await town.fit("BEN002")
    await site.log_in("ASHA001")
    centre = await town.centre()
    await town.slot(centre=centre, days=30, accessible=1)
    seat = await hold(site, f"{BOOK}?accessible=1")
    await pay(site, seat)
    slot = await town.slot(3, centre=centre, days=30, hour=15, accessible=1)
    async with opened(viewport=NARROW, bypass_csp=True) as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}{BOOK}?move={seat.rsplit('/', 1)[1]}")
        free = page.locator(f"#slot-{slot} [data-part=free]")
        await expect(free).to_have_text("Last seat")
        wish = Wish(slot=SlotId(slot), module=ModuleCode(MODULE), accessible=True)
        ben = await town.value("SELECT account_id FROM account WHERE srn = 'BEN002'")
        await town.app[SEATS].hold(AccountId(ben), new_key(), wish)
        await expect(free).to_have_text("Full")


async def test_an_admin_is_asked_before_a_slot_moves_and_sees_whose_it_is(site, town):
    seat = await booked(town, site)
    slot = await town.value(
        "SELECT slot_id FROM seat WHERE seat_id = $1", seat.rsplit("/", 1)[1]
    )
    async with opened(viewport=NARROW, bypass_csp=True) as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/staff/slots/{slot}")
        await in_both_lights(page)
        await page.get_by_role("link", name="Who has a seat").click()
        await expect(page.get_by_role("link", name="Asha Rao")).to_be_visible()
        await in_both_lights(page)
        await page.goto(f"{site.url}/staff/slots/{slot}")
        await page.get_by_label("From", exact=True).fill("12:00")
        await page.get_by_label("Till", exact=True).fill("14:00")
        await page.get_by_role("button", name="Move the slot").click()
        await expect(
            page.get_by_role("heading", name="Move this slot?")
        ).to_be_visible()
        await in_both_lights(page)
        await page.get_by_role("button", name="Yes, move the slot").click()
        await expect(page.get_by_text("Letters written: 1.")).to_be_visible()
