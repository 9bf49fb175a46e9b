"""Incidents over HTTP: who sees what, and that every face shown is in the trail."""

from uuid import UUID, uuid4

import pytest

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import Consents, current_notice
from app.adapters.objects import Objects
from app.adapters.signing import Signer
from app.proctoring.domain.unpictured import NO_LOOK
from app.proctoring.service.evidence import SEEN, Evidence
from app.proctoring.store import incidents as store
from app.proctoring.store import twins

JPEG = b"\xff\xd8" + bytes(500)
WHY = "the face is another one"


@pytest.fixture
async def incident(site, database, gatehouse, app_settings):
    """An incident of ASHA001 with two pictures."""
    sitting, look = uuid4(), uuid4()
    async with database.transaction() as tx:
        account = await tx.fetchval(
            "SELECT account_id FROM account WHERE srn = 'ASHA001'"
        )
        await tx.execute(
            """INSERT INTO sitting (sitting_id, account_id, module_code, state, reason,
                   epoch, opened_at, seen_at)
               SELECT $1, $2, code, 'paused', 'needs_person', 1, now(), now()
               FROM module LIMIT 1""",
            sitting,
            account,
        )
        await tx.execute(
            """INSERT INTO look (look_id, sitting_id, why, due_at, attempts, asked_at,
                   epoch, judged_at, verdict)
               VALUES ($1, $2, 'interval', now(), 1, now(), 1, now(), 'mismatch')""",
            look,
            sitting,
        )
        found = await store.insert(tx, sitting, look, "mismatch", gatehouse.clock.now())
    consents = Consents(gatehouse, Signer(app_settings.secret.get_secret_value()))
    version = current_notice().version
    await consents.give(account, [Purpose.EVIDENCE], version, "a browser")
    desk = type("D", (), {"db": database, "clock": gatehouse.clock})()
    evidence = Evidence(
        desk,
        gatehouse.envelopes,
        Objects(app_settings.evidence),
        consents,
        gatehouse.trail,
    )
    assert await evidence.keep(look, [JPEG, JPEG]) == 2
    return found, look


async def faces_shown(site, incident, look) -> int:
    """Asks for every picture of the case; how many were answered with one."""
    paths = [
        f"/incidents/{incident}/reference",
        *(f"/incidents/{incident}/pictures/{look}/{number}" for number in range(3)),
    ]
    shown = 0
    for path in paths:
        answer = await site.get(path)
        shown += answer.status == 200 and answer.content_type == "image/jpeg"
    return shown


async def in_trail(database, gatehouse) -> int:
    async with database.transaction() as tx:
        whom = await tx.fetchval("SELECT account_id FROM account WHERE srn = 'ASHA001'")
        return len(await gatehouse.trail.acts(tx, [SEEN], [whom]))


async def test_every_face_that_is_shown_has_its_row_in_the_trail(
    site, incident, database, gatehouse
):
    await site.log_in("PROCTOR1")
    shown = await faces_shown(site, *incident)
    assert shown == 3
    assert await in_trail(database, gatehouse) == shown


async def test_a_view_that_cannot_be_written_down_is_not_shown(
    site, incident, database, monkeypatch
):
    """The negative control: without the trail there is no picture."""

    async def broken(*_):
        raise RuntimeError("the trail is away")

    await site.log_in("PROCTOR1")
    monkeypatch.setattr(Evidence, "note", broken)
    assert await faces_shown(site, *incident) == 0


async def test_a_reviewer_decides_and_goes_on(site, incident, database):
    found, _ = incident
    await site.log_in("PROCTOR1")
    queue = await (await site.get("/incidents")).text()
    assert f"/incidents/{found}" in queue
    assert "Waits to go on" in queue
    case = await (await site.get(f"/incidents/{found}")).text()
    assert "What the machine saw" in case
    refused = await site.send(f"/incidents/{found}", choice="uphold", reason="")
    assert "reason of 10" in await refused.text()
    done = await site.send(f"/incidents/{found}", choice="uphold", reason=WHY)
    assert done.headers["Location"] == "/incidents?said=done"
    figures = await (await site.get("/incidents/statistics")).text()
    assert "Priya Shah" in figures


