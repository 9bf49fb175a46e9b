"""A question is withdrawn: who had it is graded anew, once, and nobody loses a pass."""

import asyncio
import random
from uuid import uuid4

import pytest

from app.exams.domain.grading import reaches
from app.exams.domain.policy import ExamsPolicy
from app.exams.domain.results import SayWhy, State
from app.exams.service.grading import Grading, NoSuchQuestion
from app.kernel.ids import QuestionId
from tests.stores.result_world import RIGHT, WRONG, build_exam_world
from tests.stores.test_results import opened

WHY = "Two of the options are right."


@pytest.fixture
async def world(database):
    return await build_exam_world(database)


async def count(world, why: str) -> int:
    return await world.value("SELECT count(*) FROM exam_grade WHERE why = $1", why)


async def test_a_failure_becomes_a_pass_with_a_letter_and_a_certificate(world):
    # Of four, the second and third are wrong; without the second, two of three.
    exam = await world.sat(RIGHT, WRONG, WRONG, WRONG)
    other = await world.sat(RIGHT, RIGHT, RIGHT, RIGHT)
    await world.settle()
    admin = await world.admin()
    third = await world.sat(RIGHT, WRONG, WRONG, RIGHT)
    done = await world.regrade(admin, world.paper[1], 1, WHY)
    assert (done.exams, done.changed) == (3, 0)
    done = await world.regrade(admin, world.paper[2], 1, WHY)
    assert (done.exams, done.changed) == (3, 1)
    assert (await world.result(exam)).state is State.PASSED
    assert (await world.result(exam)).grade.of_points == 2
    assert (await world.result(exam)).sat.certificate.name == "C-000002"
    assert (await world.result(other)).grade.percent == 100
    assert world.letters() == ["result_there"] * 2 + ["result_regraded"]
    assert "You passed" in world.box.letters[-1].text
    assert (await world.result(third)).sat.gradings == 3
    assert await world.trail() == [
        "question.withdrawn",
        "question.regraded",
        "question.withdrawn",
        "result.regraded",
        "question.regraded",
    ]


async def test_the_same_again_changes_nothing(world):
    exam, admin = await world.sat(RIGHT), await world.admin()
    await world.regrade(admin, world.paper[0], 1, WHY)
    again = await world.regrade(admin, world.paper[0], 1, "Another reason.")
    assert again.exams == 0
    assert await count(world, "withdrawn") == 1
    assert (await world.result(exam)).grade.points == 0
    [version] = await world.grading.versions("M1", world.paper[0])
    assert version.withdrawn_why == WHY
    assert (await world.trail()).count("question.withdrawn") == 1


async def test_what_was_cut_off_goes_on_where_it_was(world):
    exams = [await world.sat(RIGHT, WRONG) for _ in range(7)]
    admin = await world.admin()
    assert await world.grading.withdraw(admin, world.paper[1], 1, WHY) == 7
    some = Grading(world.telling, batch=2)
    assert (await some.regrade_version(world.paper[1], 1, 2)).exams == 2
    assert await count(world, "withdrawn") == 2
    assert await world.grading.regrade_due() == 5
    assert await world.grading.regrade_due() == 0
    assert await count(world, "withdrawn") == 7
    for exam in exams:
        assert (await world.result(exam)).grade.of_points == 3


async def test_two_at_once_grade_each_exam_once(world):
    for _ in range(6):
        await world.sat(RIGHT, WRONG)
    await world.grading.withdraw(await world.admin(), world.paper[0], 1, WHY)
    done = await asyncio.gather(*(world.grading.regrade_due() for _ in range(3)))
    assert max(done) == 6
    assert await count(world, "withdrawn") == 6


async def test_a_pass_is_kept_and_so_is_its_certificate(world):
    exam, admin = await world.sat(RIGHT, RIGHT, WRONG, WRONG), await world.admin()
    await world.settle()
    done = await world.regrade(admin, world.paper[0], 1, WHY)
    assert (done.exams, done.changed) == (1, 0)
    result = await world.result(exam)
    assert (result.state, result.grade.points) == (State.PASSED, 1)
    assert result.is_kept
    assert result.sat.certificate.revoked_at is None
    assert world.letters() == ["result_there"]
    await world.regrade(admin, world.paper[1], 1, WHY)
    result = await world.result(exam)
    assert (result.state, result.grade.points, result.is_kept) == (
        State.PASSED,
        0,
        True,
    )


