"""Providers, and whoever pretends to be one, over HTTP: the sandbox and Razorpay."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from app.adapters.http import MIDDLEWARES, SITE
from app.adapters.http import Site as AppSite
from app.adapters.http_headers import FORMS_TO
from app.booking.domain.words import Wish
from app.booking.views import wiring
from app.booking.views.payment_keys import PAYING, REFUNDS
from app.kernel.ids import AccountId, CentreId, ModuleCode, SeatId, SlotId
from app.main import build
from tests.contracts.razorpay_server import (
    KEY_ID,
    KEY_SECRET,
    WEBHOOK_SECRET,
    RazorpayServer,
    signed,
)
from tests.http.test_staff import account_of

MODULE = ModuleCode("CEL")
RAZORPAY = "/payments/razorpay"


@dataclass
class Held:
    """Asha's seat, as long as nobody has paid for it."""

    app: web.Application
    account: AccountId
    seat: SeatId
    order: str
    action: str
    fields: dict[str, str]
    minor: int

    async def rows(self, query: str):
        async with self.app[wiring.DESK].db.connection() as tx:
            return [tuple(row) for row in await tx.fetch(query)]

    async def seats(self):
        return [row[0] for row in await self.rows("SELECT state FROM seat")]

    async def payments(self):
        return len(await self.rows("SELECT 1 FROM payment"))

    async def until_paid(self, count: int) -> None:
        for _ in range(500):
            if await self.payments() == count:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"not {count} payments")


@pytest.fixture
async def held(app_server, database) -> Held:
    """The test of a module without hours: whoever studies it is fit for it."""
    app = app_server.app
    desk = app[wiring.DESK]
    account = await account_of(database, "ASHA001")
    slot = await _slot(database, desk.clock.now())
    seat = await app[wiring.SEATS].hold(
        account, uuid4().hex, Wish(slot=slot, module=MODULE)
    )
    page = await app[PAYING].begin(account, uuid4().hex, seat)
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT * FROM test_order")
    return Held(
        app=app,
        account=account,
        seat=seat,
        order=row["provider_order"],
        action=page.action,
        fields=dict(page.fields),
        minor=row["amount_minor"],
    )


async def _slot(database, now: datetime) -> SlotId:
    centre, slot = CentreId(uuid4()), SlotId(uuid4())
    async with database.transaction() as tx:
        await tx.execute("UPDATE module SET hours = 0.0000000001")
        await tx.execute(
            """INSERT INTO centre (centre_id, code, name, city, address, time_zone,
                   capacity, made_at)
               VALUES ($1, 'KOCHI', 'Institute', 'Kochi', '1 Main Road',
                   'Asia/Kolkata', 9, now())""",
            centre,
        )
        await tx.execute(
            """INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at,
                   closes_at, capacity, made_at)
               VALUES ($1, $2, $3::timestamptz::date, $3, $3 + interval '2 hours',
                   $3 - interval '90 days', $3 - interval '1 hour', 9, now())""",
            slot,
            centre,
            now + timedelta(days=30),
        )
    return slot


def path_of(url: str, site) -> str:
    assert url.startswith(f"{site.url}/")
    return url.removeprefix(site.url)


def onward(page: str) -> str:
    """Where the page goes by itself, and where its link leads: the same."""
    by_itself = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)[1]
    assert f'href="{by_itself}"' in page
    return by_itself


# The sandbox.


async def choose(held, site, outcome: str, **more):
    return await site.send(
        path_of(held.action, site), outcome=outcome, **held.fields, **more
    )


async def test_the_sandbox_says_that_no_money_moves(held, site):
    page = await (await site.get(path_of(held.action, site))).text()
    assert "Sandbox: no money moves" in page
    assert "₹" in page
    assert (await site.get("/sandbox/pay/nothing")).status == 404


async def test_who_pays_comes_back_to_a_booked_seat(held, site):
    answer = await choose(held, site, "never")
    assert answer.status == 303
    page = await site.get(path_of(answer.headers["Location"], site))
    assert onward(await page.text()) == f"/tests/seats/{held.seat}?paid=1"
    assert await held.seats() == ["booked"]


@pytest.mark.parametrize("outcome", ["pay", "twice"])
async def test_the_sandbox_sends_real_messages(held, site, outcome):
    await choose(held, site, outcome)  # and the browser does not come back
    await held.until_paid(1)
    assert await held.seats() == ["booked"]