async def test_a_reviewer_reads_how_surely_faces_are_told_apart(site):
    await site.log_in("PROCTOR1")
    shown = await (await site.get("/incidents/statistics")).text()
    assert "faceplugin-0.0.1, threshold 0.45 (measured by us)" in shown
    assert "18 pairs of one person and 172 of two" in shown
    assert "NOT shown" in shown
    assert "spom faces evaluate" in shown


async def test_the_student_reads_the_decision_and_answers_once(
    site, incident, database
):
    found, _ = incident
    await site.log_in("PROCTOR1")
    await faces_shown(site, *incident)
    await site.send(f"/incidents/{found}", choice="uphold", reason=WHY)
    await site.log_in("ASHA001")
    page = await (await site.get("/account/incidents")).text()
    assert WHY in page
    assert "3 pictures in all" in page
    said = "that was me with new glasses"
    path = f"/account/incidents/{found}/appeal"
    answer = await site.send(path, said=said)
    assert answer.status == 303
    again = await site.send(path, said=said)
    assert "answered this already" in await again.text()
    await site.log_in("PROCTOR1")
    case = await (await site.get(f"/incidents/{found}")).text()
    assert "another person has to" in case


async def test_another_student_s_incident_is_none_of_theirs(site, incident):
    await site.log_in("BEN002")
    path = f"/account/incidents/{incident[0]}/appeal"
    answer = await site.send(path, said="let me see what happens")
    assert answer.status in (404, 200)
    assert "There is no such incident" in await answer.text()


async def test_unknown_incidents_and_pictures_are_not_found(site, incident):
    await site.log_in("PROCTOR1")
    for path in ("x", str(UUID(int=1))):
        assert (await site.get(f"/incidents/{path}")).status == 404
    for tail in ("x/0", f"{uuid4()}/0", f"{incident[1]}/x", f"{incident[1]}/9"):
        answer = await site.get(f"/incidents/{incident[0]}/pictures/{tail}")
        assert answer.status == 404


async def incident_of(database, gatehouse, srn, kind="same_clip"):
    """Of an ended sitting, without any look."""
    sitting = uuid4()
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO sitting (sitting_id, account_id, module_code, state, reason,
                   epoch, opened_at, ended_at)
               SELECT $1, account_id, (SELECT min(code) FROM module), 'ended',
                   'proctor', 1, now(), now() FROM account WHERE srn = $2""",
            sitting,
            srn,
        )
        return await store.insert(tx, sitting, None, kind, gatehouse.clock.now())


async def test_twins_lead_to_each_other_and_say_why_there_is_no_picture(
    site, incident, database, gatehouse
):
    mine, (theirs, _) = await incident_of(database, gatehouse, "BEN002"), incident
    async with database.transaction() as tx:
        await twins.link(tx, mine, theirs, gatehouse.clock.now())
    await site.log_in("PROCTOR1")
    before = await in_trail(database, gatehouse)
    case = await (await site.get(f"/incidents/{mine}")).text()
    assert f'<a href="/incidents/{theirs}">Asha Rao' in case
    assert NO_LOOK in case
    assert "chose so" not in case
    case = await (await site.get(f"/incidents/{theirs}")).text()
    assert f'<a href="/incidents/{mine}">' in case
    assert "unpictured" not in case
    assert await in_trail(database, gatehouse) == before  # a link shows no face


async def test_a_student_does_not_learn_whose_the_other_case_is(
    site, incident, database, gatehouse
):
    theirs = await incident_of(database, gatehouse, "BEN002")
    async with database.transaction() as tx:
        await twins.link(tx, incident[0], theirs, gatehouse.clock.now())
    await site.log_in("ASHA001")
    page = await (await site.get("/account/incidents")).text()
    assert str(theirs) not in page
    assert "Ben" not in page


async def test_a_case_from_before_twins_were_noted_says_so(
    site, incident, database, gatehouse
):
    alone = await incident_of(database, gatehouse, "BEN002")
    await site.log_in("PROCTOR1")
    case = await (await site.get(f"/incidents/{alone}")).text()
    assert "Which case that is was not noted" in case
