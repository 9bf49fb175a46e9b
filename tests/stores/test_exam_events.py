"""What browsers told while tests were sat, as people read it: events, no verdicts."""

from datetime import timedelta

import pytest

from app.accounts.service.photos import Photos
from app.adapters.signing import Signer
from app.exams.domain.events import AHEAD_MOST, NUMBER_MOST
from app.exams.service.answers import BadEvent, Event, EventKind
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


async def noted(hall, opened, *numbers):
    events = [Event(number=it, kind=EventKind.COPIED) for it in numbers]
    await hall.answers.note(hall.page(opened), events)


async def opened_elsewhere(hall, opened):
    async with hall.db.transaction() as tx:
        await hall.exams.note_device(tx, opened.exam.exam, hall.clock.now())


async def test_one_event_with_a_high_number_leaves_no_gap_that_nobody_can_fill(hall):
    opened = await hall.begin()
    for far in (NUMBER_MOST, AHEAD_MOST + 1):
        with pytest.raises(BadEvent):
            await noted(hall, opened, 1, far)
    assert await hall.value("SELECT count(*) FROM exam_event") == 0
    await noted(hall, opened, AHEAD_MOST)
    with pytest.raises(BadEvent):
        await noted(hall, opened, 2 * AHEAD_MOST + 1)
    await noted(hall, opened, 2 * AHEAD_MOST)
    assert (await hall.paper(opened))["next_event"] == 2 * AHEAD_MOST + 1


async def test_whatever_a_page_has_told_what_we_see_ourselves_is_noted(hall):
    opened = await hall.begin()
    for number in range(AHEAD_MOST, NUMBER_MOST + 1, AHEAD_MOST):
        await noted(hall, opened, number)
    with pytest.raises(BadEvent):
        await noted(hall, opened, NUMBER_MOST + 1)
    hall.forward(minutes=1)
    await opened_elsewhere(hall, opened)
    hall.forward(minutes=1)
    await opened_elsewhere(hall, opened)
    assert (await row(hall))["told"]["times"]["opened_elsewhere"] == 2


async def test_what_we_note_takes_no_number_of_a_page_and_stands_where_it_happened(
    hall,
):
    opened = await hall.begin()
    await noted(hall, opened, 1)
    hall.forward(minutes=1)
    await opened_elsewhere(hall, opened)
    assert (await hall.paper(opened))["next_event"] == 2
    hall.forward(minutes=1)
    await noted(hall, opened, 2)
    last = (await row(hall))["told"]["last"]
    assert [it["kind"] for it in last] == ["copied", "opened_elsewhere", "copied"]