async def test_what_nobody_told_us_is_asked_for(held, site):
    answer = await choose(held, site, "lost")
    assert "You can close this page" in await answer.text()
    assert await held.payments() == 0
    await held.app[PAYING].learn(held.order)
    assert await held.seats() == ["booked"]


async def test_another_amount_books_nothing_and_goes_back(held, site):
    await choose(held, site, "forged")
    await held.until_paid(1)
    assert await held.seats() == ["held"]
    [(amount, reason)] = await held.rows("SELECT amount_minor, reason FROM refund")
    assert (amount, reason) == (held.minor - 100, "wrong_amount")


@pytest.mark.parametrize("outcome", ["fail", "back"])
async def test_who_does_not_pay_still_holds_the_seat(held, site, outcome):
    answer = await choose(held, site, outcome)
    if outcome == "back":
        assert answer.headers["Location"] == f"{site.url}/tests/seats/{held.seat}"
    else:
        assert "The bank said no" in await answer.text()
    assert await held.payments() == 0
    assert await held.seats() == ["held"]


@pytest.mark.parametrize(
    "cancel", ["https://evil.example/", "//evil.example", "/\\evil.example", ""]
)
async def test_the_sandbox_sends_nobody_elsewhere(held, site, cancel):
    path = path_of(held.action, site)
    answer = await site.send(path, outcome="back", cancel=cancel, back="x")
    assert answer.headers["Location"] == f"{site.url}/tests"


async def test_a_refund_that_was_to_be_refused_is(held, site):
    await choose(held, site, "forged", refuses_refunds="true")
    await held.until_paid(1)
    await held.app[REFUNDS].run()
    assert await held.rows("SELECT state FROM refund") == [("refused",)]


async def test_the_sandbox_s_own_paths_take_nothing_from_other_sites(held, site):
    for path in ("/payments/sandbox/webhook", "/payments/sandbox/return"):
        for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            answer = await site.client.post(path, data=b"{}", headers=origin)
            assert (await answer.json())["code"] == "foreign_origin"
        ours = {"Origin": site.url}
        answer = await site.client.post(path, data=b"{}", headers=ours)
        assert "foreign_origin" not in await answer.text()  # the control


async def test_a_forged_message_of_the_sandbox_is_refused(held, site):
    answer = await site.client.post(
        "/payments/sandbox/webhook",
        json={"order": held.order, "payment": "p", "amount": held.minor},
        headers={"Origin": site.url, "X-Sandbox-Signature": "0" * 64},
    )
    assert answer.status == 403
    assert await held.payments() == 0


async def test_in_production_there_is_no_sandbox(app_settings, accounts, redis):
    settings = app_settings.model_copy(update={"development": False})
    async with TestServer(
        build(settings), host="localhost", port=settings.app_port
    ) as server:
        paths = {route.resource.canonical for route in server.app.router.routes()}
        assert server.app[SITE].outside == set()
    assert "/payments/{provider}/webhook" in paths  # the control
    assert not {path for path in paths if path.startswith("/sandbox")}


# Razorpay.


@pytest.fixture
def razorpay():
    return RazorpayServer()


@pytest.fixture
async def paid_there(razorpay, app_settings):
    """Before the app is built: its settings name our small Razorpay."""
    async with TestServer(razorpay.app()) as running:
        app_settings.pay_url = str(running.make_url("")).rstrip("/")
        app_settings.pay_key_id = KEY_ID
        app_settings.pay_key_secret = type(app_settings.secret)(KEY_SECRET)
        app_settings.pay_webhook_secret = type(app_settings.secret)(WEBHOOK_SECRET)
        yield razorpay


@pytest.fixture
async def at_razorpay(paid_there, held):
    return held


async def hook(site, message, path=f"{RAZORPAY}/webhook"):
    """As a server sends it: no Origin, no cookies."""
    headers, body = message
    given = {**headers, "Content-Type": "application/json"}
    return await site.client.post(path, data=body, headers=given)


