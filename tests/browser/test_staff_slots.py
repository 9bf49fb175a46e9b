"""The staff's pages of slots in a real browser: made, cancelled, within everybody's
reach."""

from playwright.async_api import Page, expect

from tests.axe import serious_violations
from tests.browser.test_accounts import come_in, opened
from tests.http import conftest as app
from tests.http.test_staff_slots import KOCHI, day, one_slot, seat_of
from tests.http.test_ways_in import other

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
__all__ = ["other"]
NARROW = {"width": 360, "height": 740}


async def is_fine(page: Page) -> None:
    """For everybody, and without sideways scrolling."""
    assert await serious_violations(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= await page.evaluate("innerWidth")


async def test_an_admin_makes_a_centre_and_a_pattern_and_cancels_a_slot(
    site, other, database
):
    async with opened(viewport=NARROW, bypass_csp=True) as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/staff/centres")
        for label in ("Code", "City", "Name"):
            field = page.get_by_label(label, exact=True)
            await field.fill(KOCHI[label.lower()])
        await page.get_by_label("Address").fill(KOCHI["address"])
        await page.get_by_label("Seats", exact=True).fill("40")
        await page.get_by_role("button", name="Make it").click()
        await expect(page.get_by_text("Kochi, Institute")).to_be_visible()
        await is_fine(page)
        await page.get_by_role("link", name="Slots of Institute, Kochi").click()
        await page.get_by_role("link", name="New slots", exact=True).click()
        await page.get_by_label("First day").fill(day(40))
        await page.get_by_label("Last day").fill(day(46))
        await page.get_by_role("button", name="Preview").click()
        await expect(page.get_by_test_id("plan")).to_contain_text("10 new slots")
        await page.get_by_text("Columns and an example").click()
        await is_fine(page)
        await page.get_by_role("button", name="Make 10 slots").click()
        await expect(page.get_by_text("New slots: 10.")).to_be_visible()
        await is_fine(page)
        await page.locator(".slot-when").first.click()
        await is_fine(page)
        await page.get_by_role("link", name="Cancel this slot").click()
        await is_fine(page)
        await page.get_by_role("button", name="Cancel the slot for everybody").click()
        await expect(page.get_by_text("The slot is cancelled.")).to_be_visible()


async def test_reports_are_within_everybody_s_reach(site, other, database):
    await site.log_in("ADMIN1")
    slot = await one_slot(site, database)
    await seat_of(database, slot, "ASHA001", amount=50_000)
    await site.send(f"/staff/slots/{slot}/cancel")
    async with database.transaction() as tx:
        await tx.execute("UPDATE refund SET state = 'refused', settled_at = now()")
    for scheme in ("light", "dark"):
        async with opened(
            viewport=NARROW, bypass_csp=True, color_scheme=scheme
        ) as page:
            await come_in(page, other, "ADMIN1")
            await page.goto(f"{site.url}/staff/bookings?until={day(60)}")
            await expect(page.get_by_text("Refunds that need a person")).to_be_visible()
            await is_fine(page)
            await page.get_by_role("link", name="Compare with").click()
            await expect(page.get_by_text("1 of 1 lines differs")).to_be_visible()
            await is_fine(page)
