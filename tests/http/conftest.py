"""The real application on a real database and Valkey, asked over HTTP."""

import re
from dataclasses import dataclass

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from app.accounts.domain.policy import AccountPolicy
from app.accounts.service.gatehouse import open_gatehouse
from app.accounts.service.people import People
from app.accounts.views.guard import COOKIE
from app.adapters.clock import AnchoredClock
from app.adapters.media_nodes import MediaNode, MediaNodes
from app.main import build
from app.proctoring.domain.policy import Policy
from app.settings import Settings
from tests.house import free_port
from tests.people import MOBILES, PASSWORD, PHOTO, someone

__all__ = ["MOBILES", "PASSWORD", "PHOTO", "someone"]
POLICY = AccountPolicy(code_again_s=0)


@dataclass
class Site:
    """A browser without a face: cookies, pages, API calls."""

    client: TestClient
    url: str
    csrf: str = ""

    async def get(self, path: str, accept: str = "text/html", **extra):
        headers = {"Accept": accept}
        return await self.client.get(path, headers=headers, **extra)

    async def send(self, path: str, **fields: str):
        """A form of one of our pages; the answer is not followed."""
        given = {**fields, "csrf_token": self.csrf} if self.csrf else fields
        return await self.client.post(
            path,
            data=given,
            headers={"Origin": self.url, "Accept": "text/html"},
            allow_redirects=False,
        )

    async def log_in(self, srn: str, password: str = PASSWORD):
        """As on a new device: with the code that is asked for besides."""
        self.forget()
        answer = await self.send("/login", srn=srn, password=password)
        if answer.headers.get("Location") == "/login/second":
            mobile = MOBILES["".join(srn.split()).upper()]
            code = await self.newest_code(mobile)
            answer = await self.send("/login/second/code", given=code)
        await self.read_csrf()
        return answer

    def forget(self) -> None:
        """A new browser."""
        self.client.session.cookie_jar.clear()
        self.csrf = ""

    async def read_csrf(self) -> None:
        page = await (await self.get("/account")).text()
        found = re.search(r'name="csrf-token" content="(\w*)"', page)
        self.csrf = found[1] if found else ""

    async def newest_code(self, to: str) -> str:
        letter = (await self.letters(to))[0]
        return re.search(r"\d{6}", letter["text"])[0]

    async def letters(self, to: str) -> list[dict[str, str]]:
        """What was sent there, newest first: as the outbox page shows it."""
        answer = await self.client.get("/outbox.json", params={"to": to})
        return (await answer.json())["letters"]

    async def post(self, path: str, body: object = None, **headers: str):
        given = {"Origin": self.url, "X-CSRF-Token": self.csrf, **headers}
        kept = {name: value for name, value in given.items() if value}
        return await self.client.post(path, json=body, headers=kept)

    @property
    def cookie(self):
        return self.client.session.cookie_jar.filter_cookies(URL(self.url))[COOKIE]


@pytest.fixture
def account_policy():
    """A test may ask for another one by parametrizing it."""
    return POLICY


@pytest.fixture
def app_settings(database_url, redis_url, account_policy, content_folder):
    port = free_port()
    return Settings(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        secret="s" * 40,
        app_url=f"http://localhost:{port}",
        app_port=port,
        development=True,
        content=content_folder,
        evidence=str(content_folder.parent / "evidence"),
        accounts=account_policy,
        policy=Policy(device_check=False),
    )


@pytest.fixture
async def gatehouse(database, app_settings):
    return open_gatehouse(database, AnchoredClock(), app_settings)


@pytest.fixture
async def accounts(peopled_database, gatehouse):
    """Two students, one with a face, and one of each kind of staff."""
    return People(gatehouse)


async def beat(redis) -> None:
    """As a media node does every second, once for a whole test."""
    node = MediaNode(name="n1", url="http://localhost:1", streams=0, capacity=9)
    await MediaNodes(redis).beat(node, [])
    await redis.expire("node:n1", 60)


@pytest.fixture
async def app_server(database, redis, accounts, app_settings):
    await beat(redis)
    port = app_settings.app_port
    server = TestServer(build(app_settings), host="localhost", port=port)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def site(app_server):
    url = f"http://localhost:{app_server.port}"
    jar = CookieJar(treat_as_secure_origin=[URL(url)])
    async with TestClient(app_server, cookie_jar=jar) as client:
        yield Site(client, url)
