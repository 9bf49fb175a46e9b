"""Consent over HTTP: asked for before the camera, withdrawn as easily as given."""

import pytest

from app.accounts.service.consents import current_notice
from app.adapters.signing import Signer, verify_text
from tests.http.test_staff import account_of

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
