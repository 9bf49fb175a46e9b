"""One contract of every payment provider; then what is Razorpay's alone."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.adapters.payments import (
    BadSignature,
    ProviderAway,
    RefundRefused,
)
from app.adapters.payments.choosing import Nobody, choose
from app.adapters.payments.razorpay import Razorpay
from app.adapters.payments.razorpay_api import PAGES_MOST
from app.adapters.payments.sandbox import Message, NoSuchSandboxOrder, Sandbox
from app.adapters.payments.sandbox_post import QUEUED_MOST, SandboxPost
from app.adapters.tasks import alongside
from app.kernel.money import Money
from app.settings import Settings
from tests.contracts.razorpay_server import (
    KEY_ID,
    KEY_SECRET,
    WEBHOOK_SECRET,
    RazorpayServer,
    signed,
)
from tests.stores.entrance import SetClock

FEE = Money(minor=50_000, currency="INR")
EARLY, LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
BACK, CANCEL = "http://localhost:8080/payments/x/return", "http://localhost:8080/tests"


@pytest.fixture
async def server():
    return RazorpayServer()


@pytest.fixture
async def razorpay(server):
    async with TestServer(server.app()) as running:
        yield razorpay_at(str(running.make_url("")))


def razorpay_at(url: str, **more) -> Razorpay:
    return Razorpay(KEY_ID, KEY_SECRET, WEBHOOK_SECRET, url=url, **more)


class RazorpayTill:
    """Pays there, and says what the provider would say of it."""

    def __init__(self, provider, server):
        self.provider, self.server = provider, server

    async def pay(self, order, amount=FEE):
        return self.server.pay(order, amount.minor, amount.currency)["id"]

    def webhook(self, order, payment):
        it = self.server.payments[payment]
        return self.server.webhook("payment.captured", payment=it)

    def comes_back(self, order, payment):
        return self.server.comes_back(self.server.payments[payment])

    def pass_time(self):
        for it in self.server.refunds.values():
            it["status"] = "processed"


class SandboxTill:
    def __init__(self, provider, clock):
        self.provider, self.clock = provider, clock
        self.captured = {}

    async def pay(self, order, amount=FEE):
        it = await self.provider.pay(order, amount)
        self.captured[it.provider_payment] = it
        return it.provider_payment

    def webhook(self, order, payment):
        message = self.provider.webhook_of(self.captured[payment])
        return message.headers, message.body

    def comes_back(self, order, payment):
        return self.provider.return_of(self.captured[payment])

    def pass_time(self):
        self.clock.forward(seconds=3)


@pytest.fixture(params=["razorpay", "sandbox"])
def till(request, server):
    if request.param == "razorpay":
        return RazorpayTill(request.getfixturevalue("razorpay"), server)
    clock = SetClock()
    database = request.getfixturevalue("database")
    sandbox = Sandbox(database, clock, "secret", "http://localhost:8080")
    return SandboxTill(sandbox, clock)


@pytest.fixture
def provider(till):
    return till.provider


async def opened(provider, amount=FEE):
    return await provider.open_order(str(uuid4()), 7, amount)


async def test_an_order_is_opened_and_the_browser_sent_to_pay_it(provider):
    order = await opened(provider)
    page = provider.pay_page(order, FEE, back=BACK, cancel=CANCEL)
    assert order in page.action + str(page.fields)
    assert {BACK, CANCEL} <= set(page.fields.values())
    assert all(page.action.startswith(origin) for origin in provider.origins)


async def test_what_is_paid_is_told_when_asked(till, provider):
    order, other = await opened(provider), await opened(provider)
    assert await provider.payments_of(order) == []
    payment = await till.pay(order)
    [it] = await provider.payments_of(order)
    assert (it.provider_order, it.provider_payment) == (order, payment)
    assert it.amount == FEE
    assert it.paid_at.tzinfo is not None
    assert await provider.payments_of(other) == []


async def test_paid_twice_is_told_twice(till, provider):
    order = await opened(provider)
    paid = {await till.pay(order), await till.pay(order)}
    assert {it.provider_payment for it in await provider.payments_of(order)} == paid


async def test_another_amount_is_told_as_it_is(till, provider):
    order = await opened(provider)
    await till.pay(order, Money(minor=1, currency="INR"))
    [it] = await provider.payments_of(order)
    assert it.amount == Money(minor=1, currency="INR")


async def test_a_signed_message_is_read(till, provider):
    order = await opened(provider)
    payment = await till.pay(order)
    [it] = provider.read_webhook(*till.webhook(order, payment)).payments
    [asked] = await provider.payments_of(order)
    assert it == asked


async def test_a_forged_message_is_refused(till, provider):
    order = await opened(provider)
    headers, body = till.webhook(order, await till.pay(order))
    assert provider.read_webhook(headers, body)  # the control
    forged = {name: "0" * 64 for name in headers}
    strange = {name: "\udcff\u2764" for name in headers}
    for given, what in [
        (headers, body + b" "),
        (headers, body.replace(b"50000", b"50001")),
        (forged, body),
        (strange, body),
        ({}, body),
    ]:
        with pytest.raises(BadSignature):
            provider.read_webhook(given, what)


async def test_a_browser_that_comes_back_is_believed_with_a_signature(till, provider):
    order = await opened(provider)
    fields = till.comes_back(order, await till.pay(order))
    assert provider.read_return(fields) == order
    for name in fields:
        with pytest.raises(BadSignature):
            provider.read_return({**fields, name: "\ud800x"})
        without = {key: it for key, it in fields.items() if key != name}
        with pytest.raises(BadSignature):
            provider.read_return(without)
    with pytest.raises(BadSignature):
        provider.read_return({})


async def test_said_twice_it_is_one_refund(till, provider):
    payment, mine = await till.pay(await opened(provider)), str(uuid4())
    one = await provider.refund(mine, payment, 20_000)
    two = await provider.refund(mine, payment, 20_000)
    assert one.provider_refund == two.provider_refund
    assert (one.provider_payment, one.amount_minor) == (payment, 20_000)
    other = await provider.refund(str(uuid4()), payment, 20_000)
    assert other.provider_refund != one.provider_refund


async def test_another_amount_under_the_same_name_is_not_carried_out(till, provider):
    payment, mine = await till.pay(await opened(provider)), str(uuid4())
    await provider.refund(mine, payment, 20_000)
    with pytest.raises(ProviderAway):
        await provider.refund(mine, payment, 10_000)
    _, refunds = await provider.listed(EARLY, LATE)
    assert [it.amount_minor for it in refunds] == [20_000]


async def test_a_refund_is_done_in_time_and_found_by_either_name(
    till, provider, server
):
    server.refund_status = "pending"
    payment, mine = await till.pay(await opened(provider)), str(uuid4())
    assert await provider.refund_is(mine, payment, None) is None
    sent = await provider.refund(mine, payment, 50_000)
    assert (sent.done, sent.refused) == (False, None)
    till.pass_time()
    for name in (None, sent.provider_refund):
        found = await provider.refund_is(mine, payment, name)
        assert found.provider_refund == sent.provider_refund
        assert found.done
        assert found.notes["refund"] == mine


async def test_more_than_came_in_does_not_go_back(till, provider):
    payment = await till.pay(await opened(provider))
    with pytest.raises(RefundRefused):
        await provider.refund(str(uuid4()), payment, 50_001)
    await provider.refund(str(uuid4()), payment, 50_000)
    with pytest.raises(RefundRefused):
        await provider.refund(str(uuid4()), payment, 1)


async def test_the_books_are_listed_for_a_stretch_of_time(till, provider):
    payment = await till.pay(await opened(provider))
    refund = await provider.refund(str(uuid4()), payment, 50_000)
    payments, refunds = await provider.listed(EARLY, LATE)
    assert [it.provider_payment for it in payments] == [payment]
    assert [it.provider_refund for it in refunds] == [refund.provider_refund]
    at = payments[0].paid_at
    before = await provider.listed(EARLY, at)
    assert before == ([], [])
    inside, _ = await provider.listed(at, at + timedelta(seconds=1))
    assert len(inside) == 1


# The sandbox alone.


async def test_the_sandbox_refuses_the_refunds_it_was_told_to(database):
    sandbox = Sandbox(database, SetClock(), "secret", "http://localhost:8080")
    order = await opened(sandbox)
    paid = await sandbox.pay(order, FEE, refuses_refunds=True)
    with pytest.raises(RefundRefused):
        await sandbox.refund(str(uuid4()), paid.provider_payment, 1)
    with pytest.raises(NoSuchSandboxOrder):
        await sandbox.pay("sandbox_order_of_nobody", FEE)


async def test_messages_past_the_bound_are_lost_and_counted():
    post = SandboxPost("http://127.0.0.1:1")
    for _ in range(QUEUED_MOST + 3):
        post.send(Message(body=b"", headers={}))
    assert post.lost == 3


async def test_a_message_is_said_again_until_it_is_taken():
    said, taken = [], asyncio.Event()

    async def hear(request: web.Request) -> web.Response:
        said.append((request.headers["Origin"], await request.read()))
        if len(said) == 3:
            taken.set()
        return web.Response(status=200 if len(said) == 3 else 503)

    app = web.Application()
    app.router.add_post("/payments/sandbox/webhook", hear)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        post = SandboxPost(url, pauses_s=(0, 0, 0))
        post.send(Message(body=b"news", headers={}))
        async with alongside(post.run()), asyncio.timeout(10):
            await taken.wait()
    assert said == [(url, b"news")] * 3


# Razorpay alone.


async def test_what_was_not_captured_has_not_come_in(razorpay, server):
    order = await opened(razorpay)
    server.pay(order, 50_000, status="authorized", captured=False)
    server.pay(order, 50_000, status="failed", captured=False)
    # Given back by Razorpay itself, because it was never captured.
    server.pay(order, 50_000, status="refunded", captured=False)
    assert await razorpay.payments_of(order) == []
    server.pay(order, 50_000, status="refunded")
    assert len(await razorpay.payments_of(order)) == 1


async def test_a_lost_answer_is_looked_for(razorpay, server):
    payment, mine = server.pay(await opened(razorpay), 50_000)["id"], str(uuid4())
    for _ in range(12):  # more than a page has by itself
        await razorpay.refund(str(uuid4()), payment, 100)
    server.lose = 1
    with pytest.raises(ProviderAway):
        await razorpay.refund(mine, payment, 20_000)
    assert (await razorpay.refund_is(mine, payment, None)).amount_minor == 20_000


@pytest.mark.parametrize(
    ("words", "raised"),
    [
        ("The payment has been fully refunded already.", RefundRefused),
        ("Refund is not supported by the bank because the payment is more than 6 "
         "months old", RefundRefused),
        ("The payment status should be captured for action to be taken", RefundRefused),
        ("Your account does not have enough balance to carry out the refund",
         ProviderAway),
        ("Something new", ProviderAway),
    ],
)  # fmt: skip
async def test_only_what_is_known_to_be_final_is_refused(
    razorpay, server, words, raised
):
    said = {"error": {"code": "BAD_REQUEST_ERROR", "description": words}}
    server.answer = (400, json.dumps(said).encode())
    with pytest.raises(raised):
        await razorpay.refund(str(uuid4()), "pay_1", 100)
    server.answer = (500, json.dumps(said).encode())
    with pytest.raises(ProviderAway):
        await razorpay.refund(str(uuid4()), "pay_1", 100)


GOOD = {
    "id": "pay_1",
    "order_id": "order_1",
    "amount": 100,
    "currency": "INR",
    "status": "captured",
    "captured": True,
    "created_at": 1_780_000_000,
}
BROKEN = [
    *({"amount": it} for it in (0, -1, 1.5, "100", True, None, 10**13)),
    *({"currency": it} for it in ("inr", "RUPEE", None, 7, "₹₹₹")),
    *({"created_at": it} for it in (None, "today", -1, 10**18, 1.5, True)),
    *({"id": it} for it in (None, "", 7, "x" * 99, "a\nb")),
    {"order_id": 7},
]


@pytest.mark.parametrize("wrong", [{}, *BROKEN], ids=str)
async def test_a_malformed_answer_is_none(razorpay, server, wrong):
    payment = {**GOOD, **wrong}
    server.answer = (200, json.dumps({"items": [payment]}).encode())
    if not wrong:  # the control
        assert len(await razorpay.payments_of("order_1")) == 1
        return
    with pytest.raises(ProviderAway):
        await razorpay.payments_of("order_1")
    told = razorpay.read_webhook(*server.webhook("payment.captured", payment=payment))
    assert told.payments == ()


async def test_a_failed_try_is_told_as_what_it_is(razorpay, server):
    failed = {**GOOD, "status": "failed", "captured": False}
    told = razorpay.read_webhook(*server.webhook("payment.failed", payment=failed))
    assert [it.provider_order for it in told.failed] == [GOOD["order_id"]]
    assert told.payments == ()
    for other in ({**failed, "order_id": None}, GOOD, {**failed, "created_at": "x"}):
        said = server.webhook("payment.failed", payment=other)
        assert razorpay.read_webhook(*said).failed in ((), [])


async def test_a_payment_of_another_order_is_no_answer(razorpay, server):
    server.answer = (200, json.dumps({"items": [GOOD]}).encode())
    with pytest.raises(ProviderAway):
        await razorpay.payments_of("order_2")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"event": "payment.captured"}',
        b'{"event": ["payment.captured"], "payload": {}}',
        b'{"event": "payment.captured", "payload": []}',
        b'{"event": "order.paid", "payload": {"payment": {"entity": null}}}',
        b'{"event": "refund.processed", "payload": {"refund": {"entity": {}}}}',
        b'{"event": "something.new", "payload": {}}',
    ],
)
async def test_a_signed_message_that_says_nothing_is_let_go(razorpay, body):
    told = razorpay.read_webhook(*signed(body))
    assert not told.payments
    assert not told.refunds


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b"<html>", b'{"items": {}}', b"[" * 50_000]
)
async def test_an_answer_that_is_none_is_away(razorpay, server, body):
    server.answer = (200, body)
    with pytest.raises(ProviderAway):
        await razorpay.payments_of("order_1")
    with pytest.raises(ProviderAway):
        await razorpay.open_order(str(uuid4()), 1, FEE)
    with pytest.raises(ProviderAway):
        await razorpay.refund(str(uuid4()), "pay_1", 1)
    with pytest.raises(ProviderAway):
        await razorpay.listed(EARLY, LATE)


async def test_an_order_of_another_amount_is_not_ours(razorpay, server):
    made = {"id": "order_1", "amount": 50_001, "currency": "INR"}
    server.answer = (200, json.dumps(made).encode())
    with pytest.raises(ProviderAway):
        await razorpay.open_order(str(uuid4()), 1, FEE)


@pytest.mark.parametrize(
    ("event", "status", "done", "failed"),
    [
        ("refund.created", "pending", False, False),
        ("refund.created", "processed", True, False),
        ("refund.processed", "processed", True, False),
        ("refund.failed", "failed", False, True),
    ],
)
async def test_messages_of_refunds_are_read(
    razorpay, server, event, status, done, failed
):
    refund = {
        "id": "rfnd_1",
        "payment_id": "pay_1",
        "amount": 100,
        "status": status,
        "notes": {"refund": "ours", "number": 7, "deep": {"a": 1}, "none": None},
        "receipt": "ours",
    }
    [it] = razorpay.read_webhook(*server.webhook(event, refund=refund)).refunds
    assert (it.done, it.refused is not None) == (done, failed)
    assert it.notes == {"refund": "ours"}
    refund["notes"] = []  # as an empty object comes
    [it] = razorpay.read_webhook(*server.webhook(event, refund=refund)).refunds
    assert it.notes == {"refund": "ours"}


async def test_all_pages_are_read_and_no_more_than_a_limit(razorpay, server):
    for number in range(230):
        server.pay("order_1", 100 + number)
    payments, _ = await razorpay.listed(EARLY, LATE)
    assert len({it.provider_payment for it in payments}) == 230
    server.endless = True
    server.asked.clear()
    with pytest.raises(ProviderAway):
        await razorpay.listed(EARLY, LATE)
    assert len(server.asked) == PAGES_MOST


async def test_a_slow_or_missing_razorpay_is_away(server):
    async with TestServer(server.app()) as running:
        server.slow_s = 5
        slow = razorpay_at(str(running.make_url("")), whole_s=0.2)
        with pytest.raises(ProviderAway):
            await slow.payments_of("order_1")
    gone = razorpay_at("http://127.0.0.1:1")
    with pytest.raises(ProviderAway):
        await gone.refund(str(uuid4()), "pay_1", 1)


async def test_other_keys_than_ours_are_away_and_never_a_refusal(server):
    async with TestServer(server.app()) as running:
        other = Razorpay("x", "y", "z", url=str(running.make_url("")))
        with pytest.raises(ProviderAway):
            await other.refund(str(uuid4()), "pay_1", 1)


async def test_an_identifier_stays_in_its_place_of_the_path(razorpay, server):
    with pytest.raises(ProviderAway):
        await razorpay.payments_of("../payments?count=1#")
    [(_, path)] = server.asked
    assert path == "/v1/orders/..%2Fpayments%3Fcount=1%23/payments"


def settings(**given) -> Settings:
    return Settings(DATABASE_URL="", REDIS_URL="", secret="s" * 40, **given)


KEYS = {"pay_key_id": "k", "pay_key_secret": "s", "pay_webhook_secret": "w"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({**KEYS}, Razorpay),
        ({**KEYS, "development": True}, Razorpay),
        ({"development": True}, Sandbox),
        ({}, Nobody),
    ],
)
def test_the_settings_choose_the_provider(given, kind):
    assert type(choose(settings(**given), None, SetClock())) is kind


@pytest.mark.parametrize("missing", KEYS)
def test_keys_of_payment_go_together(missing):
    with pytest.raises(ValueError, match="go together"):
        settings(**{name: it for name, it in KEYS.items() if name != missing})


async def test_without_a_provider_nobody_can_pay_and_nothing_is_believed():
    nobody = Nobody()
    with pytest.raises(ProviderAway):
        await nobody.open_order(str(uuid4()), 1, FEE)
    with pytest.raises(BadSignature):
        nobody.read_webhook({}, b"{}")
