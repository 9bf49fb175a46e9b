"""Learning in a real Chromium: pages for everybody, by keyboard, on small screens."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_accounts import checked, come_in, opened
from tests.browser.test_study import SLOW, start_studying
from tests.browsing import chromium, log_in
from tests.house import QUICK, House
from tests.http import conftest as app
from tests.http.test_ways_in import other

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
__all__ = ["other"]
PAGES = [
    "/",
    "/?pick=C",
    "/study/CEL/directors-and-their-duties",
    "/study/SCPM/activities-drive-costs",
    "/consent?next=/",
    "/account/consent",
    "/check",
    "/hours",
    "/help",
]
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", PHONE), ("dark", PHONE), ("light", DESKTOP)]
)
async def test_everybody_can_use_the_pages_of_learning(site, scheme, size):
    """No serious violation as far as axe can tell; no page wider than its screen."""
    async with opened(bypass_csp=True, color_scheme=scheme, viewport=size) as page:
        await come_in(page, site, "ASHA001")
        found = {path: await checked(page, site, path) for path in PAGES}
        if size is DESKTOP:
            wide = f"{DESKTOP['width']} px wide"
            found = {
                path: [it for it in all_ if it != wide] for path, all_ in found.items()
            }
        assert {path: it for path, it in found.items() if it} == {}


async def tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("it => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"no way to {selector} by keyboard")


async def test_one_picks_reads_marks_and_notes_by_keyboard_alone(site):
    async with opened(viewport=DESKTOP) as page:
        await come_in(page, site, "ASHA001")
        await tab_to(page, "[data-set=C] form button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/#set-C")
        await tab_to(page, "[data-set=C] h3 a")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/study/DIGI/*")
        await page.locator(".reading").focus()
        await page.keyboard.press("d")
        await expect(page.get_by_test_id("done")).to_have_attribute(
            "aria-pressed", "true"
        )
        await expect(page.locator("[data-part=done-count]")).to_have_text("1")
        await page.keyboard.press("n")
        await expect(page.locator(".reading h1")).to_have_text("Evidence that lasts")
        await page.keyboard.press("p")
        await expect(page.locator(".reading h1")).to_have_text("Controls in software")
        await tab_to(page, "textarea")
        await page.keyboard.type("No shortcuts here: n p d")
        note = page.locator("topic-note [data-part=said]")
        await expect(note).to_have_text("Saved.")
        await page.reload()
        await expect(page.get_by_test_id("note")).to_have_value(
            "No shortcuts here: n p d"
        )
        await expect(page.get_by_test_id("done")).to_have_text("Done")


async def test_the_place_in_a_topic_and_in_a_video_is_kept(site):
    topic = f"{site.url}/study/SCPM/activities-drive-costs"
    async with opened(viewport={"width": 900, "height": 500}) as page:
        await come_in(page, site, "ASHA001")
        await page.goto(topic)
        video = page.locator("topic-video video")
        async with page.expect_response("**/progress"):
            await video.evaluate("it => { it.currentTime = 9; it.muted = true }")
            await video.evaluate("it => it.play().then(() => it.pause())")
        await page.locator(".reading h2").last.scroll_into_view_if_needed()
        async with page.expect_response("**/progress"):
            await page.mouse.wheel(0, 60)
        at = await page.evaluate("scrollY")
        assert at > 200
        await page.goto(topic)
        await page.wait_for_function(f"() => scrollY > {at} / 2")
        await page.wait_for_function(
            "() => document.querySelector('topic-video video').currentTime >= 8.9"
        )


async def test_two_tabs_never_lose_a_note(site):
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        topic = f"{site.url}/study/CEL/competition"
        second = await page.context.new_page()
        for tab in (page, second):
            await tab.goto(topic)
        await page.get_by_test_id("note").fill("written here")
        await expect(page.locator("topic-note [data-part=said]")).to_have_text("Saved.")
        await second.get_by_test_id("note").fill("and there")
        said = second.locator("topic-note [data-part=said]")
        await expect(said).to_contain_text("another tab")
        await second.get_by_role("button", name="Show the other text").click()
        await expect(said).to_have_text("Saved.")
        await page.reload()
        note = page.get_by_test_id("note")
        await expect(note).to_have_value("written here\n\nand there")


@pytest.fixture
async def idle_house(tmp_path, database_url, redis_url):
    """Where "still there?" is asked after four seconds."""
    policy = {**QUICK, "IDLE_AFTER_S": "4", "IDLE_ANSWER_S": "5"}
    started = House(tmp_path, database_url, redis_url, policy)
    try:
        started.start_all()
        yield started
    finally:
        started.stop_all()


async def test_still_there_is_asked_answered_and_else_pauses_kindly(idle_house, clips):
    house = idle_house
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        asked = page.get_by_role("dialog", name="Are you still there?")
        await expect(asked).to_be_visible(timeout=10_000)
        await page.keyboard.press("Shift")
        await expect(asked).to_be_hidden()
        await expect(asked).to_be_visible(timeout=10_000)
        await house.until("SELECT reason FROM sitting", "inactive", patience_s=15)
        await expect(title).to_contain_text("nothing moved")
        await expect(asked).to_be_hidden()
        kept = "SELECT count(*) FROM stretch WHERE state = 'void'"
        assert await house.value(kept) == 0
        await page.get_by_test_id("resume").click()
        await expect(title).to_contain_text("It is you", timeout=SLOW)


async def test_a_second_device_is_told_and_takes_over(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        first = await (await browser.new_context()).new_page()
        await start_studying(first, house.url)
        there = first.get_by_test_id("state-title")
        await expect(there).to_contain_text("It is you", timeout=SLOW)
        second = await (await browser.new_context()).new_page()
        await log_in(second, house.url, "ASHA001")
        await second.goto(f"{house.url}/study/CEL/competition")
        here = second.get_by_test_id("state-title")
        await expect(here).to_contain_text("open in another tab or device (")
        await second.get_by_test_id("start").click()
        await expect(here).to_contain_text("It is you", timeout=SLOW)
        await expect(there).to_contain_text("goes on in another tab or device")
        await asyncio.sleep(1)
        assert await house.value("SELECT count(*) FROM sitting") == 1
        assert await house.value("SELECT count(*) FROM reading") >= 1
