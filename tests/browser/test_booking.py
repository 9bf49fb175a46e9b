"""Seats in a real Chromium: a race for the last one, live seats, time that runs out."""

import asyncio
import re
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from app.booking.domain.words import Wish
from app.booking.views.wiring import SEATS
from app.kernel.ids import AccountId, ModuleCode, SlotId
from tests.axe import serious_violations
from tests.booking_town import Town
from tests.browser.test_accounts import come_in, opened
from tests.browsing import chromium
from tests.http import conftest as app
from tests.http.test_staff import account_of

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
NARROW = {"width": 360, "height": 740}
HOLD, WAIT = re.compile("^Hold this seat"), re.compile("^Wait in line")


@pytest.fixture
async def town(app_server, database):
    made = Town(app_server.app, database)
    await made.fit("ASHA001")
    await made.fit("BEN002")
    return made


@asynccontextmanager
async def students(site, *srns: str):
    """A page each, in browsers that share nothing."""
    async with chromium() as browser:
        pages = [await (await browser.new_context()).new_page() for _ in srns]
        for page, srn in zip(pages, srns, strict=True):
            await come_in(page, site, srn)
        yield pages


async def hold_elsewhere(town, database, slot, srn: str = "BEN002"):
    """The same student's or another's, on another device."""
    account = AccountId(await account_of(database, srn))
    wish = Wish(slot=SlotId(slot), module=ModuleCode("CEL"))
    return await town.app[SEATS].hold(account, uuid4().hex, wish)


async def no_reload(page: Page) -> None:
    await page.evaluate("globalThis.same = true")


async def test_two_race_for_the_last_seat_and_both_pages_are_right(site, town):
    await town.slot()
    async with students(site, "ASHA001", "BEN002") as pages:
        buttons = []
        for page in pages:
            await page.goto(f"{site.url}/tests/book/CEL")
            # Without its socket neither sees the other coming.
            buttons.append(page.get_by_role("button", name=HOLD))
        await asyncio.gather(*(button.click() for button in buttons))
        for page in pages:
            title = re.compile("Pay to keep this seat|Find a seat")
            await expect(page.get_by_role("heading", level=1)).to_have_text(title)
        first, second = sorted(pages, key=lambda page: "/seats/" not in page.url)
        clock = first.locator(".clock seat-countdown")
        await expect(clock).to_have_text(re.compile(r"^(9:\d\d|10:00)$"))
        if await second.get_by_role("alert").count():
            alert = second.get_by_role("alert")
            await expect(alert).to_contain_text("has just been taken")
            await second.get_by_role("button", name=WAIT).click()
        assert await town.value("SELECT count(*) FROM seat WHERE live") == 1
        await expect(second.get_by_text("In line, place 1:")).to_be_visible()


