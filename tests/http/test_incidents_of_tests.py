"""An incident of a test over HTTP: what the browser told, a proctor, then an admin."""

import pytest

from tests.http.test_results import RIGHT, age, go, open_incident, other, text_of, world
from tests.stores.result_world import run

__all__ = ["other", "world"]
WHY = "The face in all pictures is another one."
TOLD = """INSERT INTO exam_event (exam_id, number, kind, at)
    SELECT exam_id, n, kind, started_at + n * interval '1 minute'
    FROM exam, (VALUES (1, 'left_full_screen'), (2, 'copied'), (29, 'printed'))
        AS t (n, kind) WHERE exam_id = $1"""


@pytest.fixture
async def case(world):
    """An exam, passed, and an open incident at its beginning; what its browser told."""
    exam = await go(world, RIGHT, RIGHT, told=False)
    incident = await open_incident(world, exam)
    await run(world.db, TOLD, exam)
    await age(world, exam)
    return exam, incident


async def letters(site) -> list[str]:
    """The newest first."""
    return [it["kind"] for it in await site.letters("asha001@example.org")]


async def test_its_case_has_what_the_browser_told_near_it_and_speaks_of_the_result(
    site, other, case
):
    exam, incident = case
    await site.log_in("PROCTOR1")
    page = await text_of(site, f"/incidents/{incident}")
    assert "The browser told: left full screen" in page
    assert "The browser told: copied" in page
    assert "The browser told: printed" not in page
    assert "left full screen once, copied once, printed once" in page
    assert "Events, not verdicts" in page
    assert "The result stays held until an admin rules." in page
    assert "The time does not count." not in page
    assert f"/staff/results/{exam}" not in page
    await other.log_in("ADMIN1")
    assert f"/staff/results/{exam}" in await text_of(other, f"/incidents/{incident}")


async def test_upheld_by_a_proctor_it_waits_for_an_admin_and_the_student_knows(
    site, other, world, case
):
    exam, incident = case
    await world.results.issue_due()
    await site.log_in("PROCTOR1")
    await site.send(f"/incidents/{incident}", choice="uphold", reason=WHY)
    await world.results.issue_due()
    await other.log_in("ASHA001")
    assert "An admin now decides" in await text_of(other, f"/results/{exam}")
    page = await text_of(other, "/account/incidents")
    assert "Upheld: an admin decides whether the result counts" in page
    found = await site.letters("asha001@example.org")
    assert [it["kind"] for it in found] == ["incident_decided", "result_held"]
    assert "until an admin has decided whether it counts" in found[0]["text"]
    await site.post("/logout")
    await site.log_in("ADMIN1")
    await site.send(f"/staff/results/{exam}/annul", reason=WHY)
    assert (await letters(site))[0] == "test_annulled"
    assert "This test is annulled" in await text_of(other, f"/results/{exam}")


async def test_upheld_after_it_was_told_its_release_is_told_too(site, world, case):
    exam, _ = case
    dismissed = "UPDATE incident SET state = 'decided', choice = 'dismiss'"
    await run(world.db, dismissed)
    await world.results.issue_due()
    assert await letters(site) == ["result_there"]
    await run(world.db, "UPDATE incident SET state = 'decided', choice = 'uphold'")
    await site.log_in("ADMIN1")
    await site.send(f"/staff/results/{exam}/release", reason="It was a mistake.")
    assert await letters(site) == ["result_released", "result_there"]
