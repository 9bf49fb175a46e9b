"""Results on a real database: graded once, held, released, told once, certified."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError

from app.adapters.signing import verify_text
from app.exams.domain.bodies import BadBody
from app.exams.domain.certificates import NotIssued, RevokedAlready
from app.exams.domain.policy import ExamsPolicy
from app.exams.domain.results import (
    HeldAlready,
    Incident,
    NeverBegun,
    NoSuchExam,
    NotEnded,
    NotHeld,
    SayWhy,
    State,
    Undecided,
    may_go_again,
)
from app.exams.service.accommodations import (
    Accommodations,
    BadExtra,
    NoneGranted,
    OnlyStudentsSit,
)
from app.exams.service.results import Results
from app.exams.store.results import Wanted
from app.kernel.ids import ExamId
from tests.stores.result_world import (
    MODULE,
    RIGHT,
    WRONG,
    add_blueprint,
    answer_at,
    build_exam_world,
    sit,
)

WHY = "The fire alarm went off."


@pytest.fixture
async def world(database):
    return await build_exam_world(database)


def opened(exam, *, is_open=True):
    incident = Incident(incident=uuid4(), is_open=is_open)
    return {exam: Undecided(incidents=[incident])}


async def test_an_exam_is_graded_once_by_its_highest_turns(world):
    account = await world.student()
    exam = await sit(
        world.db,
        account,
        world.paper,
        [WRONG, RIGHT],
        ended_at=world.clock.now(),
        ended=False,
    )
    at = world.clock.now() - timedelta(minutes=1)
    async with world.db.transaction() as tx:
        await answer_at(tx, exam, 1, 7, RIGHT, at)
        await answer_at(tx, exam, 1, 3, WRONG, at)
        await answer_at(tx, exam, 2, 5, None, at)
        await tx.execute(
            """UPDATE exam SET state = 'ended', ended_at = $2, ended_why = 'deadline'
               WHERE exam_id = $1""",
            exam,
            world.clock.now(),
        )
        first = await world.grading.grade(tx, exam, world.clock.now())
        assert await world.grading.grade(tx, exam, world.clock.now()) == first
    result = await world.result(exam)
    assert (result.grade.points, result.grade.of_points) == (1, 4)
    assert result.grade.percent == Decimal(25)
    assert {tag: it.points for tag, it in result.grade.by_tag.items()} == {
        "law": 1,
        "cost": 0,
    }
    assert await world.value("SELECT count(*) FROM exam_grade") == 1


async def test_what_was_graded_stays(world):
    await world.sat(RIGHT)
    for query in (
        "UPDATE exam_grade SET passed = true",
        "DELETE FROM exam_grade",
    ):
        with pytest.raises(IntegrityConstraintViolationError):
            await world.run(query)


async def test_an_exam_that_has_not_ended_is_not_graded(world):
    account = await world.student()
    exam = await sit(
        world.db, account, world.paper, [], ended_at=world.clock.now(), ended=False
    )
    assert (await world.result(exam)).state is State.WAITING
    with pytest.raises(NoSuchExam):
        async with world.db.transaction() as tx:
            await world.grading.grade(tx, exam, world.clock.now())
    with pytest.raises(NotEnded):
        await world.results.hold(await world.admin(), exam, WHY)


async def test_a_pass_is_told_after_a_while_with_a_certificate_and_once(world):
    exam = await world.sat(RIGHT, RIGHT)
    assert (await world.result(exam)).state is State.PASSED
    assert await world.results.issue_due() == 0
    assert world.letters() == []
    assert await world.settle() == 1
    assert world.letters() == ["result_there"]
    assert "certificate C-000001" in world.box.letters[0].text
    assert await world.settle() == 0
    assert world.letters() == ["result_there"]
    certificate = (await world.result(exam)).sat.certificate
    shown = await world.certificates.shown(certificate.certificate)
    assert verify_text(shown.row.sealed.encode(), world.signer)
    assert shown.says["name"] == "Asha Rao"
    assert shown.says["passed on"] == "2026-11-02"
    assert "score" not in shown.says
    assert not shown.is_revoked


async def test_a_failure_is_told_without_a_certificate(world):
    exam = await world.sat(RIGHT)
    await world.settle()
    assert world.letters() == ["result_there"]
    assert "25.0 %" in world.box.letters[0].text
    assert (await world.result(exam)).sat.certificate is None
    with pytest.raises(NotIssued):
        await world.certificates.of_exam(exam)


async def test_an_open_incident_holds_and_its_decision_releases(world):
    exam = await world.sat(RIGHT, RIGHT)
    world.undecided = opened(exam)
    held = await world.result(exam)
    assert (held.state, held.grade) == (State.HELD, None)
    await world.settle()
    await world.settle()
    assert world.letters() == ["result_held"]
    assert await world.value("SELECT count(*) FROM certificate") == 0
    world.undecided = opened(exam, is_open=False)
    await world.settle()
    assert world.letters() == ["result_held", "result_released"]
    assert (await world.result(exam)).sat.certificate.name == "C-000001"


async def test_an_incident_after_the_result_was_told_holds_it_with_a_letter(world):
    exam = await world.sat(RIGHT, RIGHT)
    await world.settle()
    world.undecided.update(opened(exam))
    await world.settle()
    await world.settle()
    assert world.letters() == ["result_there", "result_held"]
    world.undecided.update(opened(exam, is_open=False))
    await world.settle()
    await world.settle()
    assert world.letters() == ["result_there", "result_held", "result_released"]
    assert await world.value("SELECT count(*) FROM certificate") == 1


async def test_an_admin_holds_and_releases_with_reasons_that_are_kept(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    with pytest.raises(SayWhy):
        await world.results.hold(admin, exam, "no")
    with pytest.raises(NotHeld):
        await world.results.release(admin, exam, WHY)
    await world.results.hold(admin, exam, WHY)
    with pytest.raises(HeldAlready):
        await world.results.hold(admin, exam, WHY)
    assert (await world.result(exam)).state is State.HELD
    assert world.letters() == ["result_held"]
    assert WHY in world.box.letters[0].text
    await world.settle()
    assert world.letters() == ["result_held"]
    await world.results.release(admin, exam, "It was a false alarm.")
    assert world.letters() == ["result_held", "result_released"]
    assert (await world.result(exam)).sat.certificate
    assert await world.trail() == ["result.held", "result.released"]


async def test_a_pause_that_nobody_lifted_holds_the_result_for_a_person(world):
    exam, admin = await world.left_paused(RIGHT, RIGHT), await world.admin()
    held = await world.result(exam)
    assert (held.state, held.sat.ended_why) == (State.HELD, "left_paused")
    await world.settle()
    assert world.letters() == ["result_held"]
    assert "nobody let it go on, so it ended by itself" in world.box.letters[0].text
    await world.results.release(admin, exam, "What was answered by then is enough.")
    assert world.letters() == ["result_held", "result_released"]
    assert (await world.result(exam)).state is State.PASSED


async def test_a_release_waits_for_an_incident_that_is_open(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    world.undecided = opened(exam)
    await world.results.hold(admin, exam, WHY)
    world.clock.forward(hours=1)
    await world.results.release(admin, exam, WHY)
    assert (await world.result(exam)).state is State.HELD
    assert world.letters() == ["result_held"]
    world.undecided = {}
    await world.settle()
    assert world.letters() == ["result_held", "result_released"]


async def test_many_held_results_keep_nobody_else_waiting(world):
    world.results = Results(world.telling, world.grading, at_a_time=2)
    exams = [await world.sat(RIGHT, RIGHT) for _ in range(5)]
    for exam in exams[:4]:
        world.undecided |= opened(exam)
    assert await world.settle() == 5
    assert sorted(world.letters()) == ["result_held"] * 4 + ["result_there"]


async def test_a_test_that_never_began_is_no_go_and_told_as_that(world):
    student, admin = await world.student(), await world.admin()
    exam = await world.never_begun(student)
    assert await world.grading_of(exam) is None
    await world.settle()
    assert world.letters() == ["test_unbegun"]
    assert "No question was shown" in world.box.letters[0].text
    it = await world.result(exam)
    assert (it.state, it.grade) == (State.UNBEGUN, None)
    now = world.clock.now()
    assert may_go_again([it], MODULE, now)
    assert await world.value("SELECT cooling_till($1, $2)", student, MODULE) is None
    for act in (world.results.hold, world.annulling.annul):
        with pytest.raises(NeverBegun):
            await act(admin, exam, WHY)
    assert await world.settle() == 0


async def test_whose_every_question_was_withdrawn_need_not_cool(world):
    exam = await world.sat(RIGHT)
    student = await world.owner(exam)
    till = "SELECT cooling_till($1, $2)"
    assert await world.value(till, student, MODULE) == world.clock.now()
    for question in world.paper:
        await world.grading.withdraw(await world.admin(), question, 1, WHY)
        await world.grading.regrade_version(question, 1)
    assert (await world.result(exam)).is_empty
    assert await world.value(till, student, MODULE) is None
    await world.settle()
    assert "neither passed nor failed" in world.box.letters[-1].text


async def test_a_result_that_cannot_be_told_keeps_no_other_waiting(world, monkeypatch):
    broken, whole = await world.sat(RIGHT), await world.sat(RIGHT)
    settle = world.telling.settle

    async def stumbles(tx, exam, now):
        if exam == broken:
            raise BadBody("This version cannot be read.")
        return await settle(tx, exam, now)

    monkeypatch.setattr(world.telling, "settle", stumbles)
    assert await world.settle() == 1
    assert (await world.result(whole)).sat.told == "result"
    assert (await world.result(broken)).sat.told is None


async def test_two_sweeps_at_once_issue_one_certificate(world):
    exam = await world.sat(RIGHT, RIGHT)
    world.clock.forward(hours=1)
    done = await asyncio.gather(*(world.results.issue_due() for _ in range(4)))
    assert sum(done) == 1
    assert world.letters() == ["result_there"]
    assert await world.value("SELECT count(*) FROM certificate") == 1
    async with world.db.transaction() as tx:
        result = await world.results.result_of(await world.owner(exam), exam)
        sealed = await world.certificates.issue(tx, result.sat, world.clock.now())
    shown = await world.certificates.of_exam(exam)
    assert sealed == shown.row.sealed


async def test_what_nobody_graded_is_graded_by_the_sweep(world):
    exam = await world.sat(RIGHT, RIGHT, graded=False)
    assert (await world.result(exam)).state is State.WAITING
    await world.settle()
    assert (await world.result(exam)).state is State.PASSED
    assert world.letters() == ["result_there"]


async def test_a_certificate_says_the_score_where_the_house_wants_it(database):
    policy = ExamsPolicy(certificate_percent=True, issuer="Institute")
    world = await build_exam_world(database, policy=policy)
    exam = await world.sat(RIGHT, RIGHT, RIGHT)
    await world.settle()
    says = (await world.certificates.of_exam(exam)).says
    assert (says["score"], says["issued by"]) == ("75.0 %", "Institute")


async def test_nobody_is_certified_who_was_erased(world):
    exam = await world.sat(RIGHT, RIGHT)
    await world.run(
        """UPDATE account SET erased_at = now(), name = 'ERASED', state = 'closed',
               email = NULL, password_hash = NULL, password_set_at = NULL"""
    )
    await world.settle()
    assert (await world.result(exam)).sat.told == "result"
    assert await world.value("SELECT count(*) FROM certificate") == 0


async def test_a_certificate_is_revoked_once_for_a_reason_and_the_student_told(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    with pytest.raises(NotIssued):
        await world.certificates.revoke(admin, exam, WHY)
    await world.settle()
    with pytest.raises(SayWhy):
        await world.certificates.revoke(admin, exam, "")
    await world.certificates.revoke(admin, exam, WHY)
    with pytest.raises(RevokedAlready):
        await world.certificates.revoke(admin, exam, WHY)
    assert (await world.certificates.of_exam(exam)).is_revoked
    assert world.letters() == ["result_there", "certificate_revoked"]
    assert WHY in world.box.letters[-1].text
    assert await world.trail() == ["certificate.revoked"]


async def test_no_letter_offers_a_certificate_that_was_revoked(world):
    exam, admin = await world.sat(RIGHT, RIGHT), await world.admin()
    await world.settle()
    await world.certificates.revoke(admin, exam, WHY)
    await world.results.hold(admin, exam, WHY)
    await world.results.release(admin, exam, WHY)
    letter = world.box.letters[-1]
    assert letter.kind == "result_released"
    assert "You passed" in letter.text
    assert "C-000001" not in letter.text


async def test_a_result_is_its_student_s_alone(world):
    exam = await world.sat(RIGHT)
    for account in (await world.student(), (await world.admin()).account):
        with pytest.raises(NoSuchExam):
            await world.results.result_of(account, exam)
    with pytest.raises(NoSuchExam):
        await world.results.result_of(account, ExamId(uuid4()))


async def test_goes_are_listed_the_newest_first_and_cool_off_as_the_module_asks(world):
    account = await world.student()
    first = await world.sat(WRONG, account=account)
    world.clock.forward(days=1)
    second = await world.sat(RIGHT, RIGHT, account=account)
    mine = await world.results.mine(account)
    assert [it.sat.exam for it in mine] == [second, first]
    assert mine[1].cooling_till(world.clock.now()) is None
    await add_blueprint(world.db, version=2, cooling_s=172_800)
    mine = await world.results.mine(account)
    till = mine[1].cooling_till(world.clock.now())
    assert till == world.clock.now() + timedelta(days=1)
    assert mine[0].cooling_till(world.clock.now()) is None


async def test_the_staff_s_list_filters_by_state_and_goes_on_page_by_page(world):
    world.results = Results(world.telling, world.grading, page=2, at_a_time=3)
    exams = []
    for n in range(5):
        world.clock.forward(hours=1)
        exams.append(await world.sat(*[RIGHT] * (2 * (n % 2))))
    newest = exams[::-1]
    seen, after = [], None
    while True:
        page = await world.results.listed(Wanted(before=after), None)
        seen += [it.sat.exam for it in page.results]
        after = page.after
        if after is None:
            break
        assert len(page.results) == 2
    assert seen == newest
    passed = await world.results.listed(Wanted(), State.PASSED)
    assert [it.sat.exam for it in passed.results] == [exams[3], exams[1]]
    middle = Wanted(
        since=world.clock.now() - timedelta(hours=3),
        till=world.clock.now() - timedelta(hours=1),
    )
    found = await world.results.listed(middle, None)
    assert [it.sat.exam for it in found.results] == [exams[2], exams[1]]
    assert (await world.results.listed(Wanted(module="M2"), None)).results == []
    srn = (await world.result(exams[0])).sat.srn
    [one] = (await world.results.listed(Wanted(srn=srn), None)).results
    assert one.sat.exam == exams[0]


async def test_extra_time_is_granted_changed_and_ended_with_a_trail(world):
    student, admin = await world.student(), await world.admin()
    service = Accommodations(world.house)
    with pytest.raises(BadExtra):
        await service.grant(admin, student, 0, WHY)
    with pytest.raises(SayWhy):
        await service.grant(admin, student, 25, "x")
    with pytest.raises(OnlyStudentsSit):
        await service.grant(admin, admin.account, 25, WHY)
    await service.grant(admin, student, 25, WHY)
    await service.grant(admin, student, 50, WHY)
    _, granted = await service.of(student)
    assert (granted.extra_percent, granted.reason) == (50, WHY)
    await service.end(admin, student)
    with pytest.raises(NoneGranted):
        await service.end(admin, student)
    assert await world.trail() == [
        "accommodation.granted",
        "accommodation.granted",
        "accommodation.ended",
    ]
    details = await world.value("SELECT details::text FROM audit_event WHERE seq = 1")
    assert "alarm" not in details  # why is nobody's business but the admins'
