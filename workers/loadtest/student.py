"""A scripted student: logs in, opens a sitting, streams, and behaves as the page does.

What is before the camera is an `Actor`'s business: it is told what the page asks.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
from aiortc.mediastreams import MediaStreamTrack
from yarl import URL

from app.adapters.tasks import alongside
from workers.loadtest.whip import WhipClient

PRESENCE_EVERY_S = 1.0
STATES_MAX = 5_000


class Actor(Protocol):
    """Who sits before the camera."""

    @property
    def track(self) -> MediaStreamTrack: ...

    def told(self, *, looking: bool, asked: str | None) -> None:
        """The page bursts while it is looked at, and may ask to turn the head."""


class LoginFailed(Exception):
    """The message is what the server answered."""


@dataclass(kw_only=True, eq=False)
class ScriptedStudent:
    """Use as `async with`. `read_code` gives the one-time code of a new device."""

    url: str
    srn: str
    password: str
    module: str
    actor: Actor
    read_code: Callable[[aiohttp.ClientSession], Any]
    sitting: dict[str, Any] | None = None
    states: list[dict[str, Any]] = field(default_factory=list)
    """Every state the page was sent of its sitting, the newest last."""

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(treat_as_secure_origin=[URL(self.url)])
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": self.url})
        self.csrf = await self._log_in()
        opened = await self._open()
        self._client = WhipClient(opened["whip"], opened["ticket"], self.actor.track)
        await self._client.start()
        self._socket = await self.http.ws_connect(f"{self.url}/live")
        said = {"sitting": opened["sitting"], "epoch": opened["epoch"]}
        await self._socket.send_json({"type": "subscribe", "topics": ["student:me"]})
        await self._socket.send_json({"type": "streaming", **said})
        self.id = opened["sitting"]
        self._life = AsyncExitStack()
        await self._life.enter_async_context(alongside(self._be_present(said)))
        await self._life.enter_async_context(alongside(self._listen()))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._life.aclose()
        await self._socket.close()
        await self._client.stop()
        await self.http.close()

    async def post(self, path: str, body: object = None) -> int:
        """The status of a command, as the page's buttons send it."""
        headers = {"X-CSRF-Token": self.csrf}
        answer = await self.http.post(f"{self.url}{path}", json=body, headers=headers)
        async with answer:
            return answer.status

    async def until(
        self, true: Callable[[dict[str, Any]], bool], within_s: float = 30
    ) -> dict[str, Any]:
        """The first state of the sitting, seen or yet to come, that is as wanted."""
        async with asyncio.timeout(within_s):
            at = 0
            while True:
                while at < len(self.states):
                    if true(self.states[at]):
                        return self.states[at]
                    at += 1
                await asyncio.sleep(0.05)

    async def _log_in(self) -> str:
        form = {"srn": self.srn, "password": self.password}
        async with self.http.post(f"{self.url}/login", data=form) as answer:
            await answer.read()
        code = {"given": await self.read_code(self.http)}
        async with self.http.post(f"{self.url}/login/second/code", data=code) as answer:
            await answer.read()
        headers = {"Accept": "text/html"}
        async with self.http.get(self.url, headers=headers) as answer:
            found = re.search(r'csrf-token" content="(\w+)"', await answer.text())
        if found is None:
            raise LoginFailed(f"{answer.status} for {self.srn}")
        return found[1]

    async def _open(self) -> dict[str, Any]:
        body, headers = {"module": self.module}, {"X-CSRF-Token": self.csrf}
        url = f"{self.url}/api/sittings"
        async with self.http.post(url, json=body, headers=headers) as answer:
            if answer.status != 200:
                raise LoginFailed(await answer.text())
            opened: dict[str, Any] = await answer.json()
            return opened

    async def _be_present(self, said: dict[str, Any]) -> None:
        while True:
            await self._socket.send_json({"type": "presence", **said, "visible": True})
            await asyncio.sleep(PRESENCE_EVERY_S)

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            told = message.json()
            state = told.get("state") or {}
            sitting = state.get("sitting")
            self.sitting = sitting
            if sitting is None:
                continue
            if len(self.states) < STATES_MAX:
                self.states.append(sitting)
            self.actor.told(looking=sitting["looking"], asked=sitting["asked"])
