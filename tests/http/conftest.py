"""The real application on a real database and Valkey, asked over HTTP."""

import re
from dataclasses import dataclass

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from app.accounts.domain import Role
from app.accounts.service import Accounts
from app.accounts.views import COOKIE
from app.adapters.clock import AnchoredClock
from app.adapters.media_nodes import MediaNode, MediaNodes
from app.adapters.passwords import Passwords
from app.kernel.findings import Template
from app.learning.course import read_course
from app.learning.service import Learning
from app.main import ROOT, build
from app.settings import Settings
from tests.house import free_port

PASSWORD = "a good long password"
PHOTO = b"\xff\xd8\xff" + bytes(200)


@dataclass
class Site:
    """A browser without a face: cookies, pages, API calls."""

    client: TestClient
    url: str
    csrf: str = ""

    async def get(self, path: str, accept: str = "text/html", **extra):
        headers = {"Accept": accept}
        return await self.client.get(path, headers=headers, **extra)

    async def log_in(self, srn: str, password: str = PASSWORD):
        self.client.session.cookie_jar.clear()
        answer = await self.client.post(
            "/login",
            data={"srn": srn, "password": password},
            headers={"Origin": self.url},
            allow_redirects=False,
        )
        page = await (await self.get("/")).text()
        found = re.search(r'name="csrf-token" content="(\w*)"', page)
        self.csrf = found[1] if found else ""
        return answer

    async def post(self, path: str, body: object = None, **headers: str):
        given = {"Origin": self.url, "X-CSRF-Token": self.csrf, **headers}
        kept = {name: value for name, value in given.items() if value}
        return await self.client.post(path, json=body, headers=kept)

    @property
    def cookie(self):
        return self.client.session.cookie_jar.filter_cookies(URL(self.url))[COOKIE]


@pytest.fixture
async def accounts(database):
    clock = AnchoredClock()
    service = Accounts(database, clock, Passwords())
    asha = await service.add("asha001", "Asha", Role.STUDENT, PASSWORD)
    await service.add("BEN002", "Ben", Role.STUDENT, PASSWORD)
    await service.add("PROCTOR1", "Priya", Role.PROCTOR, PASSWORD)
    await service.set_photo(asha, PHOTO)
    wanted = await service.claim_wanted_reference("test")
    template = Template(pack="test", vector=bytes(2048))
    await service.save_reference(wanted.photo, template)
    return service


@pytest.fixture
async def app_server(database, database_url, redis_url, redis, accounts):
    await Learning(database).import_course(
        read_course(ROOT / "app" / "learning" / "course")
    )
    node = MediaNode(name="n1", url="http://localhost:1", streams=0, capacity=9)
    await MediaNodes(redis).beat(node, [])
    port = free_port()
    settings = Settings(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        secret="s" * 40,
        app_url=f"http://localhost:{port}",
    )
    server = TestServer(build(settings), host="localhost", port=port)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def site(app_server):
    url = f"http://localhost:{app_server.port}"
    jar = CookieJar(treat_as_secure_origin=[URL(url)])
    async with TestClient(app_server, cookie_jar=jar) as client:
        yield Site(client, url)
