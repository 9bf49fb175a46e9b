"""Coming in over HTTP: codes, second steps, locks, resets, activation."""

import asyncio
import re
from uuid import uuid4

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient
from yarl import URL

from app.accounts.domain.policy import AccountPolicy
from tests.http.conftest import MOBILES, PASSWORD, Site

NEW = "seven calm blue herons"


@pytest.fixture
async def other(app_server, site):
    """Somebody else's browser."""
    jar = CookieJar(treat_as_secure_origin=[URL(site.url)])
    async with TestClient(app_server, cookie_jar=jar) as client:
        yield Site(client, site.url)


async def is_in(site) -> bool:
    answer = await site.get("/account", allow_redirects=False)
    return answer.status == 200


def location(answer) -> str:
    return answer.headers["Location"]


async def code_login(site, named: str, mobile: str) -> str:
    await site.send("/login/code", named=named)
    code = await site.newest_code(mobile)
    answer = await site.send("/login/code/enter", code=code)
    await site.read_csrf()
    return location(answer)


# --- one-time codes ---------------------------------------------------------------


@pytest.mark.parametrize("named", ["ASHA001", "98765 00001", "+91 98765-00001"])
async def test_a_code_and_then_the_password_let_a_new_device_in(site, named):
    assert await code_login(site, named, MOBILES["ASHA001"]) == "/login/second"
    assert not await is_in(site)
    answer = await site.send("/login/second/password", given=PASSWORD)
    assert location(answer) == "/"
    assert await is_in(site)


async def test_on_a_known_device_the_code_alone_is_enough(site):
    await site.log_in("ASHA001")
    await site.send("/logout")
    site.csrf = ""
    assert await code_login(site, "ASHA001", MOBILES["ASHA001"]) == "/"


async def test_the_code_goes_to_the_mobile_and_to_the_email(site):
    await site.send("/login/code", named="ASHA001")
    by_sms = await site.newest_code(MOBILES["ASHA001"])
    assert await site.newest_code("asha001@example.org") == by_sms


async def test_an_unknown_number_gets_the_same_pages_and_no_letter(site):
    async def pages(named: str):
        site.forget()
        asked = await site.send("/login/code", named=named)
        page = await (await site.get("/login/code/enter")).text()
        wrong = await site.send("/login/code/enter", code="000000")
        return asked.status, location(asked), page, wrong.status, await wrong.text()

    assert await pages("ASHA001") == await pages("NOBODY9")


@pytest.mark.parametrize("way", ["totp", "recovery", "password", "code", "rubbish"])
async def test_a_code_attempt_tells_nobody_who_is_known_at_the_second_step_either(
    site, way
):
    async def answers(named: str):
        site.forget()
        await site.send("/login/code", named=named)
        page = await site.get("/login/second", allow_redirects=False)
        tried = await site.send(f"/login/second/{way}", given="000000")
        sent = await site.send("/login/second/send", channel="email")
        return page.status, location(page), tried.status, sent.status

    assert await answers("ASHA001") == await answers("NOBODY9")


async def test_five_wrong_codes_end_the_attempt_and_the_right_one_comes_too_late(site):
    await site.send("/login/code", named="ASHA001")
    right = await site.newest_code(MOBILES["ASHA001"])
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        answer = await site.send("/login/code/enter", code=wrong)
        assert answer.status in (401, 429)
    answer = await site.send("/login/code/enter", code=right)
    assert answer.status == 303
    assert "said=tries" in location(answer)
    assert not await is_in(site)


async def test_a_code_is_of_its_own_attempt(site, other):
    await site.send("/login/code", named="ASHA001")
    code = await site.newest_code(MOBILES["ASHA001"])
    await other.send("/login/code", named="ASHA001")
    answer = await other.send("/login/code/enter", code=code)
    assert answer.status == 401


async def test_a_new_code_makes_the_one_before_it_worthless(site):
    await site.send("/login/code", named="ASHA001")
    first = await site.newest_code(MOBILES["ASHA001"])
    await site.send("/login/code/again")
    second = await site.newest_code(MOBILES["ASHA001"])
    if first != second:
        answer = await site.send("/login/code/enter", code=first)
        assert answer.status == 401
    answer = await site.send("/login/code/enter", code=second)
    assert location(answer) == "/login/second"


async def test_codes_to_one_person_are_few(site, other):
    for _ in range(6):
        assert (await site.send("/login/code", named="ASHA001")).status == 303
    answer = await site.send("/login/code", named="ASHA001")
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    # Somebody else is not troubled by it.
    assert (await other.send("/login/code", named="BEN002")).status == 303


