"""Accounts in a real Chromium: passkeys, meters, and pages everybody can use."""

import re
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from tests.axe import serious_violations
from tests.browsing import chromium
from tests.http import conftest as app
from tests.http.conftest import MOBILES, PASSWORD
from tests.http.test_staff import register
from tests.http.test_ways_in import other

account_policy, accounts, gatehouse = app.account_policy, app.accounts, app.gatehouse
app_settings, app_server, site = app.app_settings, app.app_server, app.site
__all__ = ["other"]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@asynccontextmanager
async def opened(**context: object):
    async with chromium() as browser:
        page = await (await browser.new_context(**context)).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


async def come_in(page: Page, site, srn: str) -> None:
    await page.goto(f"{site.url}/login")
    await page.fill("input[name=srn]", srn)
    await page.fill("input[name=password]", PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/login/second")
    await page.fill("input[name=given]", await site.newest_code(MOBILES[srn]))
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(re.compile("/(wall|staff)?$"))


async def virtual_authenticator(page: Page) -> None:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


NO_SUGGESTIONS = """if (globalThis.PublicKeyCredential)
    PublicKeyCredential.isConditionalMediationAvailable = async () => false"""


@pytest.mark.parametrize("suggested", [False, True])
async def test_a_passkey_is_added_and_opens_the_account_by_itself(site, suggested):
    """By the button, or among the suggestions of the SRN field, which the virtual
    authenticator takes at once."""
    async with opened() as page:
        await virtual_authenticator(page)
        if not suggested:
            await page.add_init_script(NO_SUGGESTIONS)
        await come_in(page, site, "ASHA001")
        await page.goto(f"{site.url}/account/security")
        await page.get_by_test_id("add-passkey").click()
        await expect(page.get_by_test_id("passkey")).to_have_count(1)
        await page.get_by_role("button", name="Log out").click()
        if not suggested:
            await page.wait_for_url("**/login?said=out")
            await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(f"{site.url}/")
        await expect(page.get_by_role("heading", name="Your modules")).to_be_visible()


async def test_a_person_without_a_passkey_is_told_so_calmly(site):
    async with opened() as page:
        await virtual_authenticator(page)
        await page.goto(f"{site.url}/login")
        await page.get_by_role("button", name="Use a passkey").click()
        words = page.locator("passkey-login [role=status]")
        await expect(words).to_contain_text("You can try again")


async def test_the_meter_says_how_strong_and_show_shows(site):
    async with opened() as page:
        await page.goto(f"{site.url}/reset#some-token")
        field = page.get_by_label("New password")
        advice = page.locator("password-meter [data-part=advice]")
        await field.fill("short")
        await expect(advice).to_contain_text("3 more characters")
        await field.fill("password1")
        await expect(advice).to_contain_text("Very easy to guess")
        await field.fill("seven calm blue herons wait")
        await expect(advice).to_contain_text("Very strong")
        await page.get_by_role("button", name="Show").click()
        assert await field.get_attribute("type") == "text"
        token = page.locator("input[name=token]")
        assert await token.input_value() == "some-token"
        assert "some-token" not in page.url


async def test_caps_lock_is_told(site):
    async with opened() as page:
        await page.goto(f"{site.url}/login")
        await page.focus("input[name=password]")
        await page.evaluate(
            """document.activeElement.dispatchEvent(new KeyboardEvent("keyup",
                {key: "A", modifierCapsLock: true, bubbles: true}))"""
        )
        await expect(page.locator("#password-caps")).to_have_text("Caps Lock is on.")


OPEN_PAGES = [
    "/login",
    "/login/code",
    "/activate",
    "/forgot",
    "/forgot/sent",
    "/reset",
    "/register",
    "/register/done",
    "/help",
    "/status",
    "/outbox",
]
OWN_PAGES = [
    "/account",
    "/account/security",
    "/account/password",
    "/account/devices",
    "/",
]
STAFF_PAGES = [
    "/staff",
    "/staff/people?q=a",
    "/staff/requests",
    "/staff/roster",
    "/staff/roles",
    "/staff/notices",
    "/staff/windows",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_these_pages(site, other, database, scheme):
    """No serious violation of WCAG 2.2 AA, as far as axe can tell; nothing wider than
    a telephone."""
    await register(other)
    phone = {"width": 360, "height": 740}
    async with opened(bypass_csp=True, color_scheme=scheme, viewport=phone) as page:
        found = {path: await checked(page, site, path) for path in OPEN_PAGES}
        await come_in_page_by_page(page, site, found)
        for path in OWN_PAGES:
            found[path] = await checked(page, site, path)
        await page.get_by_role("button", name="Log out").click()
        await come_in(page, site, "ADMIN1")
        for path in STAFF_PAGES:
            found[path] = await checked(page, site, path)
        async with database.connection() as tx:
            query = "SELECT account_id FROM account WHERE srn = 'ASHA001'"
            asha = await tx.fetchval(query)
        found["person"] = await checked(page, site, f"/staff/people/{asha}")
        assert {path: it for path, it in found.items() if it} == {}


async def come_in_page_by_page(page: Page, site, found: dict[str, list[str]]) -> None:
    await page.goto(f"{site.url}/login")
    await page.fill("input[name=srn]", "ASHA001")
    await page.fill("input[name=password]", PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/login/second")
    found["second"] = await violations(page)
    await page.fill("input[name=given]", await site.newest_code(MOBILES["ASHA001"]))
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url(f"{site.url}/")
    await page.goto(f"{site.url}/account/security")
    await page.get_by_role("button", name="Set up an app").click()
    await page.wait_for_url("**/totp")
    found["totp"] = await violations(page)


async def checked(page: Page, site, path: str) -> list[str]:
    await page.goto(f"{site.url}{path}")
    return await violations(page)


async def violations(page: Page) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth")
    found = await serious_violations(page)
    return [*found, *([f"{wide} px wide"] if wide > 360 else [])]


async def test_axe_sees_a_serious_violation(site):
    """The control."""
    async with opened(bypass_csp=True) as page:
        await page.goto(f"{site.url}/login")
        await page.evaluate("document.querySelector('label.field span').remove()")
        assert any("label" in it for it in await serious_violations(page))
