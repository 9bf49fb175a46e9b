"""The wall of five hundred in a real Chromium: little in the document, all in reach."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from app.adapters.bell import RedisBell
from app.adapters.redis import connect
from app.proctoring.store import incidents
from tests.axe import serious_violations
from tests.browser.test_accounts import come_in, opened
from tests.browser.wall_of import fill, show_all, sit_tests, tell
from tests.http import conftest as app

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
ROWS = "[data-testid=wall-row]"


async def test_five_hundred_sittings_are_few_rows_and_all_in_reach(site, database):
    await fill(database, 500)
    async with opened(viewport={"width": 1280, "height": 900}) as page:
        await come_in(page, site, "PROCTOR1")
        await page.goto(f"{site.url}/wall")
        await expect(page.get_by_text("500 of 500")).to_be_visible()
        assert await page.locator(ROWS).count() < 40
        first = page.locator(ROWS).first
        assert await first.get_attribute("aria-setsize") == "500"
        await first.get_by_test_id("wall-open").focus()
        await page.keyboard.press("End")
        last = page.locator(f"{ROWS}[aria-posinset='500']")
        await expect(last.get_by_test_id("wall-open")).to_be_focused()
        assert await page.locator(ROWS).count() < 60
        await page.keyboard.press("/")
        await page.keyboard.type("student 123")
        await expect(page.locator(ROWS)).to_have_count(1)
        assert "q=student" in page.url
        await page.keyboard.press("Control+A")
        await page.keyboard.press("Delete")
        await page.locator("select[name=state]").select_option("paused")
        await expect(page.locator(ROWS).first).to_contain_text("Not recognised")


async def test_a_wall_without_windowing_is_large(site, database):
    """The control: all of them in the document."""
    await fill(database, 120)
    async with opened() as page:
        await come_in(page, site, "PROCTOR1")
        await show_all(page)
        await page.goto(f"{site.url}/wall")
        await expect(page.locator(ROWS)).to_have_count(120)


async def test_a_new_incident_marks_the_title_where_it_is_wanted(
    site, database, redis_url
):
    sittings = await fill(database, 3)
    async with opened() as page:
        await come_in(page, site, "PROCTOR1")
        await page.goto(f"{site.url}/wall")
        await page.get_by_text("3 of 3").wait_for()
        await page.locator("[data-part=sound]").check()
        hide = "Object.defineProperty(document, 'hidden', { get: () => true })"
        await page.evaluate(hide)  # as behind another window
        async with database.transaction() as tx:
            await incidents.insert(tx, sittings[0], None, "mismatch", datetime.now(UTC))
        redis = connect(redis_url)
        await RedisBell(redis, redis).ring(["wall"])
        await redis.aclose()
        await expect(page).to_have_title(re.compile(r"^\(1\) "))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_wall_and_its_panel_are_accessible_and_narrow(site, database, scheme):
    sittings = await fill(database, 30)
    await sit_tests(database, sittings[:5])
    await tell(database, sittings[0], *["left_full_screen", "copied"] * 3)
    phone = {"width": 360, "height": 740}
    async with opened(bypass_csp=True, color_scheme=scheme, viewport=phone) as page:
        await come_in(page, site, "PROCTOR1")
        await page.goto(f"{site.url}/wall")
        await page.locator(ROWS).first.get_by_test_id("wall-open").wait_for()
        assert await serious_violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.locator(ROWS).first.get_by_test_id("wall-open").click()
        await expect(page.locator("#wall-panel h2")).to_contain_text("Student")
        assert await serious_violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.locator("#wall-panel")).to_be_hidden()


async def test_of_five_hundred_the_tests_stand_first_and_are_found_alone(
    site, database
):
    sittings = await fill(database, 500)
    await sit_tests(database, sittings[-40:])
    async with opened(viewport={"width": 1280, "height": 900}) as page:
        await come_in(page, site, "PROCTOR1")
        await page.goto(f"{site.url}/wall")
        await expect(page.get_by_text("500 of 500")).to_be_visible()
        first = page.locator(f"{ROWS}[aria-posinset='1']")
        await expect(first).to_contain_text("Test: ")
        await expect(first).to_contain_text("left of the test")
        await page.locator("select[name=kind]").select_option("exam")
        await expect(page.get_by_text("40 of 500")).to_be_visible()
        assert "kind=exam" in page.url
        await page.locator("select[name=kind]").select_option("learning")
        await expect(page.get_by_text("460 of 500")).to_be_visible()
        await expect(first).not_to_contain_text("Test: ")


async def test_what_a_browser_tells_comes_to_row_and_panel_by_itself(
    site, database, redis_url
):
    sittings = await fill(database, 3)
    await sit_tests(database, sittings[:1])
    async with opened(viewport={"width": 1280, "height": 900}) as page:
        await come_in(page, site, "PROCTOR1")
        await page.goto(f"{site.url}/wall")
        row = page.locator(ROWS).first
        await expect(row.get_by_test_id("told-sign")).to_be_hidden()
        await row.get_by_test_id("wall-open").click()
        told = page.get_by_test_id("told")
        await expect(told).to_contain_text("Nothing out of the ordinary so far.")
        left = ["left_full_screen", "back_in_full_screen"]
        await tell(database, sittings[0], *left * 3, "copied")
        redis = connect(redis_url)
        await RedisBell(redis, redis).ring(["wall"])
        await redis.aclose()
        times = told.get_by_test_id("told-times")
        await expect(times).to_contain_text("Left full screen 3 times")
        await expect(times).to_contain_text("Copied once")
        await expect(told.get_by_test_id("told-last").locator("li")).to_have_count(4)
        await expect(told).to_contain_text("Events, not verdicts")
        await page.keyboard.press("Escape")
        sign = row.get_by_test_id("told-sign")
        await expect(sign).to_have_text("Copied once, 3 more")
        other = page.locator(ROWS).nth(1)
        await other.get_by_test_id("wall-open").click()
        await expect(told).to_be_hidden()
