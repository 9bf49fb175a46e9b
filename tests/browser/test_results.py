"""Results and certificates in a real Chromium: read, downloaded, checked."""

import pytest
from playwright.async_api import expect

from app.adapters.signing import PublicKeys
from app.exams.printed.checking import check
from tests.axe import serious_violations
from tests.browser.test_accounts import come_in, opened
from tests.http import conftest as app
from tests.http.test_results import RIGHT, WRONG, go, open_incident, world
from tests.stores.result_world import run

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
__all__ = ["world"]
NARROW = {"width": 360, "height": 740}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


WHY = "Somebody else sat before the camera."


async def tell(world, exam) -> None:
    """More than a page of what a browser told."""
    await run(
        world.db,
        """INSERT INTO exam_event SELECT $1, n, CASE n % 2 WHEN 0
               THEN 'left_full_screen' ELSE 'back_in_full_screen' END,
               now() - (200 - n) * interval '11 seconds'
           FROM generate_series(1, 70) AS n""",
        exam,
    )


async def requires_readable(page) -> None:
    assert await serious_violations(page) == []
    assert await page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_results_are_read_by_everybody_on_a_telephone_too(site, world, scheme):
    passed = await go(world, RIGHT, WRONG, RIGHT)
    failed = await go(world, RIGHT)
    held = await go(world, RIGHT, told=False)
    await open_incident(world, held)
    annulled = await go(world, RIGHT, RIGHT)
    await world.annulling.annul(await world.admin(), annulled, WHY)
    await tell(world, annulled)
    certificate = (await world.certificates.of_exam(passed)).row.certificate
    async with opened(viewport=NARROW, color_scheme=scheme, bypass_csp=True) as page:
        await come_in(page, site, "ASHA001")
        for path in (
            "/results",
            *(f"/results/{exam}" for exam in (passed, failed, held, annulled)),
            f"/certificates/{certificate}",
        ):
            await page.goto(f"{site.url}{path}")
            await requires_readable(page)
        await come_out(page)
        await come_in(page, site, "ADMIN1")
        for path in (
            "/staff/results",
            f"/staff/results/{passed}",
            f"/staff/results/{passed}/annul",
            f"/staff/results/{annulled}",
            f"/staff/results/{annulled}/annul",
            f"/staff/bank/CEL/{world.paper[0]}/withdraw",
            f"/staff/people/{world.asha}/accommodation",
        ):
            await page.goto(f"{site.url}{path}")
            await requires_readable(page)


async def come_out(page) -> None:
    await page.get_by_role("button", name="Log out").click()
    await page.wait_for_url("**/login?said=out")


async def test_a_certificate_is_downloaded_and_its_page_vouches_for_it(site, world):
    exam = await go(world, RIGHT, RIGHT)
    async with opened() as page:
        await come_in(page, site, "ASHA001")
        await page.locator(f"main a[href='/results/{exam}']").click()
        await expect(page.get_by_role("heading", name="Passed")).to_be_visible()
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Download the certificate").click()
        paper = (await (await coming.value).path()).read_bytes()
        keys = await page.request.get(f"{site.url}/.well-known/jwks.json")
        found = check(paper, PublicKeys(await keys.body()))
        assert found.is_whole
        await page.goto(found.says["check"])
        await expect(page.get_by_text("Genuine")).to_be_visible()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Asha Rao")


async def test_a_question_is_withdrawn_after_a_second_thought(site, world):
    exam = await go(world, RIGHT, WRONG)
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/staff/bank/CEL/{world.paper[1]}/withdraw")
        await page.get_by_label("What is wrong with it").fill("Two options are right.")
        await page.get_by_role("button", name="See what would change").click()
        await expect(page.get_by_text("is graded anew without it")).to_be_visible()
        await page.get_by_role("button", name="Withdraw it and grade anew").click()
        await expect(page.get_by_text("It is in the trail")).to_be_visible()
        await page.goto(f"{site.url}/staff/results/{exam}")
        await expect(page.get_by_test_id("grading")).to_have_count(2)


async def test_a_test_is_annulled_and_counts_again_by_its_pages(site, world):
    exam = await go(world, RIGHT, RIGHT)
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/staff/results/{exam}")
        await page.get_by_role("link", name="Annul the test").click()
        await page.get_by_label("Why it is annulled").fill(WHY)
        await page.get_by_role("button", name="Annul the test").click()
        await expect(page.get_by_text("It is in the trail")).to_be_visible()
        await page.get_by_role("link", name="Take the annulment back").click()
        await page.get_by_label("Why it is taken back").fill("It was Asha after all.")
        await page.get_by_role("button", name="Take the annulment back").click()
        await expect(page.get_by_test_id("ruling")).to_have_count(2)
