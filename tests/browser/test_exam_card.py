"""The admit card before a test, in a real Chromium: scanned at the door, or typed."""

from dataclasses import replace
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from app.booking.domain.cards import card_code, card_number
from app.booking.service.papers import seals_by
from app.exams.domain.policy import AdmitCards
from app.exams.views.sitting import EXAMS
from tests.axe import serious_violations
from tests.browser import test_exam as sitting
from tests.browser.test_accounts import come_in
from tests.browser.test_exam import NARROW, SIDEWAYS, browsers, look, value
from tests.http.exam_hall import let_in, put_seat
from tests.http.test_staff import account_of

account_policy, accounts, gatehouse = (
    sitting.account_policy,
    sitting.accounts,
    sitting.gatehouse,
)
app_settings, app_server = sitting.app_settings, sitting.app_server
site, hall, node = sitting.site, sitting.hall, sitting.node
SHOW = "Show your admit card at the desk"
UNDO = "UPDATE seat SET state = 'booked', marked_by = NULL, marked_at = NULL"


@pytest.fixture
async def seat(site, database, hall):
    """Booked, and its card was not shown yet."""
    asha = UUID(await account_of(database, "ASHA001"))
    return await put_seat(database, asha, shown=False)


async def go(page: Page, site, seat) -> None:
    await come_in(page, site, "ASHA001")
    await page.goto(f"{site.url}/exam?seat={seat}")


async def number_of(hall, seat) -> str:
    ends = await value(
        hall,
        "SELECT ends_at FROM slot JOIN seat USING (slot_id) WHERE seat_id = $1",
        seat,
    )
    return card_number(card_code(seat, ends, seals_by(hall.gatehouse.sealer)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_waits_for_the_card_and_then_may_open(
    site, hall, database, seat, app_server, scheme
):
    context = {"viewport": NARROW, "color_scheme": scheme}
    async with browsers(bypass_csp=True, **context) as (page,):
        await go(page, site, seat)
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text(SHOW)
        await expect(page.get_by_test_id("open")).to_be_hidden()
        card = page.get_by_role("link", name="Open your admit card")
        answer = await page.request.get(site.url + await card.get_attribute("href"))
        assert answer.headers["content-type"] == "application/pdf"
        assert await serious_violations(page) == []
        assert await page.evaluate(SIDEWAYS) == 0
        await let_in(app_server.app, database, seat)
        await expect(title).to_have_text("Ready when you are")
        await expect(card).to_be_hidden()
        await page.get_by_test_id("open").click()
        await page.wait_for_url("**/exam/*")
        await look(hall, app_server)
        await expect(page.get_by_test_id("number-of")).to_be_visible()


async def test_who_pressed_too_soon_need_not_press_again(
    site, hall, database, seat, app_server
):
    async with browsers() as (page,):
        await let_in(app_server.app, database, seat)
        await go(page, site, seat)
        await expect(page.get_by_test_id("open")).to_be_enabled()
        await hall.run(UNDO)
        await page.get_by_test_id("open").click()
        await expect(page.get_by_test_id("state-title")).to_have_text(SHOW)
        await expect(page.get_by_test_id("camera")).to_be_hidden()
        await let_in(app_server.app, database, seat)
        await page.wait_for_url("**/exam/*")


async def test_where_it_may_be_typed_a_wrong_number_is_said_and_a_right_one_opens(
    site, hall, seat, app_server
):
    exams = app_server.app[EXAMS]
    exams.policy = replace(exams.policy, admit_card=AdmitCards.CODE)
    async with browsers(bypass_csp=True) as (page,):
        await go(page, site, seat)
        number = page.get_by_test_id("card-number")
        await number.fill("ABCD-EFGH")
        await page.keyboard.press("Enter")
        problem = page.get_by_test_id("card-problem")
        await expect(problem).to_contain_text("This is not the number of this seat")
        await expect(page.get_by_test_id("state-title")).to_have_text(SHOW)
        assert await serious_violations(page) == []
        await number.fill((await number_of(hall, seat)).lower())
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/exam/*")
        assert await value(hall, "SELECT state FROM seat") == "attended"
