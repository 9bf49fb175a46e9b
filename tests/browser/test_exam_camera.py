"""A test with a face before the camera: every process, and real looks."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from tests.browsing import chromium, log_in
from tests.house import House
from tests.http.exam_hall import put_seat
from tests.stores.exam_world import put_bank, put_blueprint, questions

SLOW = 30_000
ENDED = "SELECT ended_why FROM exam"


@pytest.fixture
async def house(tmp_path, database_url, redis_url):
    """One of its own: a test that was sat stays."""
    started = House(tmp_path, database_url, redis_url)
    started.start_all()
    yield started
    started.stop_all()


@pytest.fixture
async def seat(house, database):
    """Asha's, with a bank to draw from."""
    await put_bank(database, "CEL", questions())
    await put_blueprint(database, "CEL")
    asha = await house.value("SELECT account_id FROM account WHERE srn = 'ASHA001'")
    return await put_seat(database, UUID(str(asha)))


async def test_the_clock_begins_with_the_first_look_and_the_camera_goes_on(
    house, seat, clips
):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await log_in(page, house.url, "ASHA001")
        await page.goto(f"{house.url}/tests/seats/{seat}")
        await page.get_by_test_id("begin").click()
        await page.get_by_test_id("open").click()
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("The clock begins when", timeout=SLOW)
        await expect(title).to_have_text("Your test is running", timeout=SLOW)
        await expect(page.get_by_test_id("camera")).to_be_visible()
        await expect(page.get_by_test_id("number-of")).to_contain_text("of 6")
        await page.reload()
        await expect(title).to_have_text("Your test is running", timeout=SLOW)
        assert await house.value("SELECT epoch FROM exam") == 2
        await page.get_by_test_id("hand-in").click()
        await page.get_by_test_id("sure").click()
        await expect(title).to_have_text("You handed in your test")
        await house.until(ENDED, "handed_in")
        assert errors == []
