"""Tests that are sat: gates and looks before, the clock meanwhile, and every end."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.booking.domain.refusals import NoSuchSeat
from app.booking.service.sat import SeatNotBooked
from app.exams.domain.exams import (
    AnotherExamOpen,
    EndedWhy,
    ExamNotBegun,
    ExamOver,
    ExamPaused,
    ExamState,
    OpenedElsewhere,
    SatAlready,
)
from app.exams.domain.opening import CoolingOff, NotOpenYet, TooLate
from app.exams.domain.policy import AdmitCards, ExamsPolicy
from app.exams.service.drawing import NoTestYet, OnlyAtACentre
from app.kernel.ids import ModuleCode
from app.kernel.refusals import Conflict
from app.proctoring.domain.exam_clock import ExamIsOpen, NotInATest
from app.proctoring.domain.words import Ending, Verdict
from app.proctoring.ledger.verifying import verify
from app.proctoring.service.checks import Checks, DeviceCheckNeeded
from app.proctoring.service.exam_sittings import Arrival, ExamSittings
from app.proctoring.service.remote import (
    PassedBefore,
    ResultNotKnown,
    SeatIsBooked,
    goes_of,
    open_remotely_to,
)
from app.proctoring.service.sittings import OpenedOn
from app.proctoring.service.undecided import undecided_of
from app.proctoring.store import wall as wall_store
from tests.domain.test_checks import FINE
from tests.stores.booking_world import MODULE, key
from tests.stores.exam_world import build_exam_world, put_blueprint
from tests.stores.test_checks import DEVICE, OTHER, by_machine, checked
from tests.stores.world import finding

STUDIED = """WITH it AS (
        INSERT INTO sitting (sitting_id, account_id, module_code, state, reason, epoch,
            opened_at, ended_at)
        VALUES ($1, $2, 'M1', 'ended', 'finished', 1, now(), now()))
    INSERT INTO stretch (sitting_id, account_id, module_code, started_at, ended_at,
        state)
    SELECT $1, $2, 'M1', now() - interval '41 hours', now(), 'confirmed'"""
ON_FIREFOX = Arrival(opened_on=OpenedOn(browser="Firefox on Linux"))
PROCTOR_SAYS = "somebody else sits there"
GRADED = """INSERT INTO exam_grade (exam_id, number, points, of_points, percent, passed,
        by_tag, why, graded_at)
    VALUES ($1, $2, $3::int, 6, 50, $3::int > 0, '{}', 'first', now())"""


@pytest.fixture
async def hall(database):
    return await build_exam_world(database)


async def test_a_test_begins_with_the_first_passed_look_and_the_seat_is_attended(
    database,
):
    own = ExamsPolicy(admit_card=AdmitCards.NONE)
    hall = await build_exam_world(database, own=own)
    seat = await hall.seat(shown=False)
    opened = await hall.open(seat)
    assert opened.exam.state is ExamState.READY
    assert (await hall.paper(opened))["questions"] == []
    assert await hall.booking.state(seat) == "booked"
    await hall.world.look(Verdict.MATCH)
    exam = await hall.exam(opened.exam.exam)
    assert exam.state is ExamState.RUNNING
    assert exam.deadline_at == hall.clock.now() + timedelta(hours=1)
    assert await hall.booking.state(seat) == "attended"
    assert len((await hall.paper(opened))["questions"]) == 6


async def test_a_failed_look_begins_nothing(hall):
    opened = await hall.open()
    await hall.world.look(Verdict.MISMATCH)
    assert (await hall.exam(opened.exam.exam)).state is ExamState.READY
    with pytest.raises(ExamNotBegun):
        await hall.answer(hall.page(opened), 1, 1, None)


async def test_it_opens_for_the_booked_slot_and_for_nobody_else(hall):
    seat = await hall.seat()
    student = hall.world.student
    hall.forward(minutes=-31)
    with pytest.raises(NotOpenYet):
        await hall.sittings.open_for_seat(student, seat)
    hall.forward(minutes=62)
    with pytest.raises(TooLate):
        await hall.sittings.open_for_seat(student, seat)
    hall.forward(minutes=-31)
    hall.world.student = await hall.booking.student()
    with pytest.raises(NoSuchSeat):
        await hall.sittings.open_for_seat(hall.world.student, seat)
    hall.world.student = student
    await hall.begin(seat)


async def test_a_seat_that_is_not_booked_opens_nothing(hall):
    slot = await hall.booking.slot(days=1)
    seat = await hall.booking.hold(hall.world.student, slot)
    with pytest.raises(SeatNotBooked):
        await hall.sittings.open_for_seat(hall.world.student, seat)


async def test_what_was_begun_can_be_taken_up_long_after_the_slot_began(hall):
    seat = await hall.seat()
    opened = await hall.begin(seat)
    hall.forward(minutes=45)
    again = await hall.sittings.open_for_seat(hall.world.student, seat, ON_FIREFOX)
    assert again.exam.exam == opened.exam.exam
    assert (again.exam.epoch, again.epoch) == (2, 2)
    assert again.sitting == opened.sitting
    with pytest.raises(OpenedElsewhere):
        await hall.answer(hall.page(opened), 1, 1, None)
    await hall.answer(hall.page(again), 1, 1, None)
    kind = await hall.value("SELECT kind FROM exam_event")
    assert kind == "opened_elsewhere"


async def test_taken_up_on_the_same_device_it_is_no_event(hall):
    seat = await hall.seat()
    await hall.begin(seat)
    await hall.sittings.open_for_seat(hall.world.student, seat)
    assert await hall.value("SELECT count(*) FROM exam_event") == 0


async def test_learning_ends_when_a_test_opens_and_waits_until_it_is_over(hall):
    learning = await hall.world.sittings.open(hall.world.student, MODULE)
    seat = await hall.seat()
    opened = await hall.open(seat)
    reason = await hall.value(
        "SELECT reason FROM sitting WHERE sitting_id = $1", learning.sitting
    )
    assert reason == Ending.REPLACED
    with pytest.raises(ExamIsOpen):
        await hall.world.sittings.open(hall.world.student, MODULE, instead=True)
    await hall.exams.hand_in(hall.world.student, opened.exam.exam, 1, key())
    await hall.world.sittings.open(hall.world.student, MODULE)


async def test_no_student_pauses_or_finishes_a_test_like_studying(hall):
    opened = await hall.begin()
    student, sitting = hall.world.student, opened.sitting
    with pytest.raises(NotInATest):
        await hall.world.sittings.pause(student, sitting)
    with pytest.raises(NotInATest):
        await hall.world.sittings.finish(student, sitting)


async def test_looks_come_every_two_to_three_minutes(hall):
    await hall.begin()
    rule = await hall.value(
        "SELECT drawn_by::text FROM look WHERE why = 'interval' AND judged_at IS NULL"
    )
    assert '"min_s": 120' in str(rule)
    assert '"max_s": 180' in str(rule)
    hall.world.active = False
    for _ in range(62):
        hall.forward(seconds=3)
        await hall.world.seen()
    (lease,) = await hall.world.looks.claim_due()
    assert lease.why == "interval"


async def test_a_proctors_pause_stops_the_clock_by_exactly_its_length(hall):
    opened = await hall.begin()
    exam, page = opened.exam.exam, hall.page(opened)
    before = (await hall.exam(exam)).deadline_at
    hall.forward(minutes=10)
    await hall.world.proctors.pause(hall.world.student, opened.sitting)
    with pytest.raises(ExamPaused):
        await hall.answer(page, 1, 1, None)
    hall.forward(minutes=90)  # long beyond the deadline that was
    assert await hall.sittings.sweep() == 0
    await hall.world.proctors.resume(hall.world.student, opened.sitting)
    after = await hall.exam(exam)
    assert after.state is ExamState.RUNNING
    assert after.deadline_at == before + timedelta(minutes=90)
    await hall.answer(page, 1, 1, None)


async def test_where_the_blueprint_says_so_a_pause_stops_no_clock(database):
    hall = await build_exam_world(database, pause_stops_clock=False)
    opened = await hall.begin()
    before = await hall.exam(opened.exam.exam)
    await hall.world.proctors.pause(hall.world.student, opened.sitting)
    hall.forward(minutes=5)
    await hall.world.proctors.resume(hall.world.student, opened.sitting)
    assert await hall.exam(opened.exam.exam) == before


async def test_being_away_stops_no_clock(hall):
    opened = await hall.begin()
    before = await hall.exam(opened.exam.exam)
    hall.forward(minutes=20)
    await hall.world.sittings.sweep()
    state = await hall.value("SELECT state || ':' || reason FROM sitting")
    assert state == "paused:away"
    assert await hall.exam(opened.exam.exam) == before


async def test_who_thinks_for_long_is_not_asked_whether_they_are_there(hall):
    await hall.begin()
    hall.world.active = False
    for _ in range(150):
        hall.forward(seconds=3)
        await hall.world.seen()
    await hall.world.sittings.sweep()
    assert await hall.value("SELECT state FROM sitting") == "running"


async def test_a_stand_in_stops_the_clock_until_a_person_has_decided(hall):
    opened = await hall.begin()
    patience = 3 + hall.world.desk.policy.tries_before_person
    for _ in range(patience + 4):
        await hall.world.study(3)
        await hall.world.due_at_once("interval")
        await hall.world.due_at_once("retry")
        for lease in await hall.world.looks.claim_due():
            hall.forward(seconds=1)
            await hall.world.looks.record(
                lease.look, lease.attempt, finding(Verdict.MISMATCH)
            )
    reason = await hall.value("SELECT reason FROM sitting")
    assert reason == "needs_person"
    exam = opened.exam.exam
    assert (await hall.exam(exam)).state is ExamState.PAUSED
    async with hall.db.connection() as tx:
        found = await undecided_of(tx, [exam])
    assert len(found[exam].incidents) == 1
    await hall.world.proctors.resume(hall.world.student, opened.sitting)
    assert (await hall.exam(exam)).state is ExamState.RUNNING


async def test_handing_in_ends_the_sitting_too_and_only_once(hall):
    opened = await hall.begin()
    student, exam = hall.world.student, opened.exam.exam
    same = key()
    first = await hall.exams.hand_in(student, exam, 1, same)
    again = await hall.exams.hand_in(student, exam, 1, same)
    other = await hall.exams.hand_in(student, exam, 7, key())
    assert first == again == other
    assert first.ended_why is EndedWhy.HANDED_IN
    assert hall.ended == [(exam, "handed_in")]
    assert await hall.value("SELECT reason FROM sitting") == Ending.FINISHED
    with pytest.raises(ExamOver):
        await hall.answer(hall.page(opened), 1, 1, None)


async def test_only_the_page_that_is_open_hands_in(hall):
    seat = await hall.seat()
    opened = await hall.begin(seat)
    await hall.sittings.open_for_seat(hall.world.student, seat)
    with pytest.raises(OpenedElsewhere):
        await hall.exams.hand_in(hall.world.student, opened.exam.exam, 1, key())


async def test_a_proctor_ends_the_test_with_its_sitting(hall):
    opened = await hall.begin()
    await hall.world.proctors.end(hall.world.student, opened.sitting, PROCTOR_SAYS)
    assert hall.ended == [(opened.exam.exam, "proctor")]
    assert await hall.value("SELECT reason FROM sitting") == Ending.PROCTOR


async def test_at_the_deadline_it_ends_by_itself_once_with_its_sitting(hall):
    opened = await hall.begin()
    page, exam = hall.page(opened), opened.exam.exam
    deadline = (await hall.exam(exam)).deadline_at
    hall.clock.time = deadline
    await hall.answer(page, 1, 1, None)
    assert await hall.sittings.sweep() == 0
    hall.forward(seconds=0.001)
    with pytest.raises(ExamOver):
        await hall.answer(page, 1, 2, None)
    assert await hall.sittings.sweep() == 1
    assert await hall.sittings.sweep() == 0
    assert hall.ended == [(exam, "deadline")]
    assert (await hall.exam(exam)).ended_at == deadline
    assert await hall.value("SELECT state FROM sitting") == "ended"


async def test_who_withdraws_consent_has_handed_in(hall):
    opened = await hall.begin()
    await hall.world.sittings.withdraw(hall.world.student)
    assert hall.ended == [(opened.exam.exam, "handed_in")]


async def test_what_never_begins_ends_and_is_no_go(hall):
    opened = await hall.open()
    hall.forward(minutes=121)
    assert await hall.sittings.sweep() == 1
    assert hall.ended == [(opened.exam.exam, "never_begun")]
    assert await hall.value("SELECT state FROM sitting") == "ended"


async def test_a_seat_is_sat_once(hall):
    seat = await hall.seat()
    opened = await hall.begin(seat)
    await hall.exams.hand_in(hall.world.student, opened.exam.exam, 1, key())
    with pytest.raises(SatAlready):
        await hall.open(seat)


async def test_between_two_goes_some_time_passes(database):
    hall = await build_exam_world(database, cooling_s=3 * 86_400)
    opened = await hall.begin()
    await hall.exams.hand_in(hall.world.student, opened.exam.exam, 1, key())
    early = await hall.seat()
    with pytest.raises(CoolingOff):
        await hall.sittings.open_for_seat(hall.world.student, early)


async def test_extra_time_is_given_to_who_needs_it(hall):
    await hall.run(
        """INSERT INTO accommodation (account_id, extra_percent, reason, granted_by,
               granted_at) VALUES ($1, 25, 'reads slowly', $1, now())""",
        hall.world.student,
    )
    opened = await hall.begin()
    assert opened.exam.duration_s == 4500


async def test_no_deadline_is_later_than_an_hour_after_the_slot(database):
    hall = await build_exam_world(database, duration_s=4 * 3600)
    seat = await hall.seat()
    opened = await hall.begin(seat)
    ends = await hall.value("SELECT max(ends_at) FROM slot")
    deadline = (await hall.exam(opened.exam.exam)).deadline_at
    assert deadline == ends + timedelta(hours=1)


async def test_without_a_seat_only_where_tests_are_sat_remotely(hall):
    student = hall.world.student
    await hall.run(STUDIED, uuid4(), student)
    with pytest.raises(OnlyAtACentre):
        await hall.sittings.open_remotely(student, MODULE)
    await put_blueprint(hall.db, MODULE, remote=True)
    opened = await hall.sittings.open_remotely(student, MODULE)
    assert opened.exam.seat is None
    again = await hall.sittings.open_remotely(student, MODULE)
    assert again.exam.epoch == 2


async def test_remotely_only_whose_hours_are_confirmed(hall):
    await put_blueprint(hall.db, MODULE, remote=True)
    with pytest.raises(Exception, match="to be confirmed"):
        await hall.sittings.open_remotely(hall.world.student, MODULE)


async def test_remotely_not_besides_a_seat_nor_before_the_last_result_is_known(hall):
    student, desk = hall.world.student, hall.world.desk
    await put_blueprint(hall.db, MODULE, remote=True)
    opened = await hall.begin()
    await hall.exams.hand_in(student, opened.exam.exam, 1, key())
    await hall.run(STUDIED, uuid4(), student)

    async def open_to() -> list[str]:
        async with hall.db.connection() as tx:
            mine = await goes_of(tx, student)
        return await open_remotely_to(desk, student, [MODULE], mine)

    async def refused() -> type:
        assert await open_to() == []
        with pytest.raises(Conflict) as why:
            await hall.sittings.open_remotely(student, MODULE)
        return type(why.value)

    assert await refused() is ResultNotKnown
    await hall.run(GRADED, opened.exam.exam, 1, 0)
    seat = await hall.seat(shown=False)
    assert await refused() is SeatIsBooked
    await hall.run("UPDATE seat SET state = 'absent' WHERE seat_id = $1", seat)
    assert await open_to() == [MODULE]
    await hall.run(GRADED, opened.exam.exam, 2, 6)
    assert await refused() is PassedBefore


async def test_one_test_at_a_time(hall):
    opened = await hall.begin()
    await put_blueprint(hall.db, MODULE, remote=True)
    with pytest.raises(AnotherExamOpen):
        await hall.sittings.open_remotely(hall.world.student, MODULE)
    assert (await hall.exam(opened.exam.exam)).epoch == 1


async def test_a_module_without_a_blueprint_has_no_test(hall):
    await hall.run(
        """INSERT INTO module (code, set_code, title, hours, summary, position)
           VALUES ('M2', 'A', 'Second', 40, '', 2)"""
    )
    await hall.run(STUDIED.replace("'M1'", "'M2'"), uuid4(), hall.world.student)
    with pytest.raises(NoTestYet):
        await hall.sittings.open_remotely(hall.world.student, ModuleCode("M2"))


async def test_time_in_a_test_counts_for_no_hours_and_the_ledger_agrees(hall):
    opened = await hall.begin()
    await hall.world.study(120)
    await hall.world.due_at_once("interval")
    await hall.world.look(Verdict.MATCH)
    assert await hall.world.seconds("confirmed") > 100
    await hall.exams.hand_in(hall.world.student, opened.exam.exam, 1, key())
    state = await hall.world.states.students([str(hall.world.student)])
    hours = state[str(hall.world.student)]["hours"]
    assert [(it["confirmed_s"], it["provisional_s"]) for it in hours] == [(0, 0)]
    verified = await verify(hall.booking.house, hall.world.desk.policy)
    assert (verified.students, verified.problems) == (1, [])


async def test_an_exam_comes_first_on_the_wall_and_says_so(hall):
    other = hall.world.student
    hall.world.student = await hall.booking.student()
    await hall.world.sittings.open(hall.world.student, MODULE)
    hall.world.student = other
    await hall.open()
    wall = (await hall.world.states.wall([""]))[""]
    assert [it["kind"] for it in wall["sittings"]] == ["exam", "learning"]


async def test_who_waits_for_a_person_stands_before_calm_tests_on_the_wall(hall):
    other = hall.world.student
    hall.world.student = await hall.booking.student()
    waiting = await hall.world.sittings.open(hall.world.student, MODULE)
    hall.world.student = other
    opened = await hall.begin()
    await hall.run(
        """UPDATE sitting SET state = 'paused', reason = 'needs_person'
           WHERE sitting_id = $1""",
        waiting.sitting,
    )
    wall = (await hall.world.states.wall([""]))[""]["sittings"]
    assert [it["id"] for it in wall] == [str(waiting.sitting), str(opened.sitting)]
    await hall.run(
        """UPDATE sitting SET verdict = 'mismatch' WHERE sitting_id = $1""",
        opened.sitting,
    )
    wall = (await hall.world.states.wall([""]))[""]["sittings"]
    assert [it["id"] for it in wall] == [str(opened.sitting), str(waiting.sitting)]


async def test_of_too_many_sittings_no_test_is_missing_on_the_wall(hall):
    sitting = await hall.open()
    for _ in range(3):
        student = await hall.booking.student()
        await hall.run(
            """INSERT INTO sitting (sitting_id, account_id, module_code, state, epoch,
                   opened_at) VALUES (gen_random_uuid(), $1, $2, 'checking_in', 1,
                   now() - interval '9 years')""",
            student,
            MODULE,
        )
    await hall.run(
        """WITH s AS (
               INSERT INTO sitting (sitting_id, account_id, module_code, state, reason,
                   epoch, opened_at)
               VALUES (gen_random_uuid(), $1, $2, 'paused', 'mismatch', 1, now())
               RETURNING sitting_id, account_id)
           INSERT INTO incident (incident_id, sitting_id, account_id, kind, raised_at,
               last_at)
           SELECT gen_random_uuid(), sitting_id, account_id, 'mismatch', now(), now()
           FROM s""",
        await hall.booking.student(),
        MODULE,
    )
    async with hall.db.connection() as tx:
        rows = await wall_store.sittings(tx, hall.clock.now(), timedelta(seconds=3), 2)
    assert [row["kind"] for row in rows] == ["exam", "learning"]
    assert rows[0]["sitting_id"] == sitting.sitting
    assert rows[1]["incident_id"] is not None


async def test_a_check_that_fails_later_throws_nobody_out_of_a_test_that_runs(hall):
    checks = Checks(hall.world.desk, [], by_machine)
    hall.sittings = ExamSittings(hall.world.desk, hall.exams, checks=checks)
    student, seat = hall.world.student, await hall.seat()
    here, there = (
        Arrival(opened_on=OpenedOn(browser="Firefox", device=it))
        for it in (DEVICE, OTHER)
    )
    with pytest.raises(DeviceCheckNeeded):
        await hall.sittings.open_for_seat(student, seat, here)
    assert await hall.value("SELECT count(*) FROM exam") == 0
    await checked(hall.world, checks)
    opened = await hall.sittings.open_for_seat(student, seat, here)
    await checked(hall.world, checks, told=replace(FINE, up_mbit=0.1))
    with pytest.raises(DeviceCheckNeeded):  # it has not begun
        await hall.sittings.open_for_seat(student, seat, here)
    await hall.world.sittings.streaming(student, opened.sitting, opened.epoch)
    await hall.world.look(Verdict.MATCH)
    again = await hall.sittings.open_for_seat(student, seat, here)
    assert (again.exam.exam, again.epoch) == (opened.exam.exam, 2)
    with pytest.raises(DeviceCheckNeeded):
        await hall.sittings.open_for_seat(student, seat, there)
