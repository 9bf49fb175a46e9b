"""SMS to a real HTTP server that plays the gateway."""

import asyncio
import base64
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.adapters.outbox import Letter, TryLater, Undeliverable
from app.adapters.sms import TwilioSms

LETTER = Letter(
    channel="sms",
    to="+919876500001",
    kind="code",
    subject="",
    text="123456 is your code",
    useful_until=datetime(2026, 11, 23, 12, tzinfo=UTC),
)


class Gateway:
    def __init__(self) -> None:
        self.status, self.slow_s = 201, 0.0
        self.taken: list[dict[str, str]] = []
        self.auth = ""

    async def take(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.slow_s)
        self.auth = request.headers["Authorization"]
        self.taken.append(dict(await request.post()))
        return web.json_response({"sid": "SM1"}, status=self.status)


@pytest.fixture
async def gateway():
    one = Gateway()
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/AC1/Messages.json", one.take)
    async with TestServer(app) as server:
        one.url = str(server.make_url("/"))
        yield one


def sms(gateway, whole_s: float = 5) -> TwilioSms:
    return TwilioSms("AC1", "token", "+15550001", url=gateway.url, whole_s=whole_s)


async def test_it_says_who_we_are_to_whom_and_what(gateway):
    await sms(gateway).send(LETTER)
    assert gateway.taken == [
        {"To": LETTER.to, "From": "+15550001", "Body": LETTER.text}
    ]
    assert base64.b64decode(gateway.auth.removeprefix("Basic ")) == b"AC1:token"


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (400, Undeliverable),
        (401, TryLater),
        (404, TryLater),
        (429, TryLater),
        (500, TryLater),
    ],
)
async def test_the_status_decides_whether_to_try_again(gateway, status, raised):
    gateway.status = status
    with pytest.raises(raised, match=str(status)):
        await sms(gateway).send(LETTER)


async def test_a_slow_gateway_is_left_in_time(gateway):
    gateway.slow_s = 5
    with pytest.raises(TryLater):
        await sms(gateway, whole_s=0.2).send(LETTER)


async def test_a_gateway_that_is_away_delays(gateway):
    with pytest.raises(TryLater):
        await TwilioSms("AC1", "t", "+1", url="http://127.0.0.1:1").send(LETTER)