# --- the second step --------------------------------------------------------------


async def test_staff_give_a_second_factor_every_time(site):
    await site.log_in("PROCTOR1")
    await site.send("/logout")
    site.csrf = ""
    answer = await site.send("/login", srn="PROCTOR1", password=PASSWORD)
    assert location(answer) == "/login/second"
    assert not await is_in(site)


async def test_a_student_gives_it_on_a_new_device_only(site, other):
    await site.log_in("ASHA001")
    await site.send("/logout")
    site.csrf = ""
    again = await site.send("/login", srn="ASHA001", password=PASSWORD)
    assert location(again) == "/"
    elsewhere = await other.send("/login", srn="ASHA001", password=PASSWORD)
    assert location(elsewhere) == "/login/second"


async def test_the_owner_is_told_of_a_new_device(site, other):
    await site.log_in("ASHA001")
    await other.log_in("ASHA001")
    letters = await site.letters("asha001@example.org")
    assert "new_device" in [letter["kind"] for letter in letters]


async def test_a_half_done_login_opens_nothing(site):
    await site.send("/login", srn="ASHA001", password=PASSWORD)
    for path in ("/", "/account", "/account/devices", "/study/CEL"):
        answer = await site.get(path, allow_redirects=False)
        assert (answer.status, location(answer)) == (303, "/login")


# --- locks ------------------------------------------------------------------------


async def guess(site, srn: str, times: int) -> list[int]:
    return [
        (await site.send("/login", srn=srn, password="wrong password")).status
        for _ in range(times)
    ]


@pytest.mark.parametrize("srn", ["ASHA001", "NOBODY9"])
async def test_wrong_passwords_close_the_way_and_the_page_says_until_when(site, srn):
    assert await guess(site, srn, 4) == [401] * 4
    locked = await site.send("/login", srn=srn, password="wrong password")
    text = await locked.text()
    assert locked.status == 429
    assert re.search(r'<local-time datetime="20', text)
    assert "one-time code" in text


async def test_while_it_is_closed_the_right_password_does_not_open_it(site):
    await guess(site, "ASHA001", 5)
    answer = await site.send("/login", srn="ASHA001", password=PASSWORD)
    assert answer.status == 429


async def test_a_stranger_cannot_lock_the_owner_out_of_a_known_device(site, other):
    await site.log_in("ASHA001")
    await site.send("/logout")
    site.csrf = ""
    await guess(other, "ASHA001", 12)
    answer = await site.send("/login", srn="ASHA001", password=PASSWORD)
    assert location(answer) == "/"


async def test_with_the_password_closed_a_code_still_opens(site):
    await guess(site, "ASHA001", 5)
    assert await code_login(site, "ASHA001", MOBILES["ASHA001"]) == "/login/second"


async def test_a_race_of_guesses_gains_nobody_a_try(site, database):
    statuses = await asyncio.gather(
        *(site.send("/login", srn="ASHA001", password="wrong one") for _ in range(40))
    )
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT failures FROM lockout") == 5
    assert {answer.status for answer in statuses} <= {401, 429, 503}


# --- sessions ---------------------------------------------------------------------


async def test_remember_me_keeps_the_cookie_for_thirty_days(site):
    await site.send("/login", srn="ASHA001", password=PASSWORD, remember="true")
    code = await site.newest_code(MOBILES["ASHA001"])
    answer = await site.send("/login/second/code", given=code)
    cookies = answer.headers.getall("Set-Cookie")
    login = next(text for text in cookies if text.startswith("__Host-spom="))
    assert "Max-Age=2592000" in login


async def test_staff_are_not_remembered(site):
    await site.send("/login", srn="PROCTOR1", password=PASSWORD, remember="true")
    code = await site.newest_code(MOBILES["PROCTOR1"])
    answer = await site.send("/login/second/code", given=code)
    cookies = answer.headers.getall("Set-Cookie")
    login = next(text for text in cookies if text.startswith("__Host-spom="))
    assert "Max-Age" not in login


async def test_one_device_is_logged_out_from_another(site, other):
    await site.log_in("ASHA001")
    await other.log_in("ASHA001")
    page = await (await site.get("/account/devices")).text()
    assert page.count('data-testid="device"') == 2
    [path] = re.findall(r'action="(/account/devices/[\w-]{36}/end)"', page)
    assert location(await site.send(path)).endswith("said=one")
    assert await is_in(site)
    assert not await is_in(other)


