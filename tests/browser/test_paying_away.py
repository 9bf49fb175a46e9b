"""To another site to pay, and back: what a real browser sends, and what it does not."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.adapters.http import MIDDLEWARES, SITE, Site
from app.adapters.http_headers import FORMS_TO
from tests.browsing import chromium
from tests.house import free_port

COOKIE, BACK, SEAT = "__Host-spom", "/payments/razorpay/return", "/tests/seats/1?paid=1"
PAGE = {"who": None, "csrf": "", "notices": (), "windows": ()}


def form(action: str) -> str:
    """A page with one button that sends it."""
    inside = "<input name=a value=b><button>On</button>"
    return f'<form method="post" action="{action}">{inside}</form>'


def html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


@pytest.fixture
async def provider():
    """Another site: 127.0.0.1 is not localhost."""

    async def checkout(request: web.Request) -> web.Response:
        return html(form(request.query["back"]))

    app = web.Application()
    app.router.add_post("/checkout", checkout)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


@pytest.fixture
async def ours(provider):
    """Our headers and our page of coming back, around a cookie that is strict."""
    port, seen = free_port(), {}
    site = Site(url=f"http://localhost:{port}", media_urls=[], secret="s" * 32)

    async def seat(request: web.Request) -> web.Response:
        to = f"{provider}/checkout?back={site.url}{BACK}"
        response = html(form(to))
        if "wide" in request.query:
            response[FORMS_TO] = [provider]
        if "paid" in request.query:
            seen["seat"] = COOKIE in request.cookies
        else:
            response.set_cookie(
                COOKIE, "x", path="/", secure=True, httponly=True, samesite="Strict"
            )
        return response

    async def back(request: web.Request) -> web.Response:
        seen["back"] = COOKIE in request.cookies
        shown = {**PAGE, "onward": SEAT, "paid": True}
        return site.page("booking/return.html", shown)

    app = web.Application(middlewares=MIDDLEWARES)
    app[SITE] = site
    site.outside.add(BACK)
    app.add_routes([web.get("/tests/seats/1", seat), web.post(BACK, back)])
    async with TestServer(app, host="localhost", port=port):
        yield site.url, seen


async def test_who_comes_back_from_paying_is_still_logged_in(ours, provider):
    url, seen = ours
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{url}/tests/seats/1?wide")
        await page.click("button")
        await page.wait_for_url(f"{provider}/**")
        await page.click("button")
        await page.wait_for_url(f"{url}{SEAT}")
    # Not sent with what another site began; sent with what our page began.
    assert seen == {"back": False, "seat": True}


async def test_a_form_goes_nowhere_else_from_any_other_page(ours, provider):
    url, _ = ours
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{url}/tests/seats/1")
        async with page.expect_console_message(
            lambda message: "form-action" in message.text
        ):
            await page.eval_on_selector("button", "button => button.click()")
        assert page.url == f"{url}/tests/seats/1"
