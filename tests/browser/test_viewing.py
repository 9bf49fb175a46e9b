"""A proctor looks live at a student: two pages in a real Chromium, all processes."""

import asyncio

from playwright.async_api import Browser, Page, expect

from tests.axe import serious_violations
from tests.browser.test_study import SLOW, start_studying
from tests.browsing import chromium, log_in

PLAYS = """async (video) => {
    const at = video.currentTime
    await new Promise((done) => setTimeout(done, 500))
    return video.videoWidth > 0 && video.currentTime > at
}"""
FRAMES = "(video) => video.getVideoPlaybackQuality().totalVideoFrames"
OPEN = "SELECT count(*) FROM live_view WHERE ended_at IS NULL"
ACTS = "SELECT count(*) FROM audit_event WHERE what = 'sitting.view'"


async def plays(page: Page, within_s: int = 15) -> bool:
    video = page.get_by_test_id("live-video")
    for _ in range(within_s * 2):
        if await video.evaluate(PLAYS):
            return True
    return False


async def frames_in(page: Page, seconds: float) -> int:
    video = page.get_by_test_id("live-video")
    before = await video.evaluate(FRAMES)
    await asyncio.sleep(seconds)
    return await video.evaluate(FRAMES) - before


async def open_panel(browser: Browser, url: str) -> Page:
    """Of ASHA001, on a telephone in the dark."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme="dark", bypass_csp=True
    )
    page = await context.new_page()
    await log_in(page, url, "PROCTOR1")
    await page.locator("[data-srn=ASHA001]").get_by_test_id("wall-open").click()
    return page


async def test_a_proctor_looks_live_and_the_student_is_told_meanwhile(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await (await browser.new_context()).new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        watched = page.get_by_test_id("watched")
        proctor = await open_panel(browser, house.url)
        before = await house.value(ACTS)
        await proctor.get_by_test_id("look-live-start").click()  # without a reason
        assert await house.value(OPEN) == 0
        await expect(watched).to_have_text("")

        await proctor.get_by_role("button", name="Looks failed").click()
        await proctor.keyboard.press("Enter")
        await expect(watched).to_contain_text("looking at your camera", timeout=3_000)
        assert await plays(proctor)
        assert await frames_in(proctor, 1.5) >= 5  # idling sends one a second
        await expect(proctor.get_by_test_id("live-left")).to_contain_text("9:")
        assert await serious_violations(proctor) == []
        assert await proctor.evaluate("document.documentElement.scrollWidth") <= 360
        assert await house.value(ACTS) == before + 1

        await page.reload()  # another epoch: the panel asks for another view
        await expect(proctor.get_by_test_id("live-words")).to_contain_text("Trying")
        await expect(watched).to_contain_text("looking at your camera", timeout=SLOW)
        assert await plays(proctor)
        assert await house.value(ACTS) > before + 1

        await proctor.keyboard.press("Escape")
        await expect(watched).to_have_text("", timeout=5_000)
        assert await house.value(OPEN) == 0
        await expect(title).to_contain_text("It is you")  # looks went on as before
        assert await house.value("SELECT count(*) FROM incident") == 0
