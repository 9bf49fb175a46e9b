"""Annulling a test on a real database: certificate, letters, trail, and back again."""

import asyncio
from uuid import uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError

from app.exams.domain.results import Incident, NoSuchExam, SayWhy, State, Undecided
from app.exams.domain.rulings import Annulled, DecideFirst, NotAnnulled, NotGraded
from app.exams.service.statistics import Statistics
from app.exams.store import exams as exam_store
from tests.stores.result_world import (
    MODULE,
    RIGHT,
    WRONG,
    build_exam_world,
    sit,
)
from tests.stores.test_results import opened

WHY = "Somebody else sat before the camera."
BACK = "It was the student after all."


@pytest.fixture
async def world(database):
    return await build_exam_world(database)


async def passed(world):
    exam = await world.sat(RIGHT, RIGHT)
    await world.settle()
    return exam


def upheld(exam):
    it = Incident(incident=uuid4(), is_open=False, is_upheld=True)
    return {exam: Undecided(incidents=[it])}


async def test_annulled_it_counts_for_nothing_and_its_certificate_is_revoked(world):
    exam, admin = await passed(world), await world.admin()
    await world.annulling.annul(admin, exam, f"  {WHY} ")
    it = await world.result(exam)
    assert (it.state, it.grade, it.annulled_why) == (State.ANNULLED, None, WHY)
    assert it.sat.certificate.revoked_why == WHY
    assert (await world.certificates.of_exam(exam)).is_revoked
    assert world.letters() == ["result_there", "test_annulled"]
    assert WHY in world.box.letters[-1].text
    assert await world.trail() == ["result.annulled"]
    details = await world.value("SELECT details FROM audit_event")
    assert WHY in details
    await world.settle()
    assert len(world.letters()) == 2


async def test_taken_back_the_same_certificate_holds_again(world):
    exam, admin = await passed(world), await world.admin()
    before = await world.certificates.of_exam(exam)
    await world.annulling.annul(admin, exam, WHY)
    await world.annulling.reinstate(admin, exam, BACK)
    it = await world.result(exam)
    assert (it.state, it.sat.certificate.revoked_at) == (State.PASSED, None)
    assert await world.certificates.of_exam(exam) == before
    assert world.letters()[-1] == "test_reinstated"
    assert BACK in world.box.letters[-1].text
    assert "You passed" in world.box.letters[-1].text
    assert await world.trail() == ["result.annulled", "result.reinstated"]
    await world.annulling.annul(admin, exam, WHY)
    assert (await world.result(exam)).state is State.ANNULLED
    assert [it["what"] for it in (await world.results.case(exam)).rulings] == [
        *("annulled", "reinstated", "annulled")
    ]


async def test_a_certificate_that_was_revoked_by_itself_stays_revoked(world):
    exam, admin = await passed(world), await world.admin()
    await world.certificates.revoke(admin, exam, WHY)
    await world.annulling.annul(admin, exam, WHY)
    await world.annulling.reinstate(admin, exam, BACK)
    assert (await world.certificates.of_exam(exam)).is_revoked


