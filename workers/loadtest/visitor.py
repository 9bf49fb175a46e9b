"""A scripted browser: logs in as a student and sends what a page's buttons send."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
from aiortc.mediastreams import MediaStreamTrack
from yarl import URL

ANSWER_WITHIN_S = 30.0


class Actor(Protocol):
    """Who sits before the camera."""

    @property
    def track(self) -> MediaStreamTrack: ...

    def told(self, *, looking: bool, asked: str | None) -> None:
        """The page bursts while it is looked at, and may ask to turn the head."""


class LoginFailed(Exception):
    """The message is what the server answered; `code` its word for that, if any."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.code = code_of(said)


@dataclass(kw_only=True, eq=False)
class Visitor:
    """`read_code` gives the one-time code of a new device; close `http` at the end."""

    url: str
    srn: str
    password: str
    read_code: Callable[[aiohttp.ClientSession], Any]
    way: str = "code"
    """Of the second factor that `read_code` gives; or `totp`."""
    address: str | None = None
    """Of this machine, to come from; None: the system chooses."""
    http: aiohttp.ClientSession = field(default=None, init=False)  # type: ignore

    async def log_in(self) -> None:
        """Raises LoginFailed."""
        await self.leave()
        jar = aiohttp.CookieJar(treat_as_secure_origin=[URL(self.url)])
        self.http = aiohttp.ClientSession(
            cookie_jar=jar,
            headers={"Origin": self.url},
            connector=aiohttp.TCPConnector(
                local_addr=(self.address, 0) if self.address else None
            ),
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
        )
        form = {"srn": self.srn, "password": self.password}
        async with self.http.post(f"{self.url}/login", data=form) as answer:
            await answer.read()
            asked = answer.url.path == "/login/second"
        if asked:
            await self._give_code()
        headers = {"Accept": "text/html"}
        async with self.http.get(self.url, headers=headers) as answer:
            found = re.search(r'csrf-token" content="(\w+)"', await answer.text())
        if found is None:
            raise LoginFailed(f"{answer.status} for {self.srn}")
        self.csrf = found[1]

    async def leave(self) -> None:
        """Closes what `log_in` opened; harmless before."""
        if self.http is not None:
            await self.http.close()

    async def _give_code(self) -> None:
        code = {"given": await self.read_code(self.http)}
        path = f"{self.url}/login/second/{self.way}"
        async with self.http.post(path, data=code) as answer:
            await answer.read()

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


def code_of(said: str) -> str:
    """Of a problem; "" of whatever else a proxy in front says."""
    try:
        return str(json.loads(said).get("code", ""))
    except (ValueError, AttributeError):
        return ""
