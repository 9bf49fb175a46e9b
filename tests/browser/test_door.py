"""The door in a real browser: a scanner that types, a camera, and little room."""

import pytest
from playwright.async_api import expect

from app.booking.domain.cards import card_code
from app.booking.service.papers import seals_of
from tests.axe import serious_violations
from tests.browser.test_accounts import come_in, opened
from tests.door_world import book
from tests.http import conftest as app
from tests.http.test_staff import account_of

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
NARROW = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
SEES = """code => { globalThis.BarcodeDetector = class {
    async detect() {
        const seen = performance.now() - globalThis.opened < 400
        return [{ rawValue: seen ? 'https://example.org' : code }] } }
    globalThis.opened = performance.now() }"""
"""Stands for the browser's own detector, which not every Chromium has."""


@pytest.fixture
async def booked(app_server, database):
    found = await book(database)
    ben = await account_of(database, "BEN002")
    await found.world.book(ben, found.slot)
    return found


@pytest.fixture
async def code(booked):
    ends = await booked.world.value(
        "SELECT ends_at FROM slot WHERE slot_id = $1", booked.slot
    )
    return card_code(booked.seat, ends, seals_of(booked.world.desk))


async def test_a_scanner_types_and_the_keyboard_lets_in(site, booked, code):
    async with opened() as page:
        await come_in(page, site, "PROCTOR1")
        await page.get_by_role("link", name="Door", exact=True).click()
        await page.get_by_test_id("door-slot").click()
        await expect(page.get_by_test_id("given")).to_be_focused()
        await page.keyboard.type(f"{code}\n")
        await expect(page.get_by_role("heading", name="Asha Rao")).to_be_visible()
        await expect(page.get_by_test_id("given")).to_be_focused()
        await page.get_by_test_id("let-in").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("let-in-said")).to_contain_text("Asha Rao")
        assert await booked.world.state(booked.seat) == "attended"
        await expect(page.get_by_test_id("given")).to_be_focused()
        await page.keyboard.type(f"{code}\n")  # the next scan needs no click
        await expect(page.get_by_text("Marked already: here since")).to_be_visible()
        await expect(page.get_by_test_id("given")).to_be_focused()
        await page.keyboard.type("nobody7\n")
        await expect(page.get_by_test_id("refused")).to_contain_text("Nobody with")


async def test_a_scan_never_lets_anybody_in_by_itself(site, booked, code):
    """A second scan, or a scanner that ends twice, presses no button."""
    async with opened() as page:
        await come_in(page, site, "PROCTOR1")
        await page.goto(f"{site.url}{booked.door}")
        for _ in range(2):
            await expect(page.get_by_test_id("given")).to_be_focused()
            await page.keyboard.type(f"{code}\n")
            await expect(page.get_by_test_id("let-in")).to_be_visible()
            await page.keyboard.press("Enter")
        assert await booked.world.state(booked.seat) == "booked"


async def test_a_camera_reads_a_card_where_the_browser_can(site, booked, code):
    async with opened(permissions=["camera"]) as page:
        await come_in(page, site, "PROCTOR1")
        await page.add_init_script(f"({SEES})({code!r})")
        await page.goto(f"{site.url}{booked.door}")
        await page.get_by_role("button", name="Scan with the camera").click()
        await page.evaluate("globalThis.opened = performance.now()")
        words = page.locator("card-scanner [role=status]")
        await expect(words).to_contain_text("not of an admit card")
        await expect(page.get_by_role("heading", name="Asha Rao")).to_be_visible()


async def test_without_a_detector_there_is_no_camera_button(site, booked):
    async with opened() as page:
        await come_in(page, site, "PROCTOR1")
        await page.add_init_script("delete globalThis.BarcodeDetector")
        await page.goto(f"{site.url}{booked.door}")
        await expect(page.get_by_test_id("given")).to_be_visible()
        camera = page.get_by_role("button", name="Scan with the camera")
        await expect(camera).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_door(site, booked, scheme):
    given = {"color_scheme": scheme, "viewport": NARROW, "bypass_csp": True}
    async with opened(**given) as page:
        await come_in(page, site, "PROCTOR1")
        seat = f"{booked.door}/{booked.seat}"
        for path in ("/staff/door", booked.door, seat):
            await page.goto(f"{site.url}{path}")
            assert await serious_violations(page) == [], path
            assert await page.evaluate(OVERFLOW) <= 0, path
        await page.get_by_test_id("let-in").click()
        await expect(page.get_by_test_id("let-in-said")).to_be_visible()
        assert await serious_violations(page) == []
        await page.goto(f"{site.url}{seat}")
        assert await serious_violations(page) == []
        assert await page.evaluate(OVERFLOW) <= 0
