"""Annulling over HTTP: who may, what the student and whoever checks read, and back."""

from datetime import timedelta

import pytest

from tests.http.test_results import (
    RIGHT,
    age,
    go,
    open_incident,
    other,
    text_of,
    world,
)
from tests.http.test_staff import trail
from tests.http.test_staff_results import rows_of
from tests.http.test_ways_in import location
from tests.stores.result_world import run

__all__ = ["other", "world"]
WHY = "Somebody else sat before the camera."
BACK = "It was the student after all."
UPHELD = "UPDATE incident SET state = 'decided', choice = 'uphold'"


async def test_an_upheld_incident_waits_for_an_admin_who_releases_it(
    site, other, world
):
    exam = await go(world, RIGHT, RIGHT, told=False)
    await open_incident(world, exam)
    await run(world.db, UPHELD)
    await age(world, exam)
    await world.results.issue_due()
    await other.log_in("ASHA001")
    page = await text_of(other, f"/results/{exam}")
    assert "An admin now decides whether its result counts" in page
    assert ">Passed</h2>" not in page
    assert (await other.get(f"/results/{exam}/certificate.pdf")).status == 404
    await site.log_in("ADMIN1")
    assert "to be ruled</span>" in await text_of(site, "/staff/results")
    path = f"/staff/results/{exam}"
    page = await text_of(site, path)
    assert "Release it anyway" in page
    assert f"{path}/annul" in page
    await site.send(f"{path}/release", reason=BACK)
    assert ">Passed</h2>" in await text_of(other, f"/results/{exam}")
    page = await text_of(site, path)
    assert "released after an upheld incident" in page
    assert page.count('data-testid="ruling"') == 1


@pytest.mark.parametrize("choice", ["dismiss", "warn", "look"])
async def test_other_decisions_hold_nothing(site, world, choice):
    exam = await go(world, RIGHT, RIGHT, told=False)
    await open_incident(world, exam)
    await run(world.db, "UPDATE incident SET state = 'decided', choice = $1", choice)
    await site.log_in("ASHA001")
    assert ">Passed</h2>" in await text_of(site, f"/results/{exam}")


async def test_annulling_says_what_it_does_and_asks_for_a_reason(site, world, database):
    exam = await go(world, RIGHT, RIGHT)
    path = f"/staff/results/{exam}"
    await site.log_in("ADMIN1")
    page = await text_of(site, f"{path}/annul")
    assert "Certificate C-000001 is revoked" in page
    assert "No incident of this test was upheld" in page
    refused = await site.send(f"{path}/annul", reason="no")
    assert refused.status == 400
    assert "10 to 500 characters" in await refused.text()
    assert "result.annulled" not in await trail(database)
    done = await site.send(f"{path}/annul", reason=WHY)
    assert location(done) == f"{path}?said=done"
    assert (await site.send(f"{path}/annul", reason=WHY)).status == 409
    assert (await site.send(f"{path}/hold", reason=WHY)).status == 409
    [row] = await rows_of(site, "?state=annulled")
    assert (row["annulled_why"], row["certificate"]) == (WHY, "C-000001")


async def test_the_student_reads_why_and_how_to_answer_and_no_figure(
    site, other, world
):
    exam = await go(world, RIGHT, RIGHT)
    await site.log_in("ADMIN1")
    await site.send(f"/staff/results/{exam}/annul", reason=WHY)
    await other.log_in("ASHA001")
    page = await text_of(other, f"/results/{exam}")
    assert "This test is annulled" in page
    assert WHY in page
    assert "/account/incidents" in page
    assert 'href="/tests/book/CEL"' in page
    for secret in ("50.0", "2 of 4", "Passed</h2>"):
        assert secret not in page
    assert "annulled</span>" in await text_of(other, "/results")
    assert "annulled</span>" in await text_of(other, "/")
    assert (await other.get(f"/results/{exam}/certificate.pdf")).status == 409


async def test_taken_back_it_counts_and_its_certificate_holds_again(
    site, other, world, database
):
    exam = await go(world, RIGHT, RIGHT)
    certificate = (await world.certificates.of_exam(exam)).row.certificate
    path, public = f"/staff/results/{exam}", f"/certificates/{certificate}"
    await site.log_in("ADMIN1")
    await site.send(f"{path}/annul", reason=WHY)
    page = await text_of(site, public)
    assert ">Revoked</strong>" in page
    assert WHY not in page
    assert "Certificate C-000001 holds again" in await text_of(site, f"{path}/annul")
    assert (await site.send(f"{path}/reinstate", reason="no")).status == 400
    await site.send(f"{path}/reinstate", reason=BACK)
    assert (await site.send(f"{path}/reinstate", reason=BACK)).status == 409
    await other.log_in("ASHA001")
    assert ">Passed</h2>" in await text_of(other, f"/results/{exam}")
    assert (await other.get(f"/results/{exam}/certificate.pdf")).status == 200
    assert ">Genuine</strong>" in await text_of(site, public)
    assert (await text_of(site, path)).count('data-testid="ruling"') == 2
    acts = [it for it in await trail(database) if it.startswith("result.")]
    assert acts == ["result.annulled", "result.reinstated"]


async def test_a_test_is_annulled_only_when_all_of_it_is_decided(site, world):
    exam = await go(world, RIGHT, RIGHT, told=False)
    await open_incident(world, exam)
    await site.log_in("ADMIN1")
    path = f"/staff/results/{exam}"
    assert "waits for a person" in await text_of(site, f"{path}/annul")
    answer = await site.send(f"{path}/annul", reason=WHY)
    assert answer.status == 409
    assert "waits for a person" in await answer.text()
    await run(world.db, UPHELD)
    await site.send(f"{path}/annul", reason=WHY)
    await run(world.db, "UPDATE incident SET state = 'closed', choice = 'dismiss'")
    assert "incident dismissed since" in await text_of(site, "/staff/results")
    assert "whether it should stand" in await text_of(site, path)


@pytest.mark.parametrize("who", ["PROCTOR1", "HELP1", "ASHA001"])
async def test_nobody_but_an_admin_annuls(site, world, database, who):
    exam = await go(world, RIGHT, RIGHT)
    await site.log_in(who)
    path = f"/staff/results/{exam}"
    assert (await site.get(f"{path}/annul")).status == 403
    for act in ("annul", "reinstate"):
        assert (await site.send(f"{path}/{act}", reason=WHY)).status == 403
    assert "result.annulled" not in await trail(database)


async def test_annulling_needs_a_fresh_proof(site, world, database):
    exam = await go(world, RIGHT, RIGHT)
    await site.log_in("ADMIN1")
    long_ago = world.clock.now() - timedelta(days=1)
    await run(database, "UPDATE login SET proved_at = $1", long_ago)
    for act in ("annul", "reinstate"):
        answer = await site.send(f"/staff/results/{exam}/{act}", reason=WHY)
        assert location(answer).startswith("/prove")
    assert "result.annulled" not in await trail(database)