async def test_nobody_ends_the_login_of_somebody_else(site, other, database):
    await site.log_in("ASHA001")
    await other.log_in("BEN002")
    async with database.connection() as tx:
        login = await tx.fetchval(
            "SELECT login_id FROM login JOIN account USING (account_id) "
            "WHERE srn = 'ASHA001'"
        )
    answer = await other.send(f"/account/devices/{login}/end")
    assert answer.status == 404
    assert await is_in(site)


async def test_everywhere_means_here_too(site, other):
    await site.log_in("ASHA001")
    await other.log_in("ASHA001")
    await other.send("/account/devices/end")
    assert not await is_in(site)
    assert not await is_in(other)


# --- a forgotten password ---------------------------------------------------------


async def reset_token(site) -> str:
    letters = await site.letters("asha001@example.org")
    text = next(it["text"] for it in letters if it["kind"] == "reset")
    return re.search(r"/reset#([\w-]+)", text)[1]


async def test_a_reset_link_works_once_and_ends_every_login(site, other):
    await other.log_in("ASHA001")
    await site.send("/forgot", srn="ASHA001")
    token = await reset_token(site)
    answer = await site.send("/reset", token=token, password=NEW)
    assert location(answer) == "/login?said=password"
    assert not await is_in(other)
    again = await site.send("/reset", token=token, password="another fine herring")
    assert again.status == 409
    letters = await site.letters("asha001@example.org")
    assert letters[0]["kind"] == "password_changed"
    answer = await site.log_in("ASHA001", NEW)  # with its second step
    assert location(answer) == "/"


async def test_a_password_that_cannot_be_taken_does_not_use_up_the_link(site):
    await site.send("/forgot", srn="ASHA001")
    token = await reset_token(site)
    short = await site.send("/reset", token=token, password="short")
    assert short.status == 400
    assert "at least 8" in await short.text()
    answer = await site.send("/reset", token=token, password=NEW)
    assert answer.status == 303


async def test_only_the_newest_use_of_links_counts_after_a_reset(site):
    await site.send("/forgot", srn="ASHA001")
    first = await reset_token(site)
    await site.send("/forgot", srn="ASHA001")
    second = await reset_token(site)
    assert first != second
    await site.send("/reset", token=second, password=NEW)
    answer = await site.send("/reset", token=first, password="another fine herring")
    assert answer.status == 409


async def test_asking_for_a_reset_tells_nobody_who_is_known(site):
    known = await site.send("/forgot", srn="ASHA001")
    unknown = await site.send("/forgot", srn="NOBODY9")
    assert (known.status, location(known)) == (unknown.status, location(unknown))


async def test_the_link_names_our_own_host_whatever_the_request_says(site):
    await site.client.post(
        "/forgot",
        data={"srn": "ASHA001"},
        headers={"Origin": site.url, "Host": "evil.example", "Accept": "text/html"},
    )
    letters = await site.letters("asha001@example.org")
    assert "evil.example" not in letters[0]["text"]
    assert f"{site.url}/reset#" in letters[0]["text"]


# --- the first time ---------------------------------------------------------------


