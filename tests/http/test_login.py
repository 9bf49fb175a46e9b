"""Logging in: who gets in, who does not, and what the cookie is like."""

import asyncio

import pytest
from aiohttp.test_utils import TestClient, TestServer

from app.main import build
from tests.house import free_port


async def test_srn_and_password_open_the_dashboard(site):
    answer = await site.log_in(" asha 001 ")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    page = await (await site.get("/")).text()
    assert "Corporate and Economic Laws" in page


async def test_the_cookie_cannot_be_read_sent_abroad_or_planted(site):
    answer = await site.log_in("ASHA001")
    name, *rest = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-spom=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(rest)
    assert "Domain" not in "".join(rest)


async def test_a_cookie_of_any_bytes_is_nobody_s_and_hurts_nobody(site):
    """Sent bare: our own client would not."""
    reader, writer = await asyncio.open_connection(site.client.host, site.client.port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n"
        b"Connection: close\r\nCookie: __Host-spom=\xff\xfe\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 303")
    assert b"Location: /login" in answer


async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(site):
    async def answer(srn):
        got = await site.log_in(srn, "wrong password")
        return got.status, (await got.text()).replace(srn, "SRN")

    assert await answer("ASHA001") == await answer("NOBODY9")
    assert (await answer("ASHA001"))[0] == 401


async def test_logging_out_kills_the_login_itself_not_only_the_cookie(site):
    await site.log_in("ASHA001")
    token = site.cookie.value
    form = {"csrf_token": site.csrf}
    answer = await site.client.post(
        "/logout", data=form, headers={"Origin": site.url}, allow_redirects=False
    )
    assert answer.status == 303
    site.client.session.cookie_jar.update_cookies({"__Host-spom": token})
    again = await site.get("/", allow_redirects=False)
    assert again.headers["Location"] == "/login"


async def test_each_login_gets_another_token(site):
    await site.log_in("ASHA001")
    first = site.cookie.value
    await site.log_in("ASHA001")
    assert site.cookie.value != first


@pytest.mark.parametrize(
    "origin", ["", "null", "http://evil.example", "http://localhost.evil:1"]
)
async def test_a_login_from_another_origin_is_refused(site, origin):
    headers = {"Origin": origin} if origin else {}
    form = {"srn": "ASHA001", "password": "x"}
    answer = await site.client.post("/login", data=form, headers=headers)
    assert answer.status == 403


async def test_a_command_without_its_csrf_token_is_refused(site):
    await site.log_in("ASHA001")
    for wrong in ("", "0" * 64):
        answer = await site.post(
            "/api/sittings", {"module": "CEL"}, **{"X-CSRF-Token": wrong}
        )
        assert (answer.status, (await answer.json())["code"]) == (403, "stale_form")
    right = await site.post("/api/sittings", {"module": "CEL"})
    assert right.status == 200  # control: the same call with its token passes


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, "/", 303),
        (None, "/wall", 303),
        (None, "/study/CEL", 303),
        ("ASHA001", "/", 200),
        ("ASHA001", "/wall", 403),
        ("PROCTOR1", "/", 303),
        ("PROCTOR1", "/wall", 200),
        ("PROCTOR1", "/study/CEL/competition", 403),
        ("ASHA001", "/study/CEL/competition", 200),
        ("ASHA001", "/study/NONE/x", 404),
        ("ASHA001", "/study/CEL/none", 404),
    ],
)
async def test_each_page_is_for_its_role(site, who, path, status):
    if who:
        await site.log_in(who)
    answer = await site.get(path, allow_redirects=False)
    assert answer.status == status


@pytest.mark.parametrize(
    "path", ["/login", "/", "/nothing-here", "/static/css/base.css"]
)
async def test_every_answer_carries_the_security_headers(site, path):
    answer = await site.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_an_https_site_insists_on_https(app_settings, site):
    assert "Strict-Transport-Security" not in (await site.get("/login")).headers
    url = "https://study.example"
    settings = app_settings.model_copy(update={"app_url": url, "app_port": free_port()})
    server = TestServer(build(settings), host="localhost", port=settings.app_port)
    async with TestClient(server) as client:
        answer = await client.get("/login")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


async def test_a_page_that_is_not_there_is_a_page(site):
    answer = await site.get("/nothing-here")
    assert answer.status == 404
    assert "There is no page at this address." in await answer.text()
    assert "To the start page" in await answer.text()
