"""Sitting a test in a real Chromium against the real application.

The looks are judged by the test itself, but for the one with a face before the camera.
"""

import asyncio
import re
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from app.kernel.ids import AccountId, SittingId
from app.proctoring.views.api import SITTINGS
from tests.axe import serious_violations
from tests.browser.test_accounts import come_in
from tests.browsing import chromium
from tests.http import conftest as app
from tests.http.exam_hall import ExamHall, let_in, put_seat
from tests.http.test_staff import account_of

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
NARROW = {"width": 360, "height": 740}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ANSWERED = """SELECT count(DISTINCT position)::int FROM exam_answer a
    WHERE answer <> 'null' AND NOT EXISTS (SELECT FROM exam_answer b
        WHERE b.exam_id = a.exam_id AND b.position = a.position AND b.turn > a.turn)"""


@pytest.fixture
async def hall(database, gatehouse, redis_url, accounts):
    hall = ExamHall(database, gatehouse, redis_url)
    await hall.prepare()
    yield hall
    await hall.close()


@pytest.fixture
async def seat(site, database, hall):
    return await put_seat(database, UUID(await account_of(database, "ASHA001")))


@pytest.fixture(autouse=True)
async def node(app_server, redis):
    """A media node that beats, and never answers."""

    async def keep_beating() -> None:
        while True:
            await app.beat(redis)
            await asyncio.sleep(0.5)

    task = asyncio.create_task(keep_beating())
    yield
    task.cancel()


@asynccontextmanager
async def browsers(count: int = 1, **context: object):
    """As many devices; no script may fail on any."""
    async with chromium() as browser:
        errors: list[str] = []
        pages = []
        for _ in range(count):
            page = await (await browser.new_context(**context)).new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            pages.append(page)
        yield pages
        assert errors == []


async def value(hall, query: str, *arguments: object):
    async with hall.database.connection() as tx:
        return await tx.fetchval(query, *arguments)


async def look(hall, app_server) -> None:
    """Video flows, and the look that is due is passed. There is no media node, so that
    the page opens the test again now and then: its newest epoch counts."""
    for _ in range(20):
        async with hall.database.connection() as tx:
            row = await tx.fetchrow(
                """SELECT account_id, sitting_id, epoch FROM sitting
                   WHERE ended_at IS NULL AND kind = 'exam'"""
            )
        account, sitting, epoch = row
        await app_server.app[SITTINGS].streaming(
            AccountId(account), SittingId(sitting), epoch
        )
        await hall.look()
        if await value(hall, "SELECT count(*) FROM exam WHERE state = 'running'"):
            return
    raise AssertionError("no look was due")


async def open_test(page: Page, site, seat) -> None:
    await page.goto(f"{site.url}/exam?seat={seat}")
    await page.get_by_test_id("open").click()
    await page.wait_for_url("**/exam/*")


async def begin(page: Page, site, seat, hall, app_server) -> None:
    """Logged in, opened, and the first look is passed."""
    await come_in(page, site, "ASHA001")
    await open_test(page, site, seat)
    title = page.get_by_test_id("number-of")
    await expect(title).to_be_hidden()
    await look(hall, app_server)
    await expect(title).to_have_text("Question 1 of 6")


async def answer_here(page: Page, option: int = 1) -> None:
    """Whatever kind of question it is."""
    number = page.get_by_test_id("number")
    if await number.is_visible():
        await number.fill(f"{option},5")
    else:
        await page.locator(".exam-option input").nth(option).check()


async def saved(page: Page) -> None:
    await expect(page.get_by_test_id("saved")).to_be_visible()
    await expect(page.get_by_test_id("saved")).to_have_text("All answers saved")


