"""A student in a real Chromium, all processes running, on a camera playing a face."""

import asyncio

from playwright.async_api import Page, expect

from tests.browsing import chromium, log_in

CONFIRMED = (
    "SELECT coalesce(sum(extract(epoch FROM ended_at - started_at)), 0)::float8 "
    "FROM stretch WHERE state = 'confirmed'"
)
CUT_EVERYBODY_OFF = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
SLOW = 30_000


async def start_studying(page: Page, url: str, srn: str = "ASHA001") -> None:
    await log_in(page, url, srn)
    await page.goto(f"{url}/study/CEL")
    await page.get_by_test_id("start").click()


async def seconds(page: Page, kind: str) -> float:
    return float(await page.get_by_test_id(kind).get_attribute("data-seconds") or 0)


async def until_seconds(
    page: Page, kind: str, least: float, within_s: int = 30
) -> None:
    for _ in range(within_s * 5):
        if await seconds(page, kind) >= least:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{kind} stayed at {await seconds(page, kind)} s")


async def test_the_right_person_sees_hours_become_confirmed(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await until_seconds(page, "provisional", 1)
        assert await seconds(page, "confirmed") == 0
        await until_seconds(page, "confirmed", 4)
        ledger = float(await house.value(CONFIRMED))
        assert abs(ledger - await seconds(page, "confirmed")) < 8

        await page.get_by_test_id("finish").click()
        await expect(title).to_contain_text("Finished", timeout=SLOW)
        waiting = "SELECT count(*) FROM stretch WHERE state = 'provisional'"
        assert await house.value(waiting) == 0
        assert await house.value("SELECT count(*) FROM incident") == 0


async def test_another_person_is_paused_and_the_proctor_sees_an_incident(house, clips):
    stand_in = clips(("asha", 13, 1), ("ben", 60, 1))
    async with chromium(stand_in) as browser:
        proctor = await (await browser.new_context()).new_page()
        await log_in(proctor, house.url, "PROCTOR1")
        page = await (await browser.new_context()).new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await expect(title).to_contain_text("did not recognise you", timeout=SLOW)
        hint = page.get_by_test_id("state-hint")
        await expect(hint).to_contain_text("left before a pause")
        await expect(title).to_contain_text("Paused", timeout=SLOW)
        await until_seconds(page, "confirmed", 1)

        row = proctor.locator("[data-srn=ASHA001]")
        await expect(row.get_by_test_id("incident")).to_contain_text("not recognised")
        assert await row.get_attribute("data-need") == "3"
        assert await house.value("SELECT count(*) FROM incident") >= 1
        void = "SELECT count(*) FROM stretch WHERE state = 'void'"
        assert await house.value(void) >= 1
        assert await seconds(page, "provisional") == 0


async def test_the_dark_is_hinted_at_and_light_leads_back_without_a_reload(
    house, clips
):
    async with chromium(clips(("asha", 7, 0.02), ("asha", 60, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("too dark", timeout=SLOW)
        hint = page.get_by_test_id("state-hint")
        await expect(hint).to_contain_text("Turn a light on")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await until_seconds(page, "confirmed", 3)
        assert await house.value("SELECT count(*) FROM incident") == 0


async def test_a_tab_closed_and_opened_again_resumes_and_counts_nothing_twice(
    house, clips
):
    async with chromium(clips(("asha", 4, 1))) as browser:
        context = await browser.new_context()
        page = await context.new_page()
        await start_studying(page, house.url)
        await until_seconds(page, "provisional", 3)
        await page.close()
        await house.until("SELECT state FROM sitting", "paused")

        page = await context.new_page()
        await page.goto(f"{house.url}/study/CEL")
        await page.get_by_test_id("start").click()
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await until_seconds(page, "confirmed", 3)
        assert await house.value("SELECT count(*) FROM sitting") == 1
        overlaps = """SELECT count(*) FROM stretch a JOIN stretch b
            ON a.stretch_id < b.stretch_id AND tstzrange(a.started_at, a.ended_at)
            && tstzrange(b.started_at, b.ended_at)"""
        assert await house.value(overlaps) == 0


async def test_a_reload_keeps_the_sitting_and_goes_on_by_itself(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await page.reload()
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await until_seconds(page, "confirmed", 3)
        assert await house.value("SELECT count(*) FROM sitting") == 1
        assert await house.value("SELECT epoch FROM sitting") == 2


async def test_the_proctors_commands_reach_the_student(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await (await browser.new_context()).new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        proctor = await (await browser.new_context()).new_page()
        await log_in(proctor, house.url, "PROCTOR1")
        row = proctor.locator("[data-srn=ASHA001]")

        await row.get_by_test_id("wall-pause").click()
        await expect(title).to_contain_text("proctor has paused", timeout=1_500)
        await row.get_by_test_id("wall-resume").click()
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        before = await house.value("SELECT count(*) FROM look WHERE why = 'proctor'")
        await row.get_by_test_id("wall-check").click()
        await house.until(
            "SELECT count(*) FROM look WHERE why = 'proctor' AND verdict = 'match'",
            before + 1,
        )
        await row.get_by_test_id("wall-open").click()
        message = proctor.get_by_test_id("message")
        await message.get_by_role("textbox").fill("Please sit a little closer.")
        await message.get_by_role("button", name="Send").click()
        words = page.get_by_test_id("message-words")
        await expect(words).to_have_text("Please sit a little closer.")
        await page.get_by_role("button", name="I have read it").click()
        await expect(words).to_have_count(0)
        await proctor.get_by_text("End the sitting").click()
        await (
            proctor.get_by_test_id("end").get_by_role("textbox").fill("a test ends it")
        )
        await proctor.get_by_test_id("end-now").click()
        await expect(title).to_contain_text("A proctor ended", timeout=3_000)
        await expect(row).to_have_count(0)


async def test_killed_processes_cost_a_student_twelve_seconds_at_most(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        started = asyncio.get_running_loop().time()
        for name in ("matcher", "app", "media", "sampler"):
            await asyncio.sleep(2)
            house.kill(name)
            house.start(name)
            house.wait_until_well()
        await house.value(CUT_EVERYBODY_OFF)
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await until_seconds(page, "confirmed", 10, within_s=60)
        studied = asyncio.get_running_loop().time() - started
        counted = await seconds(page, "confirmed") + await seconds(page, "provisional")
        assert counted > studied - 2 * 12
        assert counted <= studied + 3


async def test_a_refused_camera_is_said_with_what_to_do(house):
    async with chromium(allow_camera=False) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("camera is not allowed", timeout=SLOW)
        await expect(page.get_by_test_id("try-again")).to_be_visible()


async def test_without_a_media_server_the_page_waits_and_goes_on_by_itself(
    house, clips
):
    house.kill("media")
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("out of reach", timeout=SLOW)
        house.start("media")
        await expect(title).to_contain_text("It is you", timeout=SLOW)


async def test_turning_to_the_next_topic_keeps_the_stream(house, clips):
    async with chromium(clips(("asha", 4, 1))) as browser:
        page = await browser.new_page()
        await start_studying(page, house.url)
        title = page.get_by_test_id("state-title")
        await expect(title).to_contain_text("It is you", timeout=SLOW)
        await page.click("a[rel=next]")
        await expect(page.locator(".reading h1")).to_have_text(
            "Directors and their duties"
        )
        await until_seconds(page, "confirmed", 3)
        assert await house.value("SELECT epoch FROM sitting") == 1
