"""Every route and socket message, for every role, owner or not: refused as it should.

The cells are generated from the table of `tests/http/policy.py`.
"""

import re
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from tests.http import policy
from tests.http.conftest import Site, beat
from tests.http.test_factors import add_passkey
from tests.http.test_live import connect, hear, say
from tests.http.test_staff import account_of
from tests.http.test_ways_in import location, other

__all__ = ["other"]
SRNS = {
    "student": "ASHA001",
    "proctor": "PROCTOR1",
    "helpdesk": "HELP1",
    "admin": "ADMIN1",
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
ENDS_THE_LOGIN = ["/account/devices/end", "/logout"]
LAST = {("POST", path) for path in ENDS_THE_LOGIN}
PAGE, JSON = "text/html", "application/json"


def routes_of(app: web.Application) -> set[tuple[str, str]]:
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and not isinstance(route.resource, web.StaticResource)
    }


def somewhere(path: str) -> str:
    """The path with identifiers of nothing in particular."""
    return re.sub(r"{\w+}", str(uuid4()), path)


async def ask(site: Site, method: str, path: str, accept: str = PAGE, **headers: str):
    given = {"Origin": site.url, "Accept": accept, "X-CSRF-Token": site.csrf}
    kept = {name: it for name, it in {**given, **headers}.items() if it}
    return await site.client.request(method, path, headers=kept, allow_redirects=False)


def is_refused(answer) -> bool:
    """By the guard: log in, or not for you."""
    to_login = answer.status == 303 and answer.headers["Location"] == "/login"
    return answer.status in (401, 403) or to_login


@asynccontextmanager
async def everyone(app_server, site):
    """A browser for each role, and one of nobody."""
    jars: dict[str, Site] = {}
    clients = []
    for role, srn in {"nobody": None, **SRNS}.items():
        jar = CookieJar(treat_as_secure_origin=[URL(site.url)])
        client = TestClient(app_server, cookie_jar=jar)
        await client.start_server()
        clients.append(client)
        jars[role] = Site(client, site.url)
        if srn:
            await jars[role].log_in(srn)
    yield jars
    for client in clients:
        await client.session.close()


def test_the_table_names_every_route_and_no_other(app_server):
    assert set(policy.allowed()) == routes_of(app_server.app)


async def test_every_route_for_every_role(app_server, site, redis):
    table = policy.allowed()
    last = sorted(set(table) - LAST) + [("POST", path) for path in ENDS_THE_LOGIN]
    wrong = []
    async with everyone(app_server, site) as people:
        for method, path in last:
            if path == "/live":
                continue
            await beat(redis)  # All routes take longer than a node lives.
            for role, browser in people.items():
                who = table[method, path]
                may = who == policy.PUBLIC or role in who
                answer = await ask(browser, method, somewhere(path))
                if method in UNSAFE and who == policy.PUBLIC:
                    may_not = answer.status == 403
                else:
                    may_not = is_refused(answer)
                if may is may_not or answer.status >= 500:
                    wrong.append((role, method, path, answer.status))
    assert wrong == []


async def test_programs_without_a_login_get_401_and_no_page(app_server, site):
    wrong = []
    for (method, path), who in policy.allowed().items():
        if who == policy.PUBLIC:
            continue
        answer = await ask(site, method, somewhere(path), JSON)
        if answer.status != 401 or "problem" not in answer.content_type:
            wrong.append((method, path, answer.status))
    assert wrong == []


async def test_every_command_needs_its_token_and_its_origin(app_server, site):
    wrong = []
    async with everyone(app_server, site) as people:
        for (method, path), who in policy.allowed().items():
            if method not in UNSAFE:
                continue
            role = "student" if who == policy.PUBLIC else sorted(who)[0]
            for trick in (
                {"X-CSRF-Token": "0" * 64},
                {"X-CSRF-Token": ""},
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": ""},
            ):
                answer = await ask(people[role], method, somewhere(path), **trick)
                if answer.status != 403:
                    wrong.append((method, path, trick, answer.status))
    assert wrong == []


async def test_what_is_somebody_else_s_is_not_there(site, other, database):
    """Ownership: Ben asks for what is Asha's, and Asha herself may."""
    await site.log_in("ASHA001")
    await other.log_in("BEN002")
    opened = await (await site.post("/api/sittings", {"module": "CEL"})).json()
    await add_passkey(site)
    page = await (await site.get("/account/security")).text()
    [remove] = re.findall(r"/account/security/passkeys/[\w-]+/remove", page)
    async with database.connection() as tx:
        login = await tx.fetchval(
            "SELECT login_id FROM login WHERE account_id = $1",
            await account_of(database, "ASHA001"),
        )
    sitting = f"/api/sittings/{opened['sitting']}"
    owned = [f"{sitting}/{act}" for act in ("pause", "resume", "retry", "finish")]
    for path in [*owned, remove, f"/account/devices/{login}/end"]:
        assert (await ask(other, "POST", path)).status == 404, path
        mine = await ask(site, "POST", path)
        assert mine.status not in (401, 403, 404), path


async def test_a_contact_of_somebody_else_is_not_confirmed_with_their_attempt(
    site, other
):
    await site.log_in("ASHA001")
    await site.send("/account/email", contact="new@example.org")
    token = site.client.session.cookie_jar.filter_cookies(URL(site.url))
    attempt = token["__Host-spom-attempt"].value
    await other.log_in("BEN002")
    other.client.session.cookie_jar.update_cookies({"__Host-spom-attempt": attempt})
    code = await site.newest_code("new@example.org")
    answer = await other.send("/account/confirm", code=code)
    assert "said=over" in location(answer)


@pytest.mark.parametrize("topic", sorted(policy.TOPICS))
async def test_every_topic_for_every_role(app_server, site, topic):
    async with everyone(app_server, site) as people:
        for role in SRNS:
            async with await connect(people[role]) as socket:
                await say(socket, type="subscribe", topics=[topic])
                said = await hear(socket)
                may = role in policy.TOPICS[topic]
                assert ("topic" in said) is may, role
                if not may:
                    assert said["code"] == "not_your_topic"


async def test_no_message_moves_the_sitting_of_somebody_else(site, other, database):
    await site.log_in("ASHA001")
    opened = await (await site.post("/api/sittings", {"module": "CEL"})).json()
    what = {"sitting": opened["sitting"], "epoch": opened["epoch"]}
    for srn in ("BEN002", "PROCTOR1", "HELP1", "ADMIN1"):
        await other.log_in(srn)
        async with await connect(other) as socket:
            await say(socket, type="streaming", **what)
            assert (await hear(socket))["code"] == "no_such_sitting"
            await say(socket, type="presence", visible=True, **what)
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT seen_at, state FROM sitting")
    assert tuple(row) == (None, "checking_in")


async def test_the_matrix_sees_a_route_that_lost_its_guard():
    """The control: a tiny site whose staff page lets everybody in."""

    async def unguarded(request: web.Request) -> web.Response:
        return web.Response(text="secrets")

    app = web.Application()
    app.router.add_get("/staff", unguarded)
    async with TestClient(TestServer(app)) as client:
        answer = await ask(Site(client, "http://x"), "GET", "/staff")
    assert not is_refused(answer)
    assert routes_of(app) != set(policy.allowed())