@pytest.fixture
async def invited(database, accounts):
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, state, email, mobile,
                   created_at)
               VALUES ($1, 'NEW007', 'Nila Das', 'student', 'invited',
                   'nila@example.org', '+919876500077', now())""",
            uuid4(),
        )


async def test_activation_needs_the_code_and_confirms_where_it_went(
    site, invited, database
):
    await site.send("/activate", srn="new007", channel="sms")
    early = await site.send("/activate/password", password=NEW)
    assert "said=over" in location(early)

    await site.send("/activate", srn="new007", channel="sms")
    code = await site.newest_code("+919876500077")
    answer = await site.send("/activate/code", code=code)
    assert location(answer) == "/activate/password"
    answer = await site.send("/activate/password", password=NEW)
    assert location(answer) == "/account?said=welcome"
    assert await is_in(site)
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT * FROM account WHERE srn = 'NEW007'")
    assert row["state"] == "active"
    assert row["mobile_confirmed_at"] is not None
    assert row["email_confirmed_at"] is None


async def test_an_invited_account_has_no_password_to_guess(site, invited):
    answer = await site.send("/login", srn="NEW007", password="")
    assert answer.status == 401


async def test_activating_tells_nobody_who_is_on_the_roster(site, invited):
    async def pages(srn: str):
        site.forget()
        asked = await site.send("/activate", srn=srn, channel="sms")
        page = await (await site.get("/activate/code")).text()
        wrong = await site.send("/activate/code", code="000000")
        return asked.status, location(asked), page, wrong.status, await wrong.text()

    assert await pages("NEW007") == await pages("NOBODY9") == await pages("ASHA001")


async def test_who_is_active_already_is_told_so_by_letter(site):
    await site.send("/activate", srn="ASHA001", channel="email")
    letters = await site.letters("asha001@example.org")
    assert letters[0]["kind"] == "active_already"


# --- passwords that expire, where the institution insists --------------------------

EXPIRING = AccountPolicy(code_again_s=0, password_max_age_days=60)


async def first_step(site, password: str) -> str:
    site.forget()
    return location(await site.send("/login", srn="ASHA001", password=password))


async def grow_old(database) -> None:
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET password_set_at = now() - interval '61 d'")


@pytest.mark.parametrize("account_policy", [EXPIRING])
async def test_an_expired_password_is_renewed_on_the_way_in(site, database):
    await grow_old(database)
    assert await first_step(site, PASSWORD) == "/login/second"
    # The first factor alone renews nothing.
    early = await site.send("/login/renew", password=NEW)
    assert "said=over" in location(early)
    assert await first_step(site, PASSWORD) == "/login/second"
    code = await site.newest_code(MOBILES["ASHA001"])
    answer = await site.send("/login/second/code", given=code)
    assert location(answer) == "/login/renew"
    assert not await is_in(site)
    again = await site.send("/login/renew", password=PASSWORD)
    assert again.status == 400
    assert "used this password before" in await again.text()
    answer = await site.send("/login/renew", password=NEW)
    assert location(answer) == "/"
    assert await is_in(site)


@pytest.mark.parametrize("account_policy", [EXPIRING])
async def test_the_last_five_are_refused_and_the_sixth_is_not(site):
    await site.log_in("ASHA001")
    for number in range(5):
        answer = await site.send("/account/password", password=f"calm heron {number}")
        assert answer.status == 303
    for number in range(5):
        answer = await site.send("/account/password", password=f"calm heron {number}")
        assert answer.status == 400
    answer = await site.send("/account/password", password=PASSWORD)
    assert answer.status == 303


async def test_by_default_no_password_ever_expires(site, database):
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET password_set_at = '2001-01-01'")
    answer = await site.log_in("ASHA001")
    assert location(answer) == "/"


# --- one's own account ------------------------------------------------------------


async def test_a_new_email_counts_once_its_code_came_back(site, database):
    await site.log_in("ASHA001")
    await site.send("/account/email", contact="Asha.New@Example.org")
    before = await (await site.get("/account")).text()
    assert "asha001@example.org" in before
    code = await site.newest_code("Asha.New@example.org")
    answer = await site.send("/account/confirm", code=code)
    assert location(answer) == "/account?said=confirmed"
    assert "Asha.New@example.org" in await (await site.get("/account")).text()
    letters = await site.letters("asha001@example.org")
    assert letters[0]["kind"] == "contact_changed"


async def test_a_mobile_of_somebody_else_is_not_taken(site):
    await site.log_in("ASHA001")
    await site.send("/account/mobile", contact=MOBILES["BEN002"])
    code = await site.newest_code(MOBILES["BEN002"])
    answer = await site.send("/account/confirm", code=code)
    assert answer.status == 409


async def test_what_changes_a_way_in_asks_for_proof_again(site, database):
    await site.log_in("ASHA001")
    async with database.transaction() as tx:
        await tx.execute("UPDATE login SET proved_at = now() - interval '11 minutes'")
    answer = await site.send("/account/password", password=NEW)
    assert location(answer).startswith("/prove")
    answer = await site.get("/prove?next=/account/password", allow_redirects=False)
    assert location(answer) == "/login/second"
    wrong = await site.send("/login/second/password", given="not this one")
    assert wrong.status == 401
    right = await site.send("/login/second/password", given=PASSWORD)
    assert location(right) == "/account/password"
    answer = await site.send("/account/password", password=NEW)
    assert location(answer) == "/account?said=changed"


async def test_a_proof_goes_on_only_to_our_own_pages(site):
    await site.log_in("ASHA001")
    for target in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
    ):
        await site.get("/prove", params={"next": target}, allow_redirects=False)
        right = await site.send("/login/second/password", given=PASSWORD)
        assert location(right) == "/"


async def test_a_common_password_is_refused_with_the_reason(site):
    await site.log_in("ASHA001")
    answer = await site.send("/account/password", password="Password123")
    assert answer.status == 400
    assert "tried first" in await answer.text()
