"""A standard WHIP client that is no browser streams and is looked at."""

import asyncio
import re
import signal
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from app.adapters.redis import connect
from tests.house import PASSWORD, code_in, mobile_of
from workers.loadtest.cameras import EncodedCamera, encode_clip, read_clip
from workers.loadtest.whip import WhipClient


class Student:
    """Logs in and opens a sitting as a browser would, and streams by WHIP."""

    def __init__(self, url: str) -> None:
        self.url = url
        jar = aiohttp.CookieJar(treat_as_secure_origin=[URL(url)])
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": url})

    async def open(self, srn: str) -> dict[str, object]:
        form = {"srn": srn, "password": PASSWORD}
        await (await self.http.post(f"{self.url}/login", data=form)).read()
        to = {"to": mobile_of(srn)}
        letters = await self.http.get(f"{self.url}/outbox.json", params=to)
        form = {"given": code_in(await letters.json())}
        answer = await self.http.post(f"{self.url}/login/second/code", data=form)
        await answer.read()
        answer = await self.http.get(self.url, headers={"Accept": "text/html"})
        page = await answer.text()
        csrf = re.search(r'csrf-token" content="(\w+)"', page)[1]
        answer = await self.http.post(
            f"{self.url}/api/sittings",
            json={"module": "CEL"},
            headers={"X-CSRF-Token": csrf},
        )
        assert answer.status == 200, await answer.text()
        return await answer.json()


@pytest.fixture
async def student(house):
    one = Student(house.url)
    yield one
    await one.http.close()


async def present(student: Student, opened: dict[str, object]):
    """The socket of a page that is open and visible."""
    socket = await student.http.ws_connect(f"{student.url}/live")
    said = {"sitting": opened["sitting"], "epoch": opened["epoch"]}
    await socket.send_json({"type": "streaming", **said})
    await socket.send_json({"type": "presence", **said, "visible": True})
    return socket


@asynccontextmanager
async def studying(student: Student, clip: Path):
    """Asha's open sitting, her video flowing and her page open."""
    opened = await student.open("ASHA001")
    camera = EncodedCamera(encode_clip(read_clip(clip)[:60]))
    client = WhipClient(opened["whip"], opened["ticket"], camera)
    await client.start()
    socket = await present(student, opened)
    try:
        yield opened
    finally:
        await socket.close()
        await client.stop()


async def test_it_streams_and_is_recognised(house, student, clips):
    async with studying(student, clips(("asha", 4, 1))):
        await house.until("SELECT verdict FROM sitting", "match")
        await house.until("SELECT state FROM sitting", "running")


async def in_the_middle_of_a_look(house, redis) -> bool:
    """Goes on as soon as the matcher has taken a sample; False if it was faster."""
    await redis.xread({"samples": "0"}, block=0)
    house.running["matcher"].send_signal(signal.SIGCONT)
    while not (await redis.xpending("samples", "face_matcher"))["pending"]:
        if not await redis.xlen("samples"):
            return False
    return True


async def kill_in_the_middle_of_a_look(house, redis) -> bool:
    if not await in_the_middle_of_a_look(house, redis):
        return False
    house.kill("matcher")
    return await house.value("SELECT count(verdict) FROM look") == 0


async def test_a_matcher_killed_in_the_middle_of_a_look_leaves_one_verdict(
    house, student, clips
):
    redis = connect(house.redis_url, patience_s=20)
    await house.until("SELECT count(*) FROM reference WHERE state = 'made'", 6)
    house.running["matcher"].send_signal(signal.SIGSTOP)
    async with studying(student, clips(("asha", 4, 1))):
        async with asyncio.timeout(20):
            assert await kill_in_the_middle_of_a_look(house, redis)
        house.start("matcher")
        first = "SELECT verdict FROM look WHERE why = 'start'"
        await house.until(first, "match")
        tries = "SELECT attempts FROM look WHERE why = 'start'"
        assert await house.value(tries) >= 2
        told = "SELECT count(verdict) FROM look WHERE why = 'start'"
        assert await house.value(told) == 1
    await redis.aclose()


async def test_a_matcher_told_to_stop_finishes_the_look_it_has_in_hand(
    house, student, clips
):
    redis = connect(house.redis_url, patience_s=20)
    await house.until("SELECT count(*) FROM reference WHERE state = 'made'", 6)
    house.running["matcher"].send_signal(signal.SIGSTOP)
    async with studying(student, clips(("asha", 4, 1))):
        async with asyncio.timeout(20):
            assert await in_the_middle_of_a_look(house, redis)
        matcher = house.running.pop("matcher")
        matcher.terminate()
        assert await asyncio.to_thread(matcher.wait, 12) == 0
        look = "SELECT verdict || ' at ' || attempts FROM look WHERE why = 'start'"
        assert await house.value(look) == "match at 1"
        assert (await redis.xpending("samples", "face_matcher"))["pending"] == 0
    await redis.aclose()