async def test_annulled_before_it_was_told_it_is_never_certified_till_taken_back(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    await world.annulling.annul(admin, exam, WHY)
    await world.settle()
    assert world.letters() == ["test_annulled"]
    assert (await world.result(exam)).sat.certificate is None
    await world.annulling.reinstate(admin, exam, BACK)
    assert (await world.result(exam)).sat.certificate
    await world.settle()
    assert world.letters() == ["test_annulled", "test_reinstated"]


async def test_an_upheld_incident_keeps_it_held_till_an_admin_releases_it(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    world.undecided = upheld(exam)
    await world.settle()
    await world.settle()
    assert world.letters() == ["result_held"]
    assert (await world.result(exam)).state is State.HELD
    await world.results.release(admin, exam, BACK)
    assert world.letters() == ["result_held", "result_released"]
    assert (await world.result(exam)).state is State.PASSED
    assert await world.trail() == ["result.released"]
    [ruling] = (await world.results.case(exam)).rulings
    assert (ruling["what"], ruling["why"]) == ("released", BACK)


async def test_taken_back_while_an_incident_is_open_it_is_held(world):
    exam, admin = await passed(world), await world.admin()
    world.undecided = upheld(exam)
    await world.annulling.annul(admin, exam, WHY)
    world.undecided = opened(exam)
    await world.annulling.reinstate(admin, exam, BACK)
    assert (await world.result(exam)).state is State.HELD
    assert "held for now" in world.box.letters[-1].text
    world.undecided = {}
    await world.settle()
    assert world.letters()[-1] == "result_released"


async def test_what_cannot_be_annulled_is_refused_with_the_reason(world):
    admin, student = await world.admin(), await world.student()
    exam = await sit(
        world.db, student, world.paper, [], ended_at=world.clock.now(), ended=False
    )
    with pytest.raises(NotGraded):
        await world.annulling.annul(admin, exam, WHY)
    exam = await world.sat(RIGHT)
    with pytest.raises(NotAnnulled):
        await world.annulling.reinstate(admin, exam, BACK)
    with pytest.raises(SayWhy):
        await world.annulling.annul(admin, exam, "no")
    world.undecided = opened(exam)
    with pytest.raises(DecideFirst):
        await world.annulling.annul(admin, exam, WHY)
    world.undecided = {}
    await world.annulling.annul(admin, exam, WHY)
    with pytest.raises(Annulled):
        await world.annulling.annul(admin, exam, WHY)
    with pytest.raises(Annulled):
        await world.results.hold(admin, exam, WHY)
    with pytest.raises(NoSuchExam):
        await world.annulling.annul(admin, uuid4(), WHY)


async def test_annulling_ends_a_hold(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    await world.results.hold(admin, exam, WHY)
    await world.annulling.annul(admin, exam, WHY)
    await world.annulling.reinstate(admin, exam, BACK)
    assert (await world.result(exam)).state is State.PASSED


async def test_grading_anew_does_not_bring_it_back(world):
    exam, admin = await world.sat(RIGHT, WRONG, WRONG, WRONG), await world.admin()
    await world.settle()
    await world.annulling.annul(admin, exam, WHY)
    letters = world.letters()
    for place in (1, 2):
        await world.regrade(admin, world.paper[place], 1, WHY)
    it = await world.result(exam)
    assert (it.state, it.sat.gradings, it.sat.grade.passed) == (
        State.ANNULLED,
        3,
        True,
    )
    assert world.letters() == letters
    assert it.sat.certificate is None
    await world.annulling.reinstate(admin, exam, BACK)
    assert (await world.result(exam)).sat.certificate


async def test_statistics_leave_it_out_while_it_is_annulled(world):
    exams = [await world.sat(RIGHT), await world.sat(WRONG)]
    admin = await world.admin()

    async def asked() -> int:
        found = await Statistics(world.house).of_module(MODULE)
        return found[world.paper[0], 1].asked if found else 0

    assert await asked() == 2
    await world.annulling.annul(admin, exams[0], WHY)
    assert await asked() == 1
    await world.annulling.reinstate(admin, exams[0], BACK)
    assert await asked() == 2


async def test_the_next_go_cools_off_as_after_any_other(world):
    student, admin = await world.student(), await world.admin()
    exam = await world.sat(RIGHT, RIGHT, account=student)
    before = await cooling_till(world, student)
    await world.annulling.annul(admin, exam, WHY)
    assert await cooling_till(world, student) == before == world.clock.now()


async def cooling_till(world, student):
    async with world.db.connection() as tx:
        return await exam_store.cooling_till(tx, student, MODULE)


async def test_two_admins_at_once_annul_it_once(world):
    exam, admin = await passed(world), await world.admin()
    done = await asyncio.gather(
        *(world.annulling.annul(admin, exam, WHY) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(it is None for it in done) == 1
    assert sum(isinstance(it, Annulled) for it in done) == 3
    assert world.letters() == ["result_there", "test_annulled"]


RULE = """INSERT INTO exam_ruling (exam_id, number, what, incidents, why, ruled_by,
        ruled_at, revoked)
    SELECT $1, 9, $2, '{}', 'A reason of ten.', account_id, now(), false
    FROM account LIMIT 1"""


async def test_the_schema_lets_no_ruling_change_or_come_out_of_turn(world):
    exam, admin = await passed(world), await world.admin()
    with pytest.raises(IntegrityConstraintViolationError):
        await world.run(RULE, exam, "reinstated")
    await world.annulling.annul(admin, exam, WHY)
    for what in ("annulled", "released"):
        with pytest.raises(IntegrityConstraintViolationError):
            await world.run(RULE, exam, what)
    for query in ("UPDATE exam_ruling SET why = why", "DELETE FROM exam_ruling"):
        with pytest.raises(IntegrityConstraintViolationError):
            await world.run(query)
    with pytest.raises(IntegrityConstraintViolationError):
        await world.run("UPDATE certificate SET revoked_at = NULL, revoked_why = NULL")
