"""Sitting a test in a real Chromium against the real application.

The looks are judged by the test itself, but for the one with a face before the camera.
"""

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
from tests.http.exam_hall import ExamHall, put_seat
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
    """Video flows, and the look that is due is passed."""
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
