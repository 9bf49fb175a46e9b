"""The ways into a test, in a real Chromium: dashboard, device check, remotely; with a
second display, and with extra time."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import expect

from app.proctoring.views.checks import CHECKS
from tests.axe import serious_violations
from tests.booking_town import Town
from tests.browser import test_exam as sitting
from tests.browser.test_accounts import come_in
from tests.browser.test_exam import (
    NARROW,
    SIDEWAYS,
    answer_here,
    begin,
    browsers,
    look,
    saved,
    value,
)
from tests.http.exam_hall import MODULE, let_in, put_seat
from tests.http.test_staff import account_of
from tests.stores.exam_world import put_blueprint

account_policy, accounts, gatehouse = (
    sitting.account_policy,
    sitting.accounts,
    sitting.gatehouse,
)
app_settings, app_server = sitting.app_settings, sitting.app_server
site, hall, node, seat = sitting.site, sitting.hall, sitting.node, sitting.seat
TWO_DISPLAYS = "Object.defineProperty(screen, 'isExtended', { get: () => true })"


async def move_near(hall, coming) -> None:
    """Staff move the slot while the page is open: it tells the new time by itself."""
    opens = await coming.get_attribute("data-opens")
    await hall.run(
        """UPDATE slot SET starts_at = now() + interval '30 minutes 18 seconds',
               ends_at = now() + interval '3 hours'"""
    )
    moved = re.compile(f"^(?!{re.escape(opens)})")
    await expect(coming).to_have_attribute("data-opens", moved, timeout=20_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_dashboard_leads_to_the_test_when_it_opens_and_while_it_runs(
    site, hall, database, app_server, scheme
):
    asha = UUID(await account_of(database, "ASHA001"))
    seat = await put_seat(database, asha, shown=False)
    context = {"viewport": NARROW, "color_scheme": scheme}
    async with browsers(bypass_csp=True, **context) as (page,):
        await come_in(page, site, "ASHA001")
        await hall.run(
            """UPDATE slot SET starts_at = starts_at + interval '30 days',
                   ends_at = ends_at + interval '30 days'"""
        )
        await page.goto(site.url)
        coming = page.get_by_test_id("coming-test")
        await move_near(hall, coming)
        await expect(coming).to_contain_text(re.compile(r"opens at \d\d:\d\d"))
        await expect(coming).to_contain_text("Come to Institute, 1 Main Road, Kochi")
        go = coming.get_by_role("link", name="Go to the test")
        await expect(go).to_be_hidden()
        assert await page.evaluate(SIDEWAYS) == 0
        await expect(go).to_be_visible(timeout=25_000)  # by itself
        await expect(coming).to_contain_text("First show your admit card at the desk")
        assert await serious_violations(page) == []
        await let_in(app_server.app, database, seat)
        await go.click()
        await page.get_by_test_id("open").click()
        await page.wait_for_url("**/exam/*")
        await look(hall, app_server)
        await expect(page.get_by_test_id("number-of")).to_be_visible()
        await page.goto(site.url)
        await expect(coming).to_be_hidden()
        await expect(page.get_by_text("So does its clock.")).to_be_visible()
        await page.get_by_role("link", name="Continue your test").click()
        await page.wait_for_url("**/exam/*")
        await expect(page.get_by_test_id("number-of")).to_be_visible()


async def test_the_address_of_a_seat_leads_to_its_test_once_it_is_open(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await page.goto(f"{site.url}/exam?seat={seat}")
        await page.wait_for_url("**/exam/*")
        await expect(page.get_by_test_id("number-of")).to_be_visible()


async def test_a_device_is_checked_first_and_leads_back(site, hall, seat, app_server):
    checks = app_server.app[CHECKS]
    checked = checks._desk
    asking = replace(checked, policy=replace(checked.policy, device_check=True))
    checks._desk = asking
    async with browsers() as (page,):
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/exam?seat={seat}")
        await page.get_by_test_id("open").click()
        await page.wait_for_url("**/check?next=*")
        assert await value(hall, "SELECT count(*) FROM exam") == 0
        back = await page.get_by_test_id("go-on").get_attribute("href")
        assert back == f"/exam?seat={seat}"
        checks._desk = checked  # as if it had passed
        await page.goto(site.url + back)
        await page.get_by_test_id("open").click()
        await page.wait_for_url("**/exam/*")


async def has_event(page, hall, kind: str) -> None:
    for _ in range(40):
        if await value(hall, "SELECT count(*) FROM exam_event WHERE kind = $1", kind):
            return
        await page.wait_for_timeout(200)
    raise AssertionError(kind)


async def test_a_second_display_is_noted_and_hinders_nothing(
    site, hall, seat, app_server
):
    async with browsers() as (page,):
        await page.add_init_script(TWO_DISPLAYS)
        await begin(page, site, seat, hall, app_server)
        await expect(page.get_by_test_id("told")).to_contain_text("display")
        await answer_here(page)
        await saved(page)
        await has_event(page, hall, "second_display")
        assert await value(hall, "SELECT state FROM exam") == "running"


async def test_extra_time_is_on_the_clock_and_in_the_deadline(
    site, hall, seat, app_server
):
    await hall.run(
        """INSERT INTO accommodation (account_id, extra_percent, reason, granted_by,
               granted_at)
           SELECT s.account_id, 50, 'A letter of a doctor', h.account_id, now()
           FROM account s, account h WHERE s.srn = 'ASHA001' AND h.srn = 'HELP1'"""
    )
    async with browsers() as (page,):
        await begin(page, site, seat, hall, app_server)
        await expect(page.get_by_test_id("clock")).to_have_text(re.compile("^01:29:"))
        took = await value(hall, "SELECT deadline_at - started_at FROM exam")
        assert took == timedelta(minutes=90)


async def test_a_test_is_sat_remotely_without_seat_or_card(
    site, hall, database, app_server
):
    remote = "remote-test"
    async with browsers() as (page,):
        await come_in(page, site, "ASHA001")
        await put_blueprint(database, MODULE, remote=True)
        await page.goto(site.url)
        await expect(page.get_by_test_id(remote)).to_have_count(0)
        await Town(app_server.app, database).fit("ASHA001")
        await page.goto(site.url)
        link = page.get_by_test_id(remote).get_by_role("link", name="Go to the test")
        await link.click()
        await page.get_by_test_id("open").click()
        await page.wait_for_url("**/exam/*")
        await look(hall, app_server)
        await expect(page.get_by_test_id("number-of")).to_have_text("Question 1 of 6")
        await answer_here(page)
        await saved(page)
        await page.reload()
        await expect(page.get_by_test_id("count")).to_have_text("1 of 6 answered")
        await page.get_by_test_id("hand-in").click()
        await page.get_by_test_id("sure").click()
        title = page.get_by_test_id("state-title")
        await expect(title).to_have_text("You handed in your test")
        assert await value(hall, "SELECT seat_id FROM exam") is None
        await page.goto(site.url)
        await expect(link).to_be_visible()  # it was failed: another go
        await put_blueprint(database, MODULE, remote=False)
        await page.goto(site.url)
        await expect(page.get_by_test_id(remote)).to_have_count(0)