async def test_free_seats_change_on_an_open_page_and_the_focus_stays(
    site, town, database
):
    slot = await town.slot()
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests/book/CEL")
        await no_reload(page)
        await page.get_by_role("button", name=HOLD).focus()
        seat = await hold_elsewhere(town, database, slot)
        row = page.locator(".slot")
        await expect(row.locator("[data-part=free]")).to_have_text("Full")
        await expect(page.get_by_role("button", name=WAIT)).to_be_focused()
        await expect(page.locator("a.day small")).to_have_text("full")
        await expect(page.get_by_role("status")).to_have_text(
            "Kochi, 10:00: Full.", use_inner_text=False
        )
        account = AccountId(await account_of(database, "BEN002"))
        await town.app[SEATS].release(account, uuid4().hex, seat)
        await expect(row.locator("[data-part=free]")).to_have_text("Last seat")
        await expect(page.get_by_role("button", name=HOLD)).to_be_focused()
        assert await page.evaluate("globalThis.same")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/tests/seats/*")


async def test_the_accessible_pool_is_shown_at_once_and_kept(site, town):
    await town.slot(capacity=4, accessible=1)
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests/book/CEL")
        await no_reload(page)
        free = page.locator(".slot [data-part=free]")
        await expect(free).to_have_text("3 seats free")
        await page.get_by_label("I need an accessible seat").check()
        await expect(free).to_have_text("Last seat")
        await expect(page.locator("a.day small")).to_contain_text("1")
        assert await page.evaluate("globalThis.same")
        await page.locator("a.day").click()
        await page.wait_for_url(re.compile("accessible=1"))
        await page.get_by_role("button", name=HOLD).click()
        await expect(page.get_by_text("Accessible seat")).to_be_visible()


async def test_a_seat_held_elsewhere_appears_and_is_said_once(site, town, database):
    slot = await town.slot(capacity=3)
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests")
        await no_reload(page)
        await hold_elsewhere(town, database, slot, "ASHA001")
        card = page.locator("[data-module=CEL]")
        await expect(card.get_by_role("link", name="Pay ₹500")).to_be_visible()
        told = page.locator("seat-watch [role=status]")
        await expect(told).to_have_text(
            "Corporate and Economic Laws: a seat is held for you."
        )
        assert await page.evaluate("globalThis.same")


async def test_when_the_time_is_over_the_page_says_so_by_itself(site, town, database):
    slot = await town.slot(capacity=3)
    seat = await hold_elsewhere(town, database, slot, "ASHA001")
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await town.run("UPDATE seat SET held_until = now() + interval '64 seconds'")
        await page.goto(f"{site.url}/tests/seats/{seat}")
        told = page.locator("seat-watch [role=status]")
        await expect(told).to_have_text("1 minute left.", timeout=10_000)
        await town.run("UPDATE seat SET held_until = now() + interval '3 seconds'")
        await page.reload()
        await no_reload(page)
        await expect(page.get_by_text("The time to pay is over")).to_be_visible()
        await expect(told).to_have_text("The time is over.")
        await expect(page.get_by_role("button", name="Pay ₹500")).to_be_hidden()
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("This seat is given back")
        assert await page.evaluate("globalThis.same")


async def test_an_old_page_leads_to_the_truth(site, town, database):
    await town.slot(capacity=3)
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests/book/CEL")
        await page.get_by_role("button", name=HOLD).click()
        await page.wait_for_url("**/tests/seats/*")
        await page.go_back()
        await expect(page.get_by_text("You hold a seat")).to_be_visible()
        await page.get_by_role("link", name="See that seat").click()
        await page.get_by_role("button", name="Give the seat back").click()
        await page.wait_for_url("**/tests?told=released")
        await page.go_back()
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("You gave this seat back")


async def tab_to(page: Page, name: re.Pattern[str]) -> None:
    """With the keyboard alone, as far as it takes."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        text = await page.evaluate("document.activeElement.textContent")
        if name.search(" ".join(text.split())):
            return
    raise AssertionError(f"{name.pattern} is out of the keyboard's reach")


async def test_the_keyboard_alone_holds_a_seat(site, town):
    await town.slot(capacity=3)
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests")
        await tab_to(page, re.compile("^Find a seat"))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/tests/book/CEL")
        await tab_to(page, HOLD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/tests/seats/*")
        await tab_to(page, re.compile("^Pay ₹500"))
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Pay to keep this seat"
        )


async def test_without_script_a_seat_is_found_and_held(site, town):
    await town.slot(capacity=4, accessible=1)
    async with opened(java_script_enabled=False) as page:
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests/book/CEL")
        await page.get_by_label("I need an accessible seat").check()
        await page.get_by_role("button", name="Show").click()
        await expect(page.get_by_text("Last seat")).to_be_visible()
        await page.get_by_role("button", name=HOLD).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Pay to keep this seat"
        )
        await page.get_by_role("button", name="Pay ₹500").click()
        await expect(page.get_by_role("button", name="Go on to pay")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_pages(site, town, database, scheme):
    """No serious violation that axe finds, and nothing to scroll sideways."""
    slot = await town.slot(capacity=3)
    await town.slot()
    context = {"bypass_csp": True, "viewport": NARROW, "color_scheme": scheme}
    async with opened(**context) as page:
        await come_in(page, site, "ASHA001")
        found = {}
        for path in ("/tests", "/tests/book/CEL", "/tests/book/SCPM"):
            found[path] = await looked_at(page, f"{site.url}{path}")
        seat = await hold_elsewhere(town, database, slot, "ASHA001")
        for path in ("/tests", f"/tests/seats/{seat}", f"/tests/seats/{seat}?paid=1"):
            found[f"held {path}"] = await looked_at(page, f"{site.url}{path}")
        await town.end_holds()
        for path in ("/tests", f"/tests/seats/{seat}", "/tests/book/CEL"):
            found[f"over {path}"] = await looked_at(page, f"{site.url}{path}")
        assert {path: it for path, it in found.items() if it} == {}


async def looked_at(page: Page, url: str) -> list[str]:
    await page.goto(url)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    too_wide = [f"{wide} px wide"] if wide > NARROW["width"] else []
    return [*await serious_violations(page), *too_wide]
