"""Question banks in a real Chromium: formulas are drawn, and everybody can use them."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.axe import serious_violations
from tests.browser.test_accounts import come_in, opened
from tests.http import conftest as app
from tests.http.test_bank import png, sit_tests

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
GIFT = r"""// [tag:costs]
::Activity rate:: [markdown]An activity has a cost of \\$12 and
\n\n$$r \= \\frac\{\\sum_i c_i\}\{n\}$$\n\nWhich is the rate?
\n\n![A ledger](files/map.png) {
=$r \= \\frac\{12\}\{n\}$#Yes.
~$r \= \\sqrt\{\\frac\{n\}\{\\binom\{n\}\{k\}\}\}$
~none that $\\wrong\{ of these
####See the topic on rates. }

::Earth:: The earth is flat. {F#No.#Yes.}

::Water:: Water is wet. {T}

// [tag:costs] [tag:audit]
::Pi:: How much is pi? {#3.14:0.01}
"""
WIDTHS = [360, 1280]


async def take_in(page: Page, site, folder: Path) -> None:
    bank, picture = folder / "bank.gift", folder / "map.png"
    bank.write_text(GIFT)
    picture.write_bytes(png())
    await page.goto(f"{site.url}/staff/bank/import?module=SCPM")
    await page.set_input_files("input[name=file]", bank)
    await page.set_input_files("input[name=pictures]", picture)
    await page.get_by_role("button", name="Take it in").click()
    await expect(page.get_by_role("heading", level=2)).to_have_text(
        "Taken into the bank of SCPM"
    )


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_bank_is_taken_in_and_a_question_shown_with_its_formulas(
    site, tmp_path, width
):
    async with opened(viewport={"width": width, "height": 900}) as page:
        told: list[str] = []
        page.on("console", lambda it: told.append(it.text) if it.type == "error" else 0)
        await come_in(page, site, "ADMIN1")
        await take_in(page, site, tmp_path)
        await page.get_by_role("link", name="See the bank").click()
        await page.get_by_role("link", name="Activity rate").click()
        drawn = page.locator("maths-text[data-drawn] .katex-html")
        await expect(drawn).to_have_count(5)  # those of the answer too
        fraction = page.locator("maths-text.block .mfrac").first
        assert (await fraction.bounding_box())["height"] > 20
        await expect(page.locator("maths-text[title]")).to_have_count(0)
        asked = page.get_by_test_id("asked")
        await expect(asked.get_by_text("a cost of $12 and")).to_be_visible()
        hidden = page.get_by_text("See the topic on rates.").first
        await expect(hidden).to_be_hidden()
        await page.get_by_text("Show the answer").click()
        await expect(hidden).to_be_visible()
        assert [it for it in told if "Content Security Policy" in it] == []
        assert told == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_everybody_can_use_the_pages_of_banks(site, database, tmp_path, width):
    look = {"viewport": {"width": width, "height": 900}, "bypass_csp": True}
    async with opened(**look) as page:
        await come_in(page, site, "ADMIN1")
        await take_in(page, site, tmp_path)
        found = {"import": await serious_violations(page)}
        await sit_tests(database, "SCPM", 32)
        await page.goto(f"{site.url}/staff/bank/SCPM")
        href = await page.get_by_role("link", name="Activity").get_attribute("href")
        paths = ["", "/SCPM", "/SCPM/blueprint", "/SCPM/statistics", "/SCPM/new"]
        for path in [*(f"/staff/bank{it}" for it in paths), href]:
            await page.goto(f"{site.url}{path}")
            for summary in await page.locator("summary").all():
                await summary.click()
            found[path] = await serious_violations(page)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path
            if folder := os.environ.get("BANK_PICTURES"):
                name = f"{path.strip('/').replace('/', '-')[:30]}-{width}.png"
                await page.screenshot(path=Path(folder) / name, full_page=True)
        assert {path: it for path, it in found.items() if it} == {}
        await page.goto(f"{site.url}/staff/bank/SCPM/statistics")
        await expect(page.get_by_role("row", name="Earth")).to_contain_text("-1.00")
        chosen = page.get_by_role("img", name="option 1 chosen 16 times")
        await expect(chosen).to_have_count(3)
