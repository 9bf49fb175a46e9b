"""What must never happen around logging in: secrets in logs, a flood, a late socket."""

import asyncio
import logging
import time

import pytest
import structlog

from tests.http.conftest import MOBILES, PASSWORD
from tests.http.test_live import connect, hear, say
from tests.http.test_ways_in import other  # noqa: F401 (a fixture)


async def closed_within(socket, seconds: float) -> int | None:
    async with asyncio.timeout(seconds):
        while not socket.closed:
            await socket.receive()
    return socket.close_code


@pytest.mark.parametrize("how", ["log out", "end from elsewhere", "new password"])
async def test_a_socket_dies_within_two_seconds_of_its_login(site, other, how):  # noqa: F811
    await site.log_in("ASHA001")
    await other.log_in("ASHA001")
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["student:me"])
        await hear(socket)
        if how == "log out":
            await site.send("/logout")
        elif how == "end from elsewhere":
            await other.send("/account/devices/end")
        else:
            await other.send("/account/password", password="a wholly new one")
        assert await closed_within(socket, 2) == 4401


async def test_a_socket_of_a_living_login_stays(site):
    await site.log_in("ASHA001")
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["student:me"])
        await hear(socket)
        with pytest.raises(TimeoutError):
            await closed_within(socket, 2.5)


async def test_no_password_code_token_or_contact_reaches_a_log(site, caplog):
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        await site.send("/login", srn="ASHA001", password="wrong-horse-battery")
        await site.log_in("ASHA001")
        await site.send("/login/code", named="ASHA001")
        code = await site.newest_code(MOBILES["ASHA001"])
        await site.send("/login/code/enter", code=code)
        await site.send("/forgot", srn="ASHA001")
        await site.send("/account/password", password="a wholly new one")
    written = caplog.text + repr(lines)
    secrets = [PASSWORD, "wrong-horse", code, site.cookie.value, "wholly new"]
    contacts = [MOBILES["ASHA001"], "asha001@example.org", "Asha Rao"]
    assert [text for text in secrets + contacts if text in written] == []


async def test_the_database_holds_no_token_and_no_code(site, database):
    await site.log_in("ASHA001")
    await site.send("/forgot", srn="ASHA001")
    await site.send("/login/code", named="BEN002")
    code = await site.newest_code(MOBILES["BEN002"])
    [reset] = [it for it in await site.letters("asha001@example.org")
               if it["kind"] == "reset"]  # fmt: skip
    token = reset["text"].split("#")[1].split()[0]
    found = []
    async with database.connection() as tx:
        tables = await tx.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        for table in tables:
            rows = await tx.fetch(f'SELECT t::text AS line FROM "{table[0]}" t')
            text = "\n".join(row["line"] for row in rows)
            secrets = {"cookie": site.cookie.value, "reset link": token}
            found += [name for name, it in secrets.items() if it in text]
            if f",{code}" in text or f" {code} " in text:
                found.append(f"code in {table[0]}")
    assert found == []


async def test_a_flood_of_logins_is_answered_quickly_and_politely(site):
    """Few are hashed at a time; the others hear at once when to come again."""

    async def once() -> tuple[int, str | None, float]:
        begun = time.monotonic()
        answer = await site.send("/login", srn="NOBODY9", password="x" * 20)
        await answer.read()
        took = time.monotonic() - begun
        return answer.status, answer.headers.get("Retry-After"), took

    answers = await asyncio.gather(*(once() for _ in range(300)))
    statuses = {status for status, _, _ in answers}
    assert statuses <= {401, 429, 503}
    assert all(wait for status, wait, _ in answers if status == 503)
    # The site is well right after it.
    assert (await site.get("/login")).status == 200


async def test_a_request_says_its_real_address_only_through_our_own_proxy(site):
    headers = {
        "Origin": site.url,
        "Accept": "text/html",
        "X-Forwarded-For": "49.36.128.1",
    }
    form = {"srn": "ASHA001", "password": PASSWORD}
    await site.client.post("/login", data=form, headers=headers, allow_redirects=False)
    code = await site.newest_code(MOBILES["ASHA001"])
    await site.send("/login/second/code", given=code)
    page = await (await site.get("/account/devices")).text()
    assert "49.36.128.1" not in page
    assert "127.0.0.1" in page or "::1" in page
