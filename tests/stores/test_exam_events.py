"""What browsers told while tests were sat, as people read it: events, no verdicts."""

from datetime import timedelta

import pytest

from app.accounts.service.photos import Photos
from app.adapters.signing import Signer
from app.operations.privacy.policy import RetentionPolicy
from app.operations.privacy.retention import Retention
from app.proctoring.domain.words import Verdict
from app.proctoring.service.cases import Cases
from app.proctoring.service.incidents import Incidents
from app.proctoring.store import incidents
from tests.stores.entrance import SECRET
from tests.stores.exam_world import build_exam_world

TOLD = """INSERT INTO exam_event (exam_id, number, kind, at)
    SELECT $1, coalesce(max(number), 0) + 1, $2, $3 FROM exam_event WHERE exam_id = $1
"""


@pytest.fixture
async def hall(database):
    return await build_exam_world(database)


async def tell(hall, opened, *kinds):
    for kind in kinds:
        await hall.run(TOLD, opened.exam.exam, kind, hall.clock.now())


async def row(hall):
    return (await hall.world.states.wall([""]))[""]["sittings"][0]


class NoEvidence:
    async def of(self, incident):
        return []


def cases(hall) -> Cases:
    desk, house = hall.world.desk, hall.booking.house
    photos = Photos(hall.db, hall.clock, house.envelopes)
    return Cases(desk, Incidents(house, desk), NoEvidence(), photos)


async def open_incident(hall, opened):
    async with hall.db.transaction() as tx:
        return await incidents.insert(
            tx, opened.sitting, None, "mismatch", hall.clock.now()
        )


async def test_the_wall_counts_what_was_told_and_has_the_last_of_it(hall):
    opened = await hall.begin()
    assert (await row(hall))["told"] is None
    await tell(hall, opened, *["left_full_screen", "back_in_full_screen"] * 3, "copied")
    told = (await row(hall))["told"]
    assert told["times"] == {
        "left_full_screen": 3,
        "back_in_full_screen": 3,
        "copied": 1,
    }
    assert [it["kind"] for it in told["last"]] == [
        *("copied", "back_in_full_screen"),
        *("left_full_screen", "back_in_full_screen"),
    ]


async def test_an_event_is_no_verdict_and_makes_nobody_needy(hall):
    opened = await hall.begin()
    before = await row(hall)
    await tell(hall, opened, *["pasted"] * 50)
    after = await row(hall)
    for word in ("need", "risk", "verdict", "state", "incident"):
        assert after[word] == before[word]


async def test_the_wall_has_the_clock_of_a_test(hall):
    opened = await hall.open()
    assert (await row(hall))["test"] == {"state": "ready", "left_s": 3600}
    await hall.world.look(Verdict.MATCH)
    hall.forward(minutes=10)
    assert (await row(hall))["test"] == {"state": "running", "left_s": 3000}
    await hall.world.proctors.pause(hall.world.student, opened.sitting)
    hall.forward(minutes=10)
    assert (await row(hall))["test"] == {"state": "paused", "left_s": 3000}


async def test_the_panel_s_timeline_has_the_last_of_it_and_no_look_is_crowded_out(hall):
    opened = await hall.begin()
    await tell(hall, opened, *["hidden", "visible"] * 30)
    found, _, _, told = await hall.world.proctors.timeline(opened.sitting)
    assert len(told) == 20
    assert [it["what"] for it in found if it["what"] == "look"] == ["look"]


async def test_a_case_shows_what_was_told_near_the_incident_and_the_sum_of_all(hall):
    opened = await hall.begin()
    await tell(hall, opened, "copied")
    hall.forward(minutes=20)
    await tell(hall, opened, "left_full_screen")
    hall.forward(minutes=10)
    incident = await open_incident(hall, opened)
    hall.forward(minutes=15)
    await tell(hall, opened, "pasted")
    hall.forward(minutes=1)
    await tell(hall, opened, "printed")
    case = await cases(hall).show(await hall.booking.student(), incident)
    near = [it["word"] for it in case.timeline if it["what"] == "event"]
    assert near == ["Left full screen", "Pasted"]
    times = [it["at"] for it in case.timeline]
    assert times == sorted(times)
    assert case.told.total == 4


async def test_a_case_of_studying_has_no_such_thing(hall):
    sitting = await hall.world.open()
    async with hall.db.transaction() as tx:
        incident = await incidents.insert(
            tx, sitting, None, "mismatch", hall.clock.now()
        )
    case = await cases(hall).show(await hall.booking.student(), incident)
    assert case.told.total == 0
    assert "event" not in [it["what"] for it in case.timeline]


async def test_what_was_told_goes_half_a_year_after_the_test_decided_on_or_not(hall):
    opened = await hall.begin()
    await tell(hall, opened, "hidden")
    await open_incident(hall, opened)
    policy = RetentionPolicy()
    retention = Retention(hall.db, hall.clock, Signer(SECRET), policy, [])
    count = "SELECT count(*) FROM exam_event"
    hall.forward(days=200)
    await retention.run()
    assert await hall.value(count) == 1  # It has not ended.
    await hall.run(
        """UPDATE exam SET state = 'ended', ended_why = 'deadline', ended_at = $1""",
        hall.clock.now() - timedelta(days=179),
    )
    hall.forward(days=0.9)
    await retention.run()
    assert await hall.value(count) == 1
    hall.forward(days=0.2)
    await retention.run()
    assert await hall.value(count) == 0