async def test_every_question_is_answered_and_handed_in(site, hall, seat, app_server):
    async with browsers(bypass_csp=True) as (page,):
        await begin(page, site, seat, hall, app_server)
        await expect(page.get_by_test_id("clock")).to_have_text(re.compile("^00:59:"))
        for place in range(1, 6):
            await answer_here(page)
            await page.get_by_test_id("next").click()
            await expect(page.get_by_test_id("number-of")).to_have_text(
                f"Question {place + 1} of 6"
            )
        await page.get_by_test_id("flag").check()
        await saved(page)
        await expect(page.get_by_test_id("count")).to_have_text("5 of 6 answered")
        assert await serious_violations(page) == []
        await page.get_by_test_id("hand-in").click()
        words = page.get_by_test_id("hand-in-words")
        await expect(words).to_contain_text("Question 6 is not answered.")
        await expect(words).to_contain_text("Question 6 is marked for review.")
        assert await serious_violations(page) == []
        await page.get_by_test_id("stay").click()
        await answer_here(page)
        await saved(page)
        await page.get_by_test_id("hand-in").click()
        await page.get_by_test_id("sure").click()
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text("You handed in your test")
        assert await value(hall, ANSWERED) == 6
        assert await serious_violations(page) == []
        await page.reload()
        await expect(title).to_have_text("You handed in your test")
        await page.get_by_test_id("result").click()
        await page.wait_for_url("**/results/*")


async def test_a_reload_goes_on_by_itself_where_it_was(site, hall, seat, app_server):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await answer_here(page, 2)
        await page.get_by_test_id("next").click()
        await page.get_by_test_id("flag").check()
        await saved(page)
        await page.reload()
        await expect(page.get_by_test_id("number-of")).to_have_text("Question 2 of 6")
        await expect(page.get_by_test_id("flag")).to_be_checked()
        await expect(page.get_by_test_id("count")).to_have_text("1 of 6 answered")
        await answer_here(page)
        await saved(page)
        assert await value(hall, ANSWERED) == 2


