"""The review queue in a real browser, by keyboard alone."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from app.proctoring.store import incidents as store
from app.settings import read_settings
from tests.axe import serious_violations
from tests.browsing import chromium, log_in
from workers.demo_faces import as_jpeg, demo_pictures
from workers.house import open_house

WHY = "The face in all pictures is another one."


@pytest.fixture
async def case(house, monkeypatch):
    """Two incidents of demo students, the first with pictures."""
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    faces = demo_pictures()
    async with open_house(read_settings()) as opened:
        for srn, who in (("ASHA001", "chitra"), ("BEN002", "devan")):
            look = await _incident(opened, srn)
            await opened.evidence.keep(look, [as_jpeg(faces[who])] * 3)
    return house


async def _incident(opened, srn):
    sitting, look = uuid4(), uuid4()
    async with opened.desk.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO sitting (sitting_id, account_id, module_code, state, reason,
                   epoch, opened_at, ended_at)
               SELECT $1, account_id, 'CEL', 'ended', 'proctor', 1, now(), now()
               FROM account WHERE srn = $2""",
            sitting,
            srn,
        )
        await tx.execute(
            """INSERT INTO look (look_id, sitting_id, why, due_at, attempts, asked_at,
                   epoch, judged_at, verdict)
               VALUES ($1, $2, 'interval', now(), 1, now(), 1, now(), 'mismatch')""",
            look,
            sitting,
        )
        now = opened.desk.clock.now()
        await store.insert(tx, sitting, look, "mismatch", now)
    return look


async def test_a_queue_is_reviewed_by_keyboard_alone(case):
    async with chromium() as browser:
        page = await browser.new_page()
        await log_in(page, case.url, "PROCTOR1")
        await page.goto(f"{case.url}/incidents")
        await expect(page.locator("review-queue:defined")).to_be_visible()
        await page.keyboard.press("j")
        await expect(page.get_by_test_id("incident").first).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("review-case:defined")).to_be_visible()
        await expect(page.get_by_role("heading", name="Pictures")).to_be_visible()
        await page.keyboard.press("e")
        await expect(page.locator("review-case[data-large]")).to_be_visible()
        await page.keyboard.press("1")
        await page.keyboard.press("r")
        await page.keyboard.type(WHY)
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Done. It is in the trail.")).to_be_visible()
        await expect(page.locator("review-case:defined")).to_be_visible()
        await page.keyboard.press("2")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    decided = "SELECT count(*) FROM incident_decision WHERE step = 'first'"
    assert await case.value(decided) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_its_pages_are_accessible_and_narrow(case, scheme):
    async with chromium() as browser:
        context = await browser.new_context(
            bypass_csp=True, color_scheme=scheme, viewport={"width": 360, "height": 800}
        )
        page = await context.new_page()
        await log_in(page, case.url, "PROCTOR1")
        found = await case.value("SELECT incident_id::text FROM incident LIMIT 1")
        for path in ("", "/statistics", f"/{found}"):
            await page.goto(f"{case.url}/incidents{path}")
            assert await serious_violations(page) == [], path
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert not await page.evaluate(wide), path
