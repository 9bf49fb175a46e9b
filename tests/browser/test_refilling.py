"""A proof is asked when a form is sent: what was filled in is there again after it."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.axe import serious_violations
from tests.browser.test_accounts import (
    NO_SUGGESTIONS,
    come_in,
    opened,
    virtual_authenticator,
)
from tests.http import conftest as app
from tests.http.conftest import MOBILES, PASSWORD
from tests.http.test_proving_again import LONG_AGO

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
NEW = "/staff/bank/SCPM/new?from=list"
FILLED = """form => [...form.elements].filter(it => it.name && it.name !== "csrf_token")
    .map(it => [it.name, it.value, it.checked ?? null])"""
KEPT = "sessionStorage.getItem('refill')"
NOTHING_KEPT = "export const keepForms = () => {}; export const arrived = () => ({})"
ROW = """form => form.insertAdjacentHTML("afterbegin",
    "<label class='field'><span>Option 9 <small>added</small></span>" +
    "<input name='option9'></label>")"""
AGAIN = (
    "It is you. What you had filled in is here again: look over it and send it.",
    "What you had filled in is here again: look over it and send it.",
)


async def age(database) -> None:
    async with database.transaction() as tx:
        await tx.execute(LONG_AGO)


async def fill_in(page: Page, site) -> list[list[object]]:
    await page.goto(f"{site.url}{NEW}")
    await page.fill("[name=name]", "Tides & <costs>")
    await page.select_option("[name=kind]", "multiple")
    await page.fill("[name=text]", "Which of these\n\nmove *water*?")
    for number, words in enumerate(("The moon", "A rate", 'The "sun"'), 1):
        await page.fill(f"[name=option{number}]", words)
    await page.fill("[name=feedback2]", "No.")
    for number in ("1", "3"):
        await page.check(f"[name=right][value='{number}']")
    await page.fill("[name=tags]", "costs, audit")
    return await filled(page)


async def filled(page: Page) -> list[list[object]]:
    return await page.locator(".question-form").evaluate(FILLED)


async def send(page: Page, database, name: str = "Save the question") -> None:
    """With a proof that is too old: the page asks for another."""
    await age(database)
    await page.get_by_role("button", name=name).click()
    await page.wait_for_url("**/login/second")


async def by_password(page: Page, password: str = PASSWORD) -> None:
    await page.fill("input[type=password]", password)
    form = page.locator("form[action='/login/second/password']")
    await form.get_by_role("button", name="Continue").click()


async def by_code(page: Page, site) -> None:
    await page.get_by_role("button", name="Send me a code by SMS").click()
    field = page.get_by_label("Code that we sent you")
    await field.fill(await site.newest_code(MOBILES["ADMIN1"]))
    form = page.locator("form[action='/login/second/code']")
    await form.get_by_role("button", name="Continue").click()


def told(page: Page):
    return page.get_by_test_id("filled-again")


async def test_what_was_filled_in_is_there_after_the_proof(site, database):
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        before = await fill_in(page, site)
        csrf = await page.locator("meta[name=csrf-token]").get_attribute("content")
        await send(page, database)
        await expect(told(page)).to_contain_text("What you filled in is kept.")
        assert csrf not in await page.evaluate(KEPT)
        await by_password(page, "not this one")
        await expect(page.get_by_role("alert")).to_be_visible()
        assert "not this one" not in await page.evaluate(KEPT)
        await by_password(page)
        await page.wait_for_url(f"**{NEW}")
        await expect(told(page)).to_have_text(AGAIN[0])
        assert await filled(page) == before
        assert await page.evaluate(KEPT) is None
        button = page.get_by_role("button", name="Save the question")
        await expect(button).to_be_focused()
        await expect(button).to_have_accessible_description(AGAIN[0])
        async with database.connection() as tx:  # never sent by itself
            assert await tx.fetchval("SELECT count(*) FROM question") == 0
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/questions/*?said=saved")
        await expect(page.get_by_test_id("asked")).to_contain_text("move water?")
        await page.goto(f"{site.url}{NEW}")
        await expect(page.locator("[name=name]")).to_have_value("")
        await expect(told(page)).to_have_count(0)


async def test_the_control_without_keeping_it_is_lost(site, database):
    async with opened() as page:
        await page.route(
            "**/transport/refilling.js",
            lambda it: it.fulfill(body=NOTHING_KEPT, content_type="text/javascript"),
        )
        await come_in(page, site, "ADMIN1")
        before = await fill_in(page, site)
        await send(page, database)
        await by_password(page)
        await page.wait_for_url(f"**{NEW}")
        await expect(page.locator("[name=name]")).to_have_value("")
        assert await filled(page) != before
        await expect(told(page)).to_have_count(0)


async def test_by_code_or_passkey_it_is_the_same(site, database):
    async with opened() as page:
        await virtual_authenticator(page)
        await page.add_init_script(NO_SUGGESTIONS)
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/account/security")
        await page.get_by_test_id("add-passkey").click()
        await expect(page.get_by_test_id("passkey")).to_have_count(1)
        before = await fill_in(page, site)
        await send(page, database)
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(f"**{NEW}")
        await expect(told(page)).to_have_text(AGAIN[0])
        assert await filled(page) == before
        await send(page, database)
        await by_code(page, site)
        await page.wait_for_url(f"**{NEW}")
        await expect(told(page)).to_have_text(AGAIN[0])
        assert await filled(page) == before


async def test_a_file_is_named_that_must_be_chosen_again(site, database, tmp_path):
    bank = tmp_path / "bank.gift"
    bank.write_text("::Water:: Water is wet. {T}")
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/staff/bank/import?module=SCPM")
        await page.set_input_files("[name=file]", bank)
        await page.check("[name=leave_out]")
        await send(page, database, "Look at it first")
        await by_password(page)
        await page.wait_for_url("**/staff/bank/import?module=SCPM")
        await expect(told(page)).to_contain_text(
            "Choose again: File of questions (bank.gift)."
        )
        await expect(page.locator("[name=leave_out]")).to_be_checked()
        await expect(page.locator("[name=replace_all]")).not_to_be_checked()
        await expect(page.locator("[name=module]")).to_have_value("SCPM")
        await expect(page.locator("[name=file]")).to_be_focused()


async def test_a_form_that_was_folded_away_and_one_of_a_button(site, database):
    """Opened again; and the one has nothing to fill in, but was not done yet."""
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await fill_in(page, site)
        await page.get_by_role("button", name="Save the question").click()
        await page.get_by_text("Change it").click()
        await page.fill("[name=text]", "Which of them?")
        await page.fill("[name=option5]", "The wind")
        await send(page, database, "Save as a new version")
        await by_password(page)
        await expect(page.locator("[name=option5]")).to_have_value("The wind")
        await expect(page.locator("[name=text]")).to_be_visible()
        # It was said of the act before, and is not said again.
        assert "said" not in page.url
        button = page.get_by_role("button", name="Save as a new version")
        await expect(button).to_be_focused()
        await send(page, database, "Retire it")
        await expect(told(page)).to_have_count(0)
        await by_password(page)
        await expect(told(page)).to_have_text(
            "It is you. Nothing was done yet: press “Retire it” once more."
        )
        await expect(page.get_by_role("button", name="Retire it")).to_be_focused()


async def test_a_row_that_a_script_added_is_told_where_it_is_missing(site, database):
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}{NEW}")
        await page.fill("[name=name]", "Tides")
        await page.fill("[name=text]", "Which?")
        await page.locator(".question-form").evaluate(ROW)
        await page.fill("[name=option9]", "The <b>wind</b>")
        await send(page, database)
        await by_password(page)
        await expect(page.locator("[name=name]")).to_have_value("Tides")
        await expect(told(page).get_by_role("listitem")).to_have_text(
            "Option 9: The <b>wind</b>"
        )
        await picture(page, "left")


async def test_a_password_is_typed_again_even_when_it_was_shown(site, database):
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await page.goto(f"{site.url}/account/password")
        await page.fill("input[name=password]", "seven calm blue herons wait")
        await page.get_by_role("button", name="Show").click()
        form = page.locator("form[action='/account/password']")
        await age(database)
        await form.locator("button[type=submit]").click()
        await page.wait_for_url("**/login/second")
        assert "herons" not in await page.evaluate(KEPT)
        await by_password(page)
        await expect(told(page)).to_contain_text("Type again: New password.")
        await expect(page.locator("input[name=password]")).to_be_focused()
        await expect(page.locator("input[name=password]")).to_have_value("")
        await picture(page, "secret")


async def test_a_form_whose_page_asked_for_a_yes_is_filled_in_anew(site, database):
    """What that page hid stands in the open fields of the one before it; of several
    forms on a page the right one is filled in."""
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        await fill_in(page, site)
        await page.get_by_role("button", name="Save the question").click()
        await page.get_by_role("link", name="Withdraw it").click()
        await page.fill("[name=reason]", "Both answers are right")
        await page.get_by_role("button", name="See what would change").click()
        await send(page, database, "Withdraw it and grade anew")
        await by_password(page)
        await expect(page.locator("[name=reason]")).to_have_value(
            "Both answers are right"
        )
        await expect(told(page)).to_have_text(AGAIN[0])
        await page.goto(f"{site.url}/staff/roles")
        row = page.get_by_role("row").filter(has_text="HELP1")
        await row.get_by_role("combobox").select_option("proctor")
        await age(database)
        await row.get_by_role("button", name="Change").click()
        await page.wait_for_url("**/login/second")
        await by_password(page)
        await expect(row.get_by_role("combobox")).to_have_value("proctor")
        await expect(row.get_by_role("button", name="Change")).to_be_focused()
        await picture(page, "inline")
        await page.set_viewport_size({"width": 360, "height": 740})
        await picture(page, "inline-360")


async def test_who_goes_another_way_is_led_back_and_nobody_else_sees_it(site, database):
    async with opened() as page:
        await come_in(page, site, "ADMIN1")
        before = await fill_in(page, site)
        await send(page, database)
        await page.get_by_role("link", name="Back", exact=True).click()
        await expect(told(page)).to_have_text(AGAIN[1])
        assert await filled(page) == before
        await send(page, database)
        await page.get_by_role("main").get_by_role("link", name="Help").click()
        await expect(told(page)).to_contain_text("Nothing was sent yet.")
        await told(page).get_by_role("link", name="Back to it").click()
        await page.wait_for_url(f"**{NEW}")
        await expect(told(page)).to_have_text(AGAIN[1])
        assert await filled(page) == before
        await send(page, database)
        assert await page.evaluate(KEPT) is not None
        await page.get_by_role("button", name="Log out").click()
        await page.wait_for_url("**/login?said=out")
        assert await page.evaluate(KEPT) is None


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_the_page(site, database, scheme, width):
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    async with opened(bypass_csp=True, **look) as page:
        await come_in(page, site, "ADMIN1")
        await fill_in(page, site)
        await send(page, database)
        await picture(page, f"asked-{scheme}-{width}")
        assert await serious_violations(page) == []
        await by_password(page)
        await expect(told(page)).to_be_in_viewport()
        await picture(page, f"again-{scheme}-{width}")
        assert await serious_violations(page) == []
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


async def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("REFILL_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png")
