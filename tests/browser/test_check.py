"""The device check in a real Chromium, with a real look at a camera playing a face."""

import re

import pytest
from playwright.async_api import expect

from tests.axe import serious_violations
from tests.browser.test_study import SLOW
from tests.browsing import chromium, log_in
from tests.house import QUICK, House


@pytest.fixture
async def checked_house(tmp_path, database_url, redis_url):
    """Where a device has to be checked before one studies."""
    policy = {**QUICK, "DEVICE_CHECK": "true", "CHECK_TRIES": "2"}
    started = House(tmp_path, database_url, redis_url, policy)
    started.start_all()
    yield started
    started.stop_all()


async def begin(page, url: str) -> None:
    await log_in(page, url, "ASHA001")
    await page.goto(f"{url}/study/CEL/competition")
    await page.get_by_test_id("start").click()
    await page.wait_for_url("**/check?next=*")
    await page.get_by_test_id("begin").click()


async def test_a_device_is_checked_once_and_then_one_studies(checked_house, clips):
    house = checked_house
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page(bypass_csp=True)  # for axe
        await begin(page, house.url)
        front = page.locator("[data-part=steps] [data-ask=front]")
        await expect(front).to_have_attribute("data-step", "done", timeout=SLOW)
        said = page.get_by_test_id("said")
        await expect(said).to_have_text(re.compile("Turn your head|Raise your chin"))
        assert await serious_violations(page) == []
        await page.get_by_test_id("skip").click()
        await expect(said).to_contain_text("You can study", timeout=SLOW)
        await expect(page.locator("face-guide")).to_be_hidden()
        enrol = page.locator("[data-line=enrol]")
        await expect(enrol).to_have_attribute("data-result", "warning")
        for code in (
            "camera",
            "light",
            "face",
            "match",
            "path",
            "speed_down",
            "speed_up",
        ):
            line = page.locator(f"[data-line={code}]")
            await expect(line).to_have_attribute("data-result", "pass")
        assert await house.value("SELECT count(*) FROM stretch") == 0
        await page.get_by_test_id("go-on").click()
        await page.wait_for_url("**/study/CEL/competition")
        await page.get_by_test_id("start").click()
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        kept = "SELECT outcome FROM sitting JOIN device_check USING (check_id)"
        assert await house.value(kept) == "warning"


async def test_the_dark_fails_with_what_to_do(checked_house, clips):
    async with chromium(clips(("asha", 60, 0.02))) as browser:
        page = await browser.new_page()
        await begin(page, checked_house.url)
        line = page.locator("[data-line=light]")
        await expect(line).to_have_attribute("data-result", "fail", timeout=SLOW)
        await expect(line).to_contain_text("Turn a lamp on")
        await expect(page.get_by_test_id("said")).to_contain_text("to mend")
        await expect(page.get_by_test_id("go-on")).to_be_hidden()
        assert await checked_house.value("SELECT count(*) FROM incident") == 0
