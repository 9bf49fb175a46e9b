"""Windows and notices in a real browser: they come, tick and go without a reload."""

import re

from playwright.async_api import expect

from tests.browser.test_accounts import come_in, opened
from tests.http import conftest as app
from tests.http.test_portals import day, plan
from tests.http.test_ways_in import other

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
__all__ = ["other"]
COUNTDOWN = re.compile(r"in \d+ days? \d+ h|in \d+ h \d\d min")
WITHOUT_SCRIPT = re.compile(
    r"as planned: from \d{4}-\d\d-\d\d, \d\d:\d\d UTC till \d{4}"
)


async def test_news_reach_a_page_that_is_open_and_leave_it_again(site, other, database):
    await site.log_in("ADMIN1")
    async with opened() as page:
        await come_in(page, other, "ASHA001")
        news = page.get_by_role("region", name="Notices")
        await expect(news).to_be_hidden()
        await plan(site, portal="tests", from_day=day(2), till_day=day(3))
        await expect(news).to_contain_text("The test portal is closed in ")
        await expect(news.locator("closing-countdown")).to_have_text(COUNTDOWN)
        await page.evaluate("globalThis.same = true")
        async with database.connection() as tx:
            window = await tx.fetchval("SELECT window_id FROM portal_window")
        await site.send(f"/staff/windows/{window}/end")
        await expect(news).to_be_hidden()
        assert await page.evaluate("globalThis.same")


async def test_the_login_page_counts_down_and_says_it_without_script_too(site, other):
    await site.log_in("ADMIN1")
    await plan(site, from_day=day(1), till_day=day(2))
    async with opened() as page:
        await page.goto(f"{site.url}/login")
        await expect(page.locator("closing-countdown")).to_have_text(COUNTDOWN)
    async with opened(java_script_enabled=False) as page:
        await page.goto(f"{site.url}/login")
        told = page.get_by_text("The learning portal is closed")
        await expect(told).to_contain_text(WITHOUT_SCRIPT)


async def test_a_closed_portal_says_when_it_opens(site, other):
    await site.log_in("ADMIN1")
    await plan(site)
    async with opened() as page:
        await come_in(page, other, "ASHA001")
        await page.goto(f"{site.url}/study/CEL/competition")
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "The learning portal is closed"
        )
        main = page.locator("main")
        await expect(main.locator("closing-countdown")).to_have_text(COUNTDOWN)
