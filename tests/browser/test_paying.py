"""Paying in a real Chromium, at the sandbox: there, back, and what is seen then."""

import re

from playwright.async_api import Page, expect

from app.booking.views.payment_keys import PAYING
from tests.axe import serious_violations
from tests.booking_town import Town
from tests.browser import test_booking as booking
from tests.browser.test_accounts import come_in, opened

account_policy, accounts, gatehouse = (
    booking.account_policy,
    booking.accounts,
    booking.gatehouse,
)
app_settings, app_server, site = booking.app_settings, booking.app_server, booking.site
town = booking.town


async def hold(page: Page, site, town: Town) -> None:
    await town.slot(capacity=3)
    await come_in(page, site, "ASHA001")
    await page.goto(f"{site.url}/tests/book/CEL")
    await page.get_by_role("button", name=booking.HOLD).click()
    await page.wait_for_url("**/tests/seats/*")


async def go_to_pay(page: Page) -> None:
    await page.get_by_role("button", name="Pay ₹500").click()
    await page.wait_for_url("**/sandbox/pay/**")


async def test_a_seat_is_paid_and_booked(site, town):
    async with opened(bypass_csp=True) as page:
        await hold(page, site, town)
        await go_to_pay(page)
        await page.get_by_role("button", name="Do it").click()
        await page.wait_for_url("**/tests/seats/*?paid=1")
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("Your seat is booked")
        await expect(page.get_by_role("link", name="Admit card")).to_be_visible()
        assert await serious_violations(page) == []
        await page.get_by_role("link", name="Move to another time").click()
        await expect(page.get_by_text("Your seat now")).to_be_visible()
        assert await serious_violations(page) == []
        await page.go_back()
        await page.get_by_text("Cancel this booking").click()
        await page.get_by_role("button", name="Yes, cancel my seat").click()
        await expect(heading).to_have_text("This seat is cancelled")
        await expect(page.get_by_text("₹500 is on its way back")).to_be_visible()


async def test_going_back_from_paying_leads_to_the_seat_that_is_still_held(site, town):
    async with opened() as page:
        await hold(page, site, town)
        seat = page.url
        await go_to_pay(page)
        await page.go_back()
        await expect(page).to_have_url(seat)
        await go_to_pay(page)
        assert await town.value("SELECT count(*) FROM test_order") == 1


async def test_while_the_money_is_on_its_way_nobody_is_asked_again(site, town):
    async with opened() as page:
        await hold(page, site, town)
        seat = page.url
        await go_to_pay(page)
        order = re.search(r"/sandbox/pay/(\w+)", page.url)[1]
        await page.get_by_label("and this browser does not go back").check()
        await page.get_by_role("button", name="Do it").click()
        await expect(page.get_by_text("You can close this page")).to_be_visible()
        await page.goto(f"{seat}?paid=1")
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("Your payment is being confirmed")
        await expect(page.get_by_role("button", name=re.compile("^Pay"))).to_have_count(
            0
        )
        await page.evaluate("globalThis.same = true")
        await town.app[PAYING].learn(order)
        await expect(heading).to_have_text("Your seat is booked")
        told = page.locator("seat-watch [role=status]")
        await expect(told).to_have_text("Your seat is booked.")
        assert await page.evaluate("globalThis.same")
