"""Consent over HTTP: asked for before the camera, withdrawn as easily as given."""

import re
from uuid import UUID, uuid4

import pytest

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import current_notice
from app.accounts.views.consents import CONSENTS
from app.adapters.clock import AnchoredClock
from app.adapters.envelopes import Purpose as Sealed
from app.adapters.signing import Signer, verify_text
from app.kernel.ids import AccountId
from app.proctoring.domain.marks import Mark, stamp_of
from app.proctoring.service.clips import Clips
from tests.http.test_staff import account_of, trail

VERSION = str(current_notice().version)
POINTS = ["camera", "biometrics", "evidence"]


@pytest.fixture
async def asha(site):
    """Logged in, with nothing agreed to any more."""
    await site.log_in("ASHA001")
    for point in POINTS:
        await site.send(f"/account/consent/{point}/withdraw")
    return site


async def opened(site):
    answer = await site.post("/api/sittings", {"module": "CEL"})
    return answer.status, await answer.json()


async def test_nothing_is_ticked_beforehand(asha):
    page = await (await asha.get("/consent?next=/study/CEL")).text()
    assert " checked>" not in page
    assert page.count('type="checkbox"') == len(POINTS)
    assert 'value="/study/CEL"' in page


async def test_no_sitting_before_consent_and_then_on_to_where_one_was(asha):
    status, problem = await opened(asha)
    assert (status, problem["code"]) == (409, "consent_needed")
    ticked = dict.fromkeys(POINTS, "true")
    answer = await asha.send(
        "/consent", version=VERSION, next="/study/CEL/competition", **ticked
    )
    assert answer.headers["Location"] == "/study/CEL/competition"
    status, problem = await opened(asha)
    assert (status, problem["code"]) == (503, "reference_pending")


async def test_consent_leads_to_no_other_site(asha):
    answer = await asha.send(
        "/consent", version=VERSION, next="//evil.example", camera="1", biometrics="1"
    )
    assert answer.headers["Location"] == "/"


async def test_declining_biometrics_says_what_one_can_do(asha):
    answer = await asha.send("/consent", version=VERSION, camera="true")
    assert answer.status == 409
    assert "checked by a person" in await answer.text()


async def test_withdrawing_ends_the_sitting_and_deletes_the_template(site, database):
    await site.log_in("ASHA001")
    status, _ = await opened(site)
    assert status == 200
    answer = await site.send("/account/consent/biometrics/withdraw")
    assert answer.status == 303
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT reason FROM sitting") == "withdrawn"
        assert await tx.fetchval("SELECT count(*) FROM reference") == 0
    page = await (await site.get("/account/consent")).text()
    assert "You have not agreed to this." in page


async def test_withdrawing_again_ends_what_was_cut_off_in_between(
    site, app_server, database
):
    """The consent went, and the process died before it ended the sitting."""
    await site.log_in("ASHA001")
    await opened(site)
    asha = AccountId(UUID(await account_of(database, "ASHA001")))
    await app_server.app[CONSENTS].withdraw(asha, Purpose.CAMERA)
    assert await states(database) == ["checking_in"]
    await site.send("/account/consent/camera/withdraw")
    assert await states(database) == ["ended"]


async def test_withdrawing_takes_back_the_marks_of_glances(site, redis, database):
    await site.log_in("ASHA001")
    account = AccountId(UUID(await account_of(database, "ASHA001")))
    now = AnchoredClock().now()
    mark = Mark(
        account=account, sitting=uuid4(), stamp=stamp_of(now), hashed=bytes(range(28))
    )
    await Clips(redis).twins([mark])
    assert await redis.keys("clip:*") != []
    await site.send("/account/consent/evidence/withdraw")
    assert await redis.keys("clip:*") != []
    await site.send("/account/consent/biometrics/withdraw")
    assert [*await redis.keys("clip:*"), *await redis.keys("marks:*")] == []


async def test_what_is_not_needed_is_withdrawn_without_ending_the_sitting(
    site, database
):
    await site.log_in("ASHA001")
    await opened(site)
    await site.send("/account/consent/evidence/withdraw")
    assert await states(database) == ["checking_in"]
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET checked_by = 'person'")
    await site.send("/account/consent/biometrics/withdraw")
    assert await states(database) == ["checking_in"]


async def test_no_machine_takes_over_from_a_person_without_consent(site, database):
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET checked_by = 'person'")
    await site.log_in("ASHA001")
    await site.send("/account/consent/biometrics/withdraw")
    status, _ = await opened(site)
    assert status == 200
    asha = await account_of(database, "ASHA001")
    await site.log_in("HELP1")
    await site.send(f"/staff/people/{asha}/checking", checked_by="machine")
    assert await states(database) == ["ended"]


