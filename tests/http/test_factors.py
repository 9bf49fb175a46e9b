"""Second factors over HTTP: set up, asked for, refused, removed."""

import re

import pyotp
import pytest

from tests.http.authenticator import PRESENT, Authenticator
from tests.http.conftest import MOBILES, PASSWORD
from tests.http.test_ways_in import is_in, location, other

__all__ = ["other"]


async def set_up_app(site) -> tuple[pyotp.TOTP, list[str]]:
    assert location(await site.send("/account/security/totp")).endswith("/totp")
    page = await (await site.get("/account/security/totp")).text()
    secret = re.search(r'totp-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    otp = pyotp.TOTP(secret)
    answer = await site.send("/account/security/totp/confirm", code=otp.now())
    page = await answer.text()
    return otp, re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", page)


async def come_again(site, srn: str = "ASHA001") -> str:
    site.forget()
    return location(await site.send("/login", srn=srn, password=PASSWORD))


async def add_passkey(site) -> Authenticator:
    options = await (await site.post("/api/account/passkeys/options")).json()
    key = Authenticator(site.url)
    body = {"credential": key.create(options), "name": "Asha's laptop"}
    answer = await site.post("/api/account/passkeys", body)
    assert answer.status == 204, await answer.text()
    return key


async def passkey_login(site, key: Authenticator, *, second=False, **changes):
    asked = await site.post("/api/login/passkey/options", {"second": second})
    options = await asked.json()
    body = {"credential": key.get({**options, **changes}), "second": second}
    return await site.post("/api/login/passkey", body)


async def test_with_an_app_a_new_device_asks_for_its_code_and_not_by_message(
    site, database
):
    await site.log_in("ASHA001")
    otp, recovery = await set_up_app(site)
    assert len(recovery) == 10
    assert await come_again(site) == "/login/second"
    page = await (await site.get("/login/second")).text()
    assert "authenticator app" in page
    assert "Send me a code" not in page
    by_message = await site.send("/login/second/send", channel="sms")
    assert by_message.status == 409
    wrong = await site.send("/login/second/totp", given="000000")
    assert wrong.status == 401
    async with database.transaction() as tx:
        await tx.execute("UPDATE totp SET last_step = last_step - 1")
    right = await site.send("/login/second/totp", given=otp.now())
    assert location(right) == "/"


async def test_a_recovery_code_lets_in_once(site):
    await site.log_in("ASHA001")
    _, recovery = await set_up_app(site)
    await come_again(site)
    right = await site.send("/login/second/recovery", given=recovery[3])
    assert location(right) == "/"
    await come_again(site)
    again = await site.send("/login/second/recovery", given=recovery[3])
    assert again.status == 401


async def test_the_same_app_code_does_not_let_in_twice(site, database):
    await site.log_in("ASHA001")
    otp, _ = await set_up_app(site)
    code = otp.now()  # it has confirmed the app already
    await come_again(site)
    assert (await site.send("/login/second/totp", given=code)).status == 401


async def test_a_passkey_alone_lets_in(site):
    await site.log_in("ASHA001")
    key = await add_passkey(site)
    site.forget()
    answer = await passkey_login(site, key)
    assert (await answer.json())["next"] == "/"
    assert await is_in(site)


async def test_a_passkey_is_a_second_factor_for_staff(site):
    await site.log_in("PROCTOR1")
    key = await add_passkey(site)
    assert await come_again(site, "PROCTOR1") == "/login/second"
    assert "passkey-login" in await (await site.get("/login/second")).text()
    await passkey_login(site, key, second=True)
    assert await is_in(site)


async def test_a_late_suggestion_of_a_passkey_does_not_disturb_a_login(site):
    """The login page asks for suggestions as it opens; a password may overtake them."""
    assert await come_again(site) == "/login/second"
    await site.post("/api/login/passkey/options", {})
    code = await site.newest_code(MOBILES["ASHA001"])
    answer = await site.send("/login/second/code", given=code)
    assert location(answer) == "/"


async def test_after_a_password_only_the_owner_s_own_passkey_will_do(site, other):
    await other.log_in("BEN002")
    bens = await add_passkey(other)
    await site.log_in("ASHA001")
    await add_passkey(site)
    await come_again(site)
    answer = await passkey_login(site, bens, second=True)
    assert answer.status == 401
    assert not await is_in(site)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"count": -2},
        {"credential": b"x" * 32},
        {"credential": b""},
    ],
)
async def test_a_passkey_answer_that_is_not_quite_right_is_refused(site, wrong):
    await site.log_in("ASHA001")
    key = await add_passkey(site)
    site.forget()
    assert (await passkey_login(site, key)).status == 200  # the control
    site.forget()
    for name, value in wrong.items():
        changed = key.count + value if name == "count" else value
        setattr(key, name, max(changed, 0) if name == "count" else changed)
    answer = await passkey_login(site, key)
    assert answer.status in (400, 401)
    assert not await is_in(site)


async def test_an_answer_to_another_challenge_or_a_second_time_is_refused(site):
    await site.log_in("ASHA001")
    key = await add_passkey(site)
    site.forget()
    stale = {"challenge": "c3RhbGU"}
    assert (await passkey_login(site, key, **stale)).status == 401
    asked = await site.post("/api/login/passkey/options", {})
    body = {"credential": key.get(await asked.json())}
    assert (await site.post("/api/login/passkey", body)).status == 200
    site.forget()
    await site.post("/api/login/passkey/options", {})
    assert (await site.post("/api/login/passkey", body)).status == 401


async def test_a_copied_passkey_is_refused_and_its_owner_told(site, database):
    await site.log_in("ASHA001")
    key = await add_passkey(site)
    for _ in range(2):
        site.forget()
        await passkey_login(site, key)
    key.count = 0
    site.forget()
    assert (await passkey_login(site, key)).status == 401
    async with database.connection() as tx:
        query = "SELECT what FROM audit_event ORDER BY seq DESC LIMIT 1"
        what = await tx.fetchval(query)
    assert what == "factor.passkey_copied"


async def test_nobody_touches_the_passkeys_of_somebody_else(site, other):
    await site.log_in("ASHA001")
    await add_passkey(site)
    page = await (await site.get("/account/security")).text()
    [path] = re.findall(r'action="(/account/security/passkeys/[\w-]+/remove)"', page)
    await other.log_in("BEN002")
    assert (await other.send(path)).status == 404
    assert location(await site.send(path)).endswith("said=saved")


async def test_a_factor_is_changed_only_by_who_proved_themselves_lately(site, database):
    await site.log_in("ASHA001")
    async with database.transaction() as tx:
        await tx.execute("UPDATE login SET proved_at = now() - interval '11 minutes'")
    answer = await site.post("/api/account/passkeys/options")
    assert (answer.status, (await answer.json())["code"]) == (403, "prove_first")
    answer = await site.send("/account/security/totp")
    assert location(answer).startswith("/prove")