async def test_what_is_answered_offline_waits_and_is_saved_later(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        state = page.get_by_test_id("saved")
        await page.context.set_offline(True)
        await answer_here(page)
        await expect(state).to_have_text("Offline: 1 answer waits on this device")
        await page.get_by_test_id("next").click()
        await answer_here(page)
        await expect(state).to_have_text("Offline: 2 answers wait on this device")
        await expect(page.get_by_test_id("told")).to_contain_text("You are offline")
        assert await value(hall, ANSWERED) == 0
        await page.context.set_offline(False)
        await saved(page)
        await expect(page.get_by_test_id("told")).to_contain_text("back online")
        assert await value(hall, ANSWERED) == 2


async def test_what_waits_on_a_device_outlives_its_page(site, hall, seat, app_server):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        address, context = page.url, page.context
        await context.set_offline(True)
        await answer_here(page)
        await expect(page.get_by_test_id("saved")).to_contain_text("1 answer waits")
        await page.close()
        await context.set_offline(False)
        later = await context.new_page()
        await later.goto(address)
        title = later.get_by_test_id("state-title")
        await expect(title).to_have_text("Your test waits for you")
        await later.get_by_role("button", name="Continue here").click()
        await saved(later)
        await expect(later.get_by_test_id("count")).to_have_text("1 of 6 answered")
        assert await value(hall, ANSWERED) == 1


async def test_another_device_goes_on_and_the_first_may_take_it_back(
    site, hall, seat, app_server
):
    async with browsers(2) as (first, second):
        await begin(first, site, seat, hall, app_server)
        await answer_here(first)
        await saved(first)
        await come_in(second, site, "ASHA001")
        await open_test(second, site, seat)
        await expect(second.get_by_test_id("number-of")).to_have_text("Question 2 of 6")
        title = first.get_by_test_id("state-title")
        await expect(title).to_contain_text("another page or device")
        for covered in ("number-of", "hand-in"):  # a helper may stand before this one
            await expect(first.get_by_test_id(covered)).to_be_hidden()
        await answer_here(second)
        await saved(second)
        await first.get_by_role("button", name="Continue here").click()
        await expect(first.get_by_test_id("count")).to_have_text("2 of 6 answered")
        await expect(first.get_by_test_id("hand-in")).to_be_enabled()
        there = second.get_by_test_id("state-title")
        await expect(there).to_contain_text("another page or device")


async def set_left(hall, seconds: float) -> None:
    await hall.run(
        """UPDATE exam SET started_at = now() - interval '50 minutes',
               deadline_at = now() + $1 * interval '1 second'""",
        seconds,
    )
    async with hall.database.connection() as tx:
        exam = await tx.fetchval("SELECT exam_id FROM exam")
        it = await hall.exams.look_up(tx, exam)
    await hall.exams.tell(it)


async def test_the_page_warns_and_the_deadline_ends_it(site, hall, seat, app_server):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await answer_here(page)
        await saved(page)
        warned = page.get_by_test_id("warned")
        await set_left(hall, 601)
        await expect(warned).to_have_text("10 minutes left.")
        await set_left(hall, 61.5)
        await expect(warned).to_have_text("1 minute left.")
        await set_left(hall, 2)
        await expect(warned).to_have_text("The time is over. What was saved counts.")
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text("The time is over")
        assert await value(hall, "SELECT ended_why FROM exam") == "deadline"
        await expect(page.get_by_test_id("result")).to_be_visible()


async def test_a_pause_stops_the_clock_and_the_answers(site, hall, seat, app_server):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        exam, now = await value(hall, "SELECT exam_id FROM exam"), hall.gatehouse.clock
        async with hall.database.transaction() as tx:
            it = await hall.exams.pause(tx, exam, now.now())
        await hall.exams.tell(it)
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text("Your test is paused")
        question = page.get_by_test_id("number-of")
        await expect(question).to_be_hidden()
        clock = page.get_by_test_id("clock")
        stood = await clock.text_content()
        await page.wait_for_timeout(1500)
        await expect(clock).to_have_text(stood)
        await page.reload()
        await expect(title).to_have_text("Your test is paused")
        await expect(question).to_be_hidden()
        async with hall.database.transaction() as tx:
            it = await hall.exams.resume(tx, exam, now.now())
        await hall.exams.tell(it)
        await expect(question).to_have_text("Question 1 of 6")
        await expect(page.get_by_test_id("flag")).to_be_enabled()
        await answer_here(page)
        await saved(page)


async def answer_by_key(page: Page, place: int) -> None:
    """And goes on to the next; what is typed into a field is no command."""
    title, press = page.get_by_test_id("number-of"), page.keyboard.press
    await expect(title).to_have_text(f"Question {place} of 6")
    number = page.get_by_test_id("number")
    if await number.is_visible():
        await number.focus()
        await page.keyboard.type("3n")
        await expect(title).to_have_text(f"Question {place} of 6")
        await press("Backspace")
        await press("Tab")
    else:
        await press("2")
        box = page.locator(".exam-option input").nth(1)
        await expect(box).to_be_checked()
        await expect(box).to_be_focused()
    await press("n")


async def test_a_test_is_sat_by_keys_alone(site, hall, seat, app_server):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        title, press = page.get_by_test_id("number-of"), page.keyboard.press
        for place in range(1, 7):
            await answer_by_key(page, place)
        await press("p")
        await expect(title).to_have_text("Question 5 of 6")
        for key in ("f", "Control+f"):
            await press(key)
            await expect(page.get_by_test_id("flag")).to_be_checked()
        for key in ("g", "Shift+Tab", "Enter"):
            await press(key)
        await expect(title).to_have_text("Question 4 of 6")
        await expect(title).to_be_focused()
        await expect(page.get_by_test_id("count")).to_have_text("6 of 6 answered")
        await saved(page)
        await press("h")
        words = page.get_by_test_id("hand-in-words")
        await expect(words).to_contain_text("Question 5 is marked for review.")
        await press("Enter")  # what is for good is not what Enter does at once
        await expect(words).to_be_hidden()
        for key in ("h", "Shift+Tab", "Enter"):
            await press(key)
        state = page.get_by_test_id("state-title")
        await expect(state).to_have_text("You handed in your test")
        await expect(page.get_by_role("button", name="Full screen")).to_be_hidden()
        assert await value(hall, ANSWERED) == 6


async def test_keys_can_be_switched_off(site, hall, seat, app_server):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await page.get_by_label("Use keys").uncheck()
        await page.keyboard.press("n")
        await expect(page.get_by_test_id("number-of")).to_have_text("Question 1 of 6")
        await page.get_by_label("Use keys").check()
        await page.keyboard.press("n")
        await expect(page.get_by_test_id("number-of")).to_have_text("Question 2 of 6")


async def test_what_the_browser_tells_is_noted_and_nothing_is_prevented(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        told = page.get_by_test_id("told")
        await page.get_by_test_id("full-screen").click()
        await expect(page.get_by_test_id("full-screen")).to_be_hidden()
        await page.evaluate("document.exitFullscreen()")
        await expect(told).to_have_text("Leaving full screen was noted. Just go on.")
        await page.evaluate("document.dispatchEvent(new Event('copy'))")
        await expect(told).to_have_text("Copying was noted. Just go on.")
        await page.evaluate("dispatchEvent(new Event('beforeprint'))")
        await answer_here(page)
        await saved(page)
        kinds = "SELECT string_agg(kind, ' ' ORDER BY number) FROM exam_event"
        wanted = "back_in_full_screen left_full_screen copied printed"
        for _ in range(40):
            if await value(hall, kinds) == wanted:
                break
            await page.wait_for_timeout(200)
        assert await value(hall, kinds) == wanted
        assert await value(hall, "SELECT state FROM exam") == "running"


async def test_a_reload_is_no_other_window_and_what_was_is_noted_once(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await page.evaluate(
            """Object.defineProperty(document, "visibilityState", {value: "hidden"})
               document.dispatchEvent(new Event("visibilitychange"))"""
        )
        for _ in range(2):
            await page.reload()
            await expect(page.get_by_test_id("number-of")).to_be_visible()
        await page.wait_for_timeout(2_500)  # events are sent every two seconds
        kinds = "SELECT string_agg(kind, ' ' ORDER BY number) FROM exam_event"
        assert await value(hall, kinds) == "hidden"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_test_is_sat_on_a_narrow_screen_too(
    site, hall, seat, app_server, scheme
):
    context = {"viewport": NARROW, "color_scheme": scheme, "reduced_motion": "reduce"}
    async with browsers(bypass_csp=True, **context) as (page,):
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/tests/seats/{seat}")
        await expect(page.get_by_test_id("begin")).to_be_visible()
        assert await serious_violations(page) == []
        await page.get_by_test_id("begin").click()
        assert await serious_violations(page) == []
        assert await page.evaluate(SIDEWAYS) == 0
        await open_test(page, site, seat)
        await look(hall, app_server)
        await expect(page.get_by_test_id("number-of")).to_be_visible()
        for _ in range(6):
            await answer_here(page)
            assert await page.evaluate(SIDEWAYS) == 0
            assert await serious_violations(page) == []
            await page.keyboard.press("Escape")
            if await page.get_by_test_id("next").is_enabled():
                await page.get_by_test_id("next").click()
        await saved(page)


async def test_a_number_that_is_none_is_said_at_its_question(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        number = page.get_by_test_id("number")
        while not await number.is_visible():
            await page.get_by_test_id("next").click()
        await number.fill("about two")
        problem = page.get_by_test_id("problem")
        await expect(problem).to_contain_text("Not saved: Write one number")
        await number.fill("2,5")
        await expect(problem).to_have_text("")
        await saved(page)
        assert await value(hall, ANSWERED) == 1


async def test_a_seat_says_when_its_test_opens_and_where_it_goes_on(
    site, database, hall, app_server
):
    asha = UUID(await account_of(database, "ASHA001"))
    seat = await put_seat(database, asha, shown=False)
    async with browsers() as (page,):
        await come_in(page, site, "ASHA001")
        await hall.run(
            """UPDATE slot SET starts_at = starts_at + interval '3 hours',
                   ends_at = ends_at + interval '3 hours'"""
        )
        await page.goto(f"{site.url}/tests/seats/{seat}")
        door = page.get_by_test_id("exam-door")
        await expect(door).to_contain_text("The test opens here at")
        await page.goto(f"{site.url}/tests")
        await expect(page.get_by_text("The test opens here at")).to_be_visible()
        await hall.run(
            """UPDATE slot SET starts_at = starts_at - interval '3 hours',
                   ends_at = ends_at - interval '3 hours'"""
        )
        await let_in(app_server.app, database, seat)
        await page.reload()
        await page.get_by_role("link", name="Go to the test").click()
        await page.get_by_test_id("open").click()
        await page.wait_for_url("**/exam/*")
        await look(hall, app_server)
        await expect(page.get_by_test_id("number-of")).to_be_visible()
        await page.goto(f"{site.url}/tests")
        await page.get_by_role("link", name="Continue your test").click()
        await page.wait_for_url("**/exam/*")