async def test_who_compares_is_changed_only_by_who_proved_themselves_lately(
    site, database
):
    ben = await account_of(database, "BEN002")
    await site.log_in("HELP1")
    async with database.transaction() as tx:
        await tx.execute("UPDATE login SET proved_at = now() - interval '11 minutes'")
    answer = await site.send(f"/staff/people/{ben}/checking", checked_by="person")
    assert answer.headers["Location"].startswith("/prove")
    assert "checking.set" not in await trail(database)


async def test_what_stands_is_not_shown_as_a_box_one_could_untick(site):
    """Leaving a box empty withdraws nothing, so there is none."""
    await site.log_in("ASHA001")
    await site.send("/account/consent/evidence/withdraw")
    page = await (await site.get("/consent")).text()
    assert re.findall(r'type="checkbox" name="(\w+)"', page) == ["evidence"]
    assert page.count("You have agreed to this.") == len(POINTS) - 1


async def test_each_point_says_what_withdrawing_it_does(site):
    await site.log_in("ASHA001")
    page = await (await site.get("/account/consent")).text()
    for said in ("no new time can run", "template is deleted", "record alone"):
        assert said in page


async def test_a_stranger_gets_no_receipt_and_staff_have_none(site):
    answer = await site.get("/account/consent/receipt", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/login")
    await site.log_in("HELP1")
    assert (await site.get("/account/consent/receipt")).status == 403
    await site.log_in("BEN002")
    assert b"ASHA001" not in await (await site.get("/account/consent/receipt")).read()


async def test_no_byte_of_a_receipt_can_change(site):
    await site.log_in("ASHA001")
    receipt = await (await site.get("/account/consent/receipt")).read()
    assert f"{site.url}/.well-known/jwks.json".encode() in receipt
    signer = Signer("s" * 40)
    for at in range(0, receipt.rindex(b"# signature"), 7):
        forged = bytearray(receipt)
        forged[at] ^= 1
        assert not verify_text(bytes(forged), signer), at


async def test_giving_and_withdrawing_are_in_the_trail(asha, database):
    await asha.send("/account/consent/camera/give", version=VERSION)
    found = await trail(database)
    assert found.count("consent.withdrawn") == len(POINTS)
    assert found[-1] == "consent.given"


async def states(database) -> list[str]:
    async with database.connection() as tx:
        return [row["state"] for row in await tx.fetch("SELECT state FROM sitting")]


async def test_the_receipt_is_one_s_own_and_signed(site):
    await site.log_in("ASHA001")
    answer = await site.get("/account/consent/receipt")
    assert "consent-receipt-ASHA001.txt" in answer.headers["Content-Disposition"]
    receipt = await answer.read()
    assert b"ASHA001" in receipt
    assert verify_text(receipt, Signer("s" * 40))
    keys = await (await site.get("/.well-known/jwks.json")).json()
    assert keys["keys"][0]["kty"] == "OKP"
    assert "d" not in keys["keys"][0]


async def test_the_helpdesk_switches_to_checking_by_a_person(site, database):
    await site.log_in("BEN002")
    await site.send("/account/consent/wish-person")
    ben = await account_of(database, "BEN002")
    await site.log_in("HELP1")
    page = await (await site.get(f"/staff/people/{ben}")).text()
    assert "asked for a person" in page
    answer = await site.send(f"/staff/people/{ben}/checking", checked_by="person")
    assert answer.status == 303
    [letter, *_] = await site.letters("ben002@example.org")
    assert "by a person, not by a machine" in letter["text"]
    helper = await account_of(database, "HELP1")
    answer = await site.send(f"/staff/people/{helper}/checking", checked_by="person")
    assert answer.status == 404


async def test_withdrawing_shreds_the_key_of_what_was_sealed_for_it(
    site, database, gatehouse
):
    await site.log_in("ASHA001")
    asha = await account_of(database, "ASHA001")
    async with database.transaction() as tx:
        for purpose in Sealed:
            await gatehouse.envelopes.seal(tx, asha, purpose, b"x", context="c")
    for consent, left in (
        ("evidence", {"template", "picture"}),
        ("biometrics", {"picture"}),
        ("camera", set()),
    ):
        await site.send(f"/account/consent/{consent}/withdraw")
        async with database.connection() as tx:
            rows = await tx.fetch("SELECT purpose FROM data_key")
        assert {row["purpose"] for row in rows} == left
