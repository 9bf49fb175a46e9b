"""Certificates over HTTP: the holder's PDF, and the page for everybody else."""

import json
from io import BytesIO
from uuid import uuid4

import pypdf

from app.adapters.signing import PublicKeys, fingerprint
from app.exams.printed.checking import check
from app.exams.views.certificates import FROM_A_NETWORK
from tests.http.test_results import RIGHT, WRONG, go, other, world
from tests.http.test_staff import trail
from tests.http.test_ways_in import location

__all__ = ["other", "world"]
WHY = "Somebody else sat the test."


async def issued(world, exam) -> str:
    shown = await world.certificates.of_exam(exam)
    return f"/certificates/{shown.row.certificate}"


async def test_the_pdf_can_be_checked_with_the_public_key_of_the_site(site, world):
    exam = await go(world, RIGHT, RIGHT)
    await site.log_in("ASHA001")
    answer = await site.get(f"/results/{exam}/certificate.pdf")
    assert answer.status == 200
    assert answer.content_type == "application/pdf"
    assert "certificate-C-000001.pdf" in answer.headers["Content-Disposition"]
    paper = await answer.read()
    keys = await (await site.client.get("/.well-known/jwks.json")).read()
    found = check(paper, PublicKeys(keys))
    assert found.is_whole
    assert found.says["name"] == "Asha Rao"
    [text] = pypdf.PdfReader(BytesIO(paper)).attachments["certificate.txt"]
    assert check(text, PublicKeys(keys)).is_whole
    assert json.loads(keys)["keys"][0]["kty"] == "OKP"
    again = await (await site.get(f"/results/{exam}/certificate.pdf")).read()
    assert again == paper


async def test_anybody_with_the_link_reads_what_it_says_and_nothing_more(
    site, other, world
):
    exam = await go(world, RIGHT, RIGHT, WRONG)
    path = await issued(world, exam)
    answer = await other.get(path)
    page = await answer.text()
    assert answer.status == 200
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert ">Genuine<" in page
    shown = await world.certificates.of_exam(exam)
    for word in ("Asha Rao", "ASHA001", "C-000001", "CEL "):
        assert word in page
    assert fingerprint(shown.row.sealed.encode()) in page
    for secret in ("asha001@example.org", "66.6", "50.0", str(exam), "91987"):
        assert secret not in page


async def test_an_unknown_certificate_is_said_to_be_none(site):
    for word in (str(uuid4()), "x", "C-000001"):
        answer = await site.get(f"/certificates/{word}")
        assert answer.status == 404
        page = await answer.text()
        assert "There is no such certificate" in page
        assert ">Genuine<" not in page


async def test_a_revoked_one_says_so_to_everybody_and_why_to_its_holder(
    site, other, world, database
):
    exam = await go(world, RIGHT, RIGHT)
    path = await issued(world, exam)
    await site.log_in("ADMIN1")
    refused = await site.send(f"/staff/results/{exam}/certificate/revoke", reason="no")
    assert refused.status == 400
    done = await site.send(f"/staff/results/{exam}/certificate/revoke", reason=WHY)
    assert location(done).endswith("said=done")
    assert "certificate.revoked" in await trail(database)
    page = await (await other.get(path)).text()
    assert ">Revoked<" in page
    assert ">Genuine<" not in page
    assert WHY not in page
    await other.log_in("ASHA001")
    assert WHY in await (await other.get(f"/results/{exam}")).text()
    assert (await other.get(f"/results/{exam}/certificate.pdf")).status == 409
    [letter, *_] = await site.letters("asha001@example.org")
    assert letter["kind"] == "certificate_revoked"
    again = await site.send(f"/staff/results/{exam}/certificate/revoke", reason=WHY)
    assert again.status == 409


async def test_nobody_reads_certificates_by_trying(site):
    path = f"/certificates/{uuid4()}"
    answers = [(await site.get(path)).status for _ in range(FROM_A_NETWORK.burst + 5)]
    assert answers[0] == 404
    assert answers[-1] == 429


async def test_who_failed_has_none(site, world):
    exam = await go(world, WRONG)
    await site.log_in("ASHA001")
    assert (await site.get(f"/results/{exam}/certificate.pdf")).status == 404