async def test_the_browser_is_sent_to_pay_at_razorpay(at_razorpay, app_settings):
    assert at_razorpay.action == f"{app_settings.pay_url}/v1/checkout/embedded"
    assert at_razorpay.fields["order_id"] == at_razorpay.order
    url = app_settings.app_url
    assert at_razorpay.fields["callback_url"] == f"{url}{RAZORPAY}/return"


async def test_a_signed_message_books_and_repeated_or_reordered_changes_nothing(
    at_razorpay, site, razorpay
):
    held, it = at_razorpay, razorpay.pay(at_razorpay.order, at_razorpay.minor)
    order = razorpay.orders[held.order]
    messages = [
        razorpay.webhook("order.paid", payment=it, order=order),
        razorpay.webhook("payment.captured", payment=it),
        razorpay.webhook("payment.captured", payment=it),
    ]
    for message in messages:
        answer = await hook(site, message)
        assert answer.status == 200
    assert await held.seats() == ["booked"]
    assert await held.payments() == 1


async def test_the_same_message_at_the_same_moment_counts_once(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    message = razorpay.webhook("payment.captured", payment=it)
    answers = await asyncio.gather(*(hook(site, message) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert await at_razorpay.payments() == 1
    assert await at_razorpay.seats() == ["booked"]


async def test_a_forged_or_changed_message_is_refused(at_razorpay, site, razorpay):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    headers, body = razorpay.webhook("payment.captured", payment=it)
    cheaper = body.replace(str(at_razorpay.minor).encode(), b"1")
    assert cheaper != body
    for message in [
        ({}, body),
        ({"X-Razorpay-Signature": "0" * 64}, body),
        (headers, cheaper),
        (headers, body + b"\n"),
    ]:
        answer = await hook(site, message)
        assert answer.status == 403
        assert (await answer.json())["code"] == "bad_signature"
    assert await at_razorpay.payments() == 0
    assert (await hook(site, (headers, body))).status == 200  # the control
    assert await at_razorpay.payments() == 1


async def test_a_signed_message_of_another_amount_books_nothing(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, 1)
    answer = await hook(site, razorpay.webhook("payment.captured", payment=it))
    assert answer.status == 200
    assert await at_razorpay.seats() == ["held"]
    refunds = await at_razorpay.rows("SELECT amount_minor, reason FROM refund")
    assert refunds == [(1, "wrong_amount")]


async def test_messages_of_no_order_of_ours_are_let_go(at_razorpay, site, razorpay):
    for order in ("order_of_somebody", None):
        it = razorpay.pay(order, 50_000)
        answer = await hook(site, razorpay.webhook("payment.captured", payment=it))
        assert answer.status == 200
    assert (await hook(site, signed(b"nonsense"))).status == 200
    assert await at_razorpay.payments() == 0


async def test_messages_of_refunds_come_in_any_order(at_razorpay, site, razorpay):
    it = razorpay.pay(at_razorpay.order, 1)
    await hook(site, razorpay.webhook("payment.captured", payment=it))
    razorpay.refund_status = "pending"
    await at_razorpay.app[REFUNDS].run()
    state = "SELECT state FROM refund"
    assert await at_razorpay.rows(state) == [("sent",)]
    [refund] = razorpay.refunds.values()
    done = {**refund, "status": "processed"}
    failed = {**refund, "status": "failed"}
    for event, said in [
        ("refund.processed", done),
        ("refund.created", refund),
        ("refund.failed", failed),
        ("refund.processed", done),
    ]:
        answer = await hook(site, razorpay.webhook(event, refund=said))
        assert answer.status == 200
        assert await at_razorpay.rows(state) == [("done",)]


async def test_another_provider_than_ours_is_not_there(at_razorpay, site, razorpay):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    headers, body = razorpay.webhook("payment.captured", payment=it)
    ours = {**headers, "Origin": site.url}
    for other in ("sandbox", "none", "Razorpay"):
        path = f"/payments/{other}/webhook"
        assert (await hook(site, (ours, body), path)).status == 404
        assert (await hook(site, (headers, body), path)).status == 403
    assert await at_razorpay.payments() == 0


async def test_only_two_exact_paths_take_what_others_send(at_razorpay, site):
    assert at_razorpay.app[SITE].outside == {
        f"{RAZORPAY}/webhook",
        f"{RAZORPAY}/return",
    }
    for path in (f"{RAZORPAY}/webhook/", f"{RAZORPAY}//webhook", "/login", "/logout"):
        answer = await hook(site, signed(b"{}"), path)
        assert (await answer.json())["code"] == "foreign_origin"


async def test_too_much_is_not_read(at_razorpay, site):
    answer = await hook(site, signed(b"x" * (64 * 1024 + 1)))
    assert answer.status == 413
    answer = await hook(site, signed(b"x" * (64 * 1024 - 1)))
    assert answer.status == 200  # the control: signed, and let go


async def test_while_the_database_is_away_the_provider_is_to_repeat_it(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    await at_razorpay.app[wiring.DESK].db.close()
    answer = await hook(site, razorpay.webhook("payment.captured", payment=it))
    assert answer.status == 503
    assert "Retry-After" in answer.headers


async def comes_back(site, fields, path=f"{RAZORPAY}/return"):
    """As a browser posts it from the provider's page."""
    headers = {"Origin": "https://api.razorpay.com", "Accept": "text/html"}
    answer = await site.client.post(path, data=fields, headers=headers)
    assert answer.status == 200
    return onward(await answer.text())


async def test_who_comes_back_from_razorpay_is_booked_and_led_on(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    assert await at_razorpay.seats() == ["held"]
    fields = razorpay.comes_back(it)
    seat = f"/tests/seats/{at_razorpay.seat}?paid=1"
    assert await comes_back(site, fields) == seat
    assert await comes_back(site, fields) == seat
    assert await at_razorpay.seats() == ["booked"]
    assert await at_razorpay.payments() == 1


async def test_a_signature_alone_books_nothing(at_razorpay, site, razorpay):
    """What counts is what Razorpay answers when we ask: there, nothing was paid."""
    it = razorpay.pay(at_razorpay.order, 50_000, status="failed", captured=False)
    await comes_back(site, razorpay.comes_back(it))
    assert await at_razorpay.seats() == ["held"]


async def test_who_comes_back_unsigned_is_led_to_the_tests_and_nobody_is_asked(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    fields = razorpay.comes_back(it)
    razorpay.asked.clear()
    wrong = {**fields, "razorpay_payment_id": "pay_other"}
    for given in (wrong, {}, {"error[code]": "BAD_REQUEST_ERROR"}):
        assert await comes_back(site, given) == "/tests"
    assert razorpay.asked == []
    assert await at_razorpay.payments() == 0
    page = await site.get(f"{RAZORPAY}/return?razorpay_order_id=x")
    assert onward(await page.text()) == "/tests"
    page = await site.get("/payments/sandbox/return")
    assert onward(await page.text()) == "/tests"


async def test_while_razorpay_is_away_one_is_led_on_all_the_same(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    razorpay.answer = (502, b"<html>")
    seat = f"/tests/seats/{at_razorpay.seat}?paid=1"
    assert await comes_back(site, razorpay.comes_back(it)) == seat
    assert await at_razorpay.seats() == ["held"]


async def test_many_returns_from_one_address_ask_nobody_any_more(
    at_razorpay, site, razorpay
):
    it = razorpay.pay(at_razorpay.order, at_razorpay.minor)
    for _ in range(220):
        last = await comes_back(site, {})
    assert last == "/tests"
    razorpay.asked.clear()
    assert await comes_back(site, razorpay.comes_back(it)) == "/tests"
    assert razorpay.asked == []


# Forms of a page that go elsewhere.


async def test_a_page_alone_may_send_its_forms_to_the_provider():
    async def pays(request: web.Request) -> web.Response:
        response = web.Response(text="pay")
        response[FORMS_TO] = ["https://api.razorpay.com"]
        return response

    async def other(request: web.Request) -> web.Response:
        return web.Response(text="other")

    app = web.Application(middlewares=MIDDLEWARES)
    app[SITE] = AppSite(url="http://localhost", media_urls=[], secret="s" * 32)
    app.add_routes([web.get("/pays", pays), web.get("/other", other)])
    async with TestClient(TestServer(app)) as client:
        found = [
            (await client.get(path)).headers["Content-Security-Policy"]
            for path in ("/other", "/pays", "/other")
        ]
    plain, wide = (
        "form-action 'self'; ",
        "form-action 'self' https://api.razorpay.com; ",
    )
    assert [plain in it for it in found] == [True, False, True]
    assert wide in found[1]