async def test_where_policy_says_so_a_pass_may_go_but_no_certificate_with_it(database):
    world = await build_exam_world(database, policy=ExamsPolicy(regrade_may_fail=True))
    exam, admin = await world.sat(RIGHT, RIGHT, WRONG, WRONG), await world.admin()
    await world.settle()
    done = await world.regrade(admin, world.paper[0], 1, WHY)
    assert done.changed == 1
    result = await world.result(exam)
    assert result.state is State.FAILED
    assert result.sat.certificate.revoked_at is None
    assert world.letters() == ["result_there", "result_regraded"]
    assert "have not passed yet" in " ".join(world.box.letters[-1].text.split())


async def test_a_held_result_is_graded_anew_in_silence(world):
    exam, admin = await world.sat(RIGHT, WRONG, WRONG, WRONG), await world.admin()
    await world.settle()
    world.undecided = opened(exam)
    for it in world.paper[1:3]:
        await world.regrade(admin, it, 1, WHY)
    assert world.letters() == ["result_there"]
    assert (await world.result(exam)).state is State.HELD
    world.undecided = {}
    await world.settle()
    assert world.letters() == ["result_there", "result_released"]
    assert (await world.result(exam)).sat.certificate


async def test_a_paper_of_which_nothing_is_left_is_neither_passed_nor_failed(world):
    exam, admin = await world.sat(WRONG), await world.admin()
    for it in world.paper:
        await world.regrade(admin, it, 1, WHY)
    result = await world.result(exam)
    assert result.is_empty
    assert result.grade.of_points == 0


async def test_an_exam_that_ends_after_the_withdrawal_is_graded_without_it(world):
    admin = await world.admin()
    await world.regrade(admin, world.paper[0], 1, WHY)
    exam = await world.sat(RIGHT, RIGHT)
    assert (await world.result(exam)).grade.of_points == 3
    assert await count(world, "withdrawn") == 0
    assert await world.grading.regrade_due() == 0


async def test_an_exam_that_ends_just_then_is_in_nobody_s_blind_spot(world):
    """Whichever of the two comes first waits for neither for ever, and none counts a
    question that is withdrawn."""
    admin = await world.admin()
    exams = [await world.sat(RIGHT, graded=False) for _ in range(8)]

    async def end(exam):
        async with world.db.transaction() as tx:
            await world.grading.grade(tx, exam, world.clock.now())

    await asyncio.gather(
        *(end(exam) for exam in exams[:4]),
        world.regrade(admin, world.paper[0], 1, WHY),
        *(end(exam) for exam in exams[4:]),
    )
    for exam in exams:
        assert (await world.result(exam)).grade.of_points == 3


async def test_a_question_that_is_not_there_or_no_reason_is_refused(world):
    admin = await world.admin()
    with pytest.raises(NoSuchQuestion):
        await world.grading.withdraw(admin, QuestionId(uuid4()), 1, WHY)
    with pytest.raises(NoSuchQuestion):
        await world.grading.withdraw(admin, world.paper[0], 2, WHY)
    with pytest.raises(SayWhy):
        await world.grading.withdraw(admin, world.paper[0], 1, "wrong")
    with pytest.raises(NoSuchQuestion):
        await world.grading.versions("M2", world.paper[0])


async def test_after_any_withdrawals_every_grade_is_what_is_told_anew(database):
    """Many exams, questions withdrawn in any order: as if they had never counted."""
    chance = random.Random(27)
    world = await build_exam_world(database, questions=6)
    admin = await world.admin()
    exams = {}
    for _ in range(12):
        answers = [chance.choice([RIGHT, WRONG, None]) for _ in range(6)]
        exams[await world.sat(*answers)] = answers
    passed = {exam: (await world.result(exam)).grade.passed for exam in exams}
    gone = set()
    for n in chance.sample(range(6), 4):
        await world.regrade(admin, world.paper[n], 1, WHY)
        gone.add(n)
        for exam, answers in exams.items():
            left = [it == RIGHT for at, it in enumerate(answers) if at not in gone]
            grade = (await world.result(exam)).grade
            assert (grade.points, grade.of_points) == (sum(left), len(left))
            passed[exam] |= reaches(sum(left), len(left), 50)
            assert grade.passed is passed[exam]
