"""A scripted browser: logs in as a student and sends what a page's buttons send."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from aiortc.mediastreams import MediaStreamTrack
from yarl import URL


class Actor(Protocol):
    """Who sits before the camera."""

    @property
    def track(self) -> MediaStreamTrack: ...

    def told(self, *, looking: bool, asked: str | None) -> None:
        """The page bursts while it is looked at, and may ask to turn the head."""


class LoginFailed(Exception):
    """The message is what the server answered."""


@dataclass(kw_only=True, eq=False)
class Visitor:
    """`read_code` gives the one-time code of a new device; close `http` at the end."""

    url: str
    srn: str
    password: str
    read_code: Callable[[aiohttp.ClientSession], Any]

    async def log_in(self) -> None:
        """Raises LoginFailed."""
        jar = aiohttp.CookieJar(treat_as_secure_origin=[URL(self.url)])
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": self.url})
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
        self.csrf = found[1]

    async def post(self, path: str, body: object = None) -> int:
        """The status of a command, as the page's buttons send it."""
        headers = {"X-CSRF-Token": self.csrf}
        answer = await self.http.post(f"{self.url}{path}", json=body, headers=headers)
        async with answer:
            return answer.status

    async def ask(self, path: str, body: object = None) -> dict[str, Any]:
        """The answer. Raises LoginFailed when it is a refusal."""
        headers = {"X-CSRF-Token": self.csrf}
        answer = await self.http.post(f"{self.url}{path}", json=body, headers=headers)
        async with answer:
            if answer.status != 200:
                raise LoginFailed(await answer.text())
            told: dict[str, Any] = await answer.json()
            return told
