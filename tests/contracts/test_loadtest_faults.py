"""What goes wrong under load ends one script's try, not its crew and not the test."""

import asyncio
import json
import re
import sys
from time import monotonic

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from app.adapters.tasks import alongside
from workers.loadtest.cameras import EncodedCamera
from workers.loadtest.crew import guarded
from workers.loadtest.endings import Over, texts
from workers.loadtest.run import take_from
from workers.loadtest.tally import Tally
from workers.loadtest.watching import WAITED_MOST_S, Watching
from workers.loadtest.whip import WhipClient, WhipRefused

WALL = {"sittings": [{"id": "s1", "state": "running", "unread": False}]}
UNREAD = {"sittings": [{"id": "s1", "state": "running", "unread": True}]}


class Told(list):
    """What scripts tell: kinds and words."""

    def __call__(self, kind: str, value: object = None, *, word: str = "") -> None:
        self.append((kind, word))

    async def until(self, *wanted: str) -> None:
        async with asyncio.timeout(10):
            while wanted not in self:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


class House:
    """As much of an app as a proctor needs; it breaks off each message to a student."""

    def __init__(self) -> None:
        self.logins = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/login", self._log_in)
        app.router.add_get("/", self._page)
        app.router.add_get("/live", self._live)
        app.router.add_post("/api/wall/s1/message", self._break_off)
        return app

    async def _log_in(self, request: web.Request) -> web.Response:
        self.logins += 1
        return web.Response()

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text='<meta name="csrf-token" content="abc">')

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"topic": "wall", "state": WALL})
        async for _ in socket:
            pass
        return socket

    async def _break_off(self, request: web.Request) -> web.Response:
        request.transport.close()
        return web.Response()


@pytest.fixture
async def house():
    house = House()
    async with TestServer(house.application()) as server:
        house.url = re.sub("/$", "", str(server.make_url("/")))
        yield house


async def no_code(_: object) -> str:
    raise AssertionError


async def test_a_bug_in_one_student_ends_that_one_alone_and_is_told(capsys):
    done = []

    async def fails() -> None:
        raise KeyError("no such thing")

    async def goes_on() -> None:
        await asyncio.sleep(0.01)
        done.append("others")

    async with asyncio.TaskGroup() as group:
        for act in (fails, goes_on):
            group.create_task(guarded(act))
    assert done == ["others"]
    assert '"word": "bug_KeyError"' in capsys.readouterr().out


def a_proctor(url: str, told: Told) -> Watching:
    asked = {"url": url, "srn": "P", "password": "p", "read_code": no_code}
    return Watching(**asked, tell=told, seed=1)


@pytest.mark.parametrize(("waited_s", "late"), [(WAITED_MOST_S + 1, True), (1, False)])
def test_a_message_that_the_wall_never_shows_is_told_as_a_failure(waited_s, late):
    told = Told()
    proctor = a_proctor("http://localhost", told)
    proctor._written["s1"] = monotonic() - waited_s
    proctor._see(WALL)
    assert told == [("failed", "wall_never_told")] * late


def test_nobody_is_written_to_who_has_something_unread():
    """The wall shows whether, not how much: a second message would not be seen."""
    told = Told()
    proctor = a_proctor("http://localhost", told)
    proctor._see(WALL)
    assert proctor.free() == ["s1"]
    proctor._written["s1"] = monotonic()
    proctor._see(UNREAD)
    assert told == [("wall_s", "")]
    assert proctor.free() == []


async def test_a_proctor_whose_message_fails_watches_again(house):
    told = Told()
    async with alongside(a_proctor(house.url, told).run()):
        await told.until("failed", "proctor_ServerDisconnectedError")
        async with asyncio.timeout(10):
            while house.logins < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert house.logins >= 2


@pytest.mark.parametrize("said", ["", "<html>Bad Gateway</html>", "[]"])
async def test_a_proxy_that_has_no_media_node_refuses_without_a_code(said):
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=502, text=said)

    app = web.Application()
    app.router.add_post("/whip", refuse)
    async with TestServer(app) as server:
        client = WhipClient(str(server.make_url("/whip")), "t", EncodedCamera([b""]))
        with pytest.raises(WhipRefused) as refused:
            await client.start()
    assert (refused.value.status, refused.value.code) == (502, "")


@pytest.mark.parametrize(("over", "errors"), [(False, {"crew_ended": 1}), (True, {})])
async def test_a_crew_that_ends_too_soon_is_an_error_and_its_students_are_gone(
    over, errors
):
    now = monotonic()
    up = json.dumps({"at": now, "is": "up", "value": None, "word": ""})
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"print({up!r}); print({up!r})"),
        stdout=asyncio.subprocess.PIPE,
    )
    tally, stopped = Tally(now), asyncio.Event()
    if over:
        stopped.set()
    await take_from(child, tally, stopped)
    await child.wait()
    assert tally.errors == errors
    assert (tally.streaming, tally.streamed) == (2 if over else 0, 2)


@pytest.mark.parametrize(
    ("beat", "words"), [(0.05, ["ended"]), (1.0, ["socket_silent"])]
)
async def test_a_socket_that_says_nothing_for_long_is_given_up_as_the_page_does(
    beat, words
):
    """Pings say that the process lives, and not that states come."""

    async def says(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=0.05)
        await socket.prepare(request)
        for _ in range(6):
            await socket.send_json({"state": {}})
            await asyncio.sleep(beat)
        await socket.close()
        return socket

    app, ended = web.Application(), []
    app.router.add_get("/live", says)
    async with (
        TestServer(app) as server,
        ClientSession() as http,
        http.ws_connect(server.make_url("/live")) as socket,
    ):
        try:
            async for _ in texts(socket, silent_most_s=0.3):
                pass
        except Over as over:
            ended.append(str(over).replace("socket_closed_1000", "ended"))
    assert ended == words
