"""From booking to the certificate, in a real Chromium: one passes, one tries again."""

import re

import pytest
from playwright.async_api import Page, expect

from app.adapters.signing import PublicKeys
from app.exams.printed.checking import check
from app.exams.views.results import RESULTS
from tests.booking_town import Town
from tests.browser import test_exam as sitting
from tests.browser.test_accounts import come_in
from tests.browser.test_exam import browsers, look, saved
from tests.browser.test_paying import go_to_pay

account_policy, accounts, gatehouse = (
    sitting.account_policy,
    sitting.accounts,
    sitting.gatehouse,
)
app_settings, app_server = sitting.app_settings, sitting.app_server
site, hall, node = sitting.site, sitting.hall, sitting.node
RIGHT, WRONG = {"single": "b", "multiple": "ac"}, {"single": "a", "multiple": "b"}
"""The letters at the end of the options' words."""
TO_NOW = """UPDATE slot SET starts_at = now() - interval '1 minute',
        ends_at = now() + interval '2 hours', day = now()::date,
        opens_at = now() - interval '9 days', closes_at = now() - interval '1 hour'
    WHERE ends_at > now() + interval '3 hours'"""
SETTLE = "UPDATE exam SET ended_at = ended_at - interval '1 hour'"


@pytest.fixture
async def town(app_server, database, hall):
    made = Town(app_server.app, database)
    await made.fit("ASHA001")
    return made


async def book(page: Page, site, town: Town) -> str:
    """A seat that is paid in the sandbox; its day has come."""
    await town.slot(capacity=3)
    await page.goto(f"{site.url}/tests/book/CEL")
    await page.get_by_role("button", name=re.compile("^Hold this seat")).click()
    await page.wait_for_url("**/tests/seats/*")
    await go_to_pay(page)
    await page.get_by_role("button", name="Do it").click()
    await page.wait_for_url("**/tests/seats/*?paid=1")
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Your seat is booked")
    await town.run(TO_NOW)
    return page.url.split("?")[0]


async def answer(page: Page, letters: dict[str, str]) -> None:
    number = page.get_by_test_id("number")
    if await number.is_visible():
        asked = await page.get_by_test_id("text").text_content()
        n = re.search(r"numeric (\d)", asked)[1]
        await number.fill(f"7731{n},3" if letters is RIGHT else "1")
        return
    for option in await page.locator(".exam-option").all():
        words = re.search(r"^(single|multiple) .*(\w)", await option.inner_text())
        if words[2] in letters[words[1]]:
            await option.click()


async def let_in(page: Page, site, town: Town) -> None:
    """By a proctor at the door, who types the SRN."""
    slot = await town.value("SELECT slot_id FROM seat WHERE state = 'booked'")
    await page.goto(f"{site.url}/staff/door/{slot}")
    await page.get_by_test_id("given").fill("ASHA001")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("let-in").click()
    await expect(page.get_by_test_id("let-in-said")).to_contain_text("Asha Rao")


async def come(page: Page, door: Page, site, town: Town) -> None:
    """Booked, and let in while the test's page waits."""
    await page.goto(await book(page, site, town))
    await page.get_by_role("link", name="Go to the test").click()
    state = page.get_by_test_id("state-title")
    await expect(state).to_have_text("Show your admit card at the desk")
    await let_in(door, site, town)
    await page.get_by_test_id("open").click()


async def sit(page: Page, hall, app_server, letters) -> None:
    await page.wait_for_url("**/exam/*")
    await look(hall, app_server)
    title = page.get_by_test_id("number-of")
    for place in range(1, 7):
        await expect(title).to_have_text(f"Question {place} of 6")
        await answer(page, letters)
        if place < 6:
            await page.get_by_test_id("next").click()
    await saved(page)
    await page.get_by_test_id("hand-in").click()
    await page.get_by_test_id("sure").click()
    state = page.get_by_test_id("state-title")
    await expect(state).to_have_text("You handed in your test")
    await hall.run(SETTLE)
    await app_server.app[RESULTS].issue_due()
    await page.get_by_test_id("result").click()


async def test_who_fails_books_again_passes_and_is_certified(
    site, town, hall, app_server
):
    async with browsers(2) as (page, door):
        await come_in(page, site, "ASHA001")
        await come_in(door, site, "PROCTOR1")
        await come(page, door, site, town)
        await sit(page, hall, app_server, WRONG)
        await expect(page.get_by_role("heading", name="Not passed yet")).to_be_visible()
        link = page.get_by_role("link", name=re.compile("Download the certificate"))
        await expect(link).to_have_count(0)

        await come(page, door, site, town)
        await sit(page, hall, app_server, RIGHT)
        outcome = page.get_by_role("heading", name="Passed", exact=True)
        await expect(outcome).to_be_visible()
        async with page.expect_download() as coming:
            await link.click()
        paper = (await (await coming.value).path()).read_bytes()
        keys = await page.request.get(f"{site.url}/.well-known/jwks.json")
        found = check(paper, PublicKeys(await keys.body()))
        assert found.is_whole
        await page.goto(found.says["check"])
        await expect(page.get_by_text("Genuine")).to_be_visible()
        grades = "SELECT count(*) FROM exam_grade"
        assert await town.value(grades) == 2
        assert await town.value("SELECT count(*) FROM payment") == 2
