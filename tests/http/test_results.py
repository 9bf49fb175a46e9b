"""A student's results over HTTP: held, told, by part, and what comes next."""

import re

import pytest

from app.adapters.clock import AnchoredClock
from app.exams.service.graders import open_graders
from app.proctoring.service.undecided import undecided_of
from tests.http.test_staff import account_of
from tests.http.test_ways_in import other
from tests.stores.result_world import (
    RIGHT,
    WRONG,
    ExamWorld,
    add_bank,
    add_blueprint,
    run,
    sit,
)

__all__ = ["other"]


@pytest.fixture
async def world(database, gatehouse, accounts, app_server):
    """Asha may sit the test of CEL: four questions of two parts. Letters go out."""
    world = ExamWorld(database, AnchoredClock())
    graders = open_graders(gatehouse, world.signer, world.policy, undecided_of)
    world.results, world.grading = graders.results, graders.grading
    world.certificates, world.annulling = graders.certificates, graders.annulling
    await add_blueprint(database, "CEL")
    world.paper = await add_bank(database, 4, "CEL")
    world.asha = await account_of(database, "ASHA001")
    return world


async def go(world, *answers, srn: str = "ASHA001", ended: bool = True, told=True):
    """One go that ended an hour ago; told and certified."""
    account = await account_of(world.db, srn)
    now = world.clock.now()
    exam = await sit(
        world.db,
        account,
        world.paper,
        list(answers),
        ended_at=now,
        module="CEL",
        ended=ended,
    )
    if not ended:
        return exam
    async with world.db.transaction() as tx:
        await world.grading.grade(tx, exam, now)
    if told:
        await age(world, exam)
        await world.results.issue_due()
    return exam


async def age(world, exam) -> None:
    """As if it had ended an hour ago."""
    await run(
        world.db,
        "UPDATE exam SET ended_at = ended_at - interval '1 hour' WHERE exam_id = $1",
        exam,
    )


async def open_incident(world, exam) -> str:
    """In the sitting of this exam."""
    async with world.db.transaction() as tx:
        return str(
            await tx.fetchval(
                """WITH s AS (INSERT INTO sitting (sitting_id, account_id, module_code,
                       state, reason, epoch, opened_at, ended_at, kind, exam_id)
                   SELECT gen_random_uuid(), account_id, module_code, 'ended',
                       'finished', 1, started_at, ended_at, 'exam', exam_id
                   FROM exam WHERE exam_id = $1 RETURNING *)
                   INSERT INTO incident (incident_id, sitting_id, account_id, kind,
                       raised_at, last_at)
                   SELECT gen_random_uuid(), sitting_id, account_id, 'mismatch',
                       opened_at, opened_at FROM s RETURNING incident_id""",
                exam,
            )
        )


async def text_of(site, path: str) -> str:
    answer = await site.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def test_a_pass_shows_score_parts_pass_mark_and_the_certificate(site, world):
    exam = await go(world, RIGHT, WRONG, RIGHT)
    await site.log_in("ASHA001")
    page = await text_of(site, f"/results/{exam}")
    assert ">Passed</h2>" in page
    assert "50.0 %" in page
    assert "2 of 4 right; 50 % are needed" in page
    assert re.findall(r"<td>(\d of \d)</td>", page) == ["0 of 2", "2 of 2"]
    assert "C-000001" in page
    assert f"/results/{exam}/certificate.pdf" in page
    assert "style=" not in page


async def test_the_dashboard_offers_no_booking_while_a_result_waits_or_was_passed(
    site, world
):
    await site.log_in("ASHA001")
    settled = 'data-mine="CEL"[^>]* data-settled="yes"'
    await go(world, RIGHT)
    assert not re.search(settled, await text_of(site, "/"))
    held = await go(world, RIGHT, told=False)
    await open_incident(world, held)
    assert re.search(settled, await text_of(site, "/"))
    await run(world.db, "UPDATE incident SET state = 'decided', choice = 'dismiss'")
    assert not re.search(settled, await text_of(site, "/"))
    await go(world, RIGHT, RIGHT, RIGHT)
    page = await text_of(site, "/")
    assert re.search(settled, page)
    assert "Test passed" in page


async def test_no_question_and_no_answer_is_shown_after_the_end(site, world):
    exam = await go(world, RIGHT, WRONG)
    await site.log_in("ASHA001")
    page = await text_of(site, f"/results/{exam}")
    assert "What is q" not in page
    assert "yes" not in page


async def test_a_failure_says_how_to_go_on_and_for_how_long_to_wait(site, world):
    exam = await go(world, RIGHT)
    await site.log_in("ASHA001")
    page = await text_of(site, f"/results/{exam}")
    assert "Not passed yet" in page
    assert 'href="/tests/book/CEL"' in page
    await add_blueprint(world.db, "CEL", version=2, cooling_s=864_000)
    page = await text_of(site, f"/results/{exam}")
    assert 'href="/tests/book/CEL"' not in page
    assert "again from <local-time" in page
    assert 'href="/tests/book/CEL"' not in await text_of(site, "/")
    book = await text_of(site, "/tests/book/CEL")
    assert "Between two goes at this test some time has to pass" in book


async def test_nothing_is_told_before_the_end_or_while_it_is_held(site, world):
    running = await go(world, RIGHT, ended=False)
    await site.log_in("ASHA001")
    page = await text_of(site, f"/results/{running}")
    assert "There is no result yet" in page
    await run(
        world.db,
        """UPDATE exam SET state = 'ended', ended_at = now(), ended_why = 'deadline'""",
    )
    exam = await go(world, RIGHT, RIGHT, RIGHT, told=False)
    await open_incident(world, exam)
    await age(world, exam)
    await world.results.issue_due()
    page = await text_of(site, f"/results/{exam}")
    assert "held for now" in page
    for secret in ("75 %", "75.0", "3 of 4", "Passed</h2>", "C-0000"):
        assert secret not in page
    assert (await site.get(f"/results/{exam}/certificate.pdf")).status == 404
    [letter, *_] = await site.letters("asha001@example.org")
    assert letter["kind"] == "result_held"
    await run(world.db, "UPDATE incident SET state = 'decided', choice = 'dismiss'")
    await world.results.issue_due()
    assert ">Passed</h2>" in await text_of(site, f"/results/{exam}")
    [letter, *_] = await site.letters("asha001@example.org")
    assert letter["kind"] == "result_released"


async def test_a_picture_that_waits_for_a_person_holds_too(site, world):
    exam = await go(world, RIGHT, RIGHT, told=False)
    await open_incident(world, exam)
    await run(world.db, "UPDATE incident SET state = 'decided', choice = 'dismiss'")
    await site.log_in("ASHA001")
    assert ">Passed</h2>" in await text_of(site, f"/results/{exam}")
    await run(
        world.db,
        """INSERT INTO look (look_id, sitting_id, why, due_at, attempts, asked_at,
               held_at) SELECT gen_random_uuid(), sitting_id, 'interval', now(), 1,
               now(), now() FROM sitting WHERE exam_id = $1""",
        exam,
    )
    page = await text_of(site, f"/results/{exam}")
    assert "wait for a person to compare them" in page
    assert ">Passed</h2>" not in page
    await site.log_in("ADMIN1")
    assert "pictures wait</span>" in await text_of(site, "/staff/results")


async def test_all_goes_are_listed_by_module_and_the_newest_on_the_dashboard(
    site, world
):
    await site.log_in("ASHA001")
    assert "You have not sat a test yet" in await text_of(site, "/results")
    assert "there is no result yet" in await text_of(site, "/")
    first, second = await go(world, WRONG), await go(world, RIGHT, RIGHT, RIGHT)
    page = await text_of(site, "/results")
    assert page.count('data-testid="go"') == 2
    assert page.index(str(second)) < page.index(str(first))
    assert "75.0 %" in page
    dashboard = await text_of(site, "/")
    assert f"/results/{second}" in dashboard
    assert "there is no result yet" not in dashboard
    page = await text_of(site, f"/results/{first}")
    assert "You have passed this module in another go" in page


async def test_somebody_else_s_result_is_not_there(site, other, world):
    exam = await go(world, RIGHT, RIGHT)
    await other.log_in("BEN002")
    for path in (f"/results/{exam}", f"/results/{exam}/certificate.pdf", "/results/x"):
        assert (await other.get(path)).status == 404
    assert str(exam) not in await text_of(other, "/results")
    await site.log_in("ASHA001")
    assert (await site.get(f"/results/{exam}")).status == 200


async def test_a_pass_that_was_kept_and_an_empty_paper_are_explained(site, world):
    exam = await go(world, RIGHT, RIGHT)
    failed = await go(world, WRONG)
    admin = await world.admin()
    await world.regrade(admin, world.paper[0], 1, "Two options are right.")
    await site.log_in("ASHA001")
    assert "You keep your pass" in await text_of(site, f"/results/{exam}")
    assert "graded anew without them" in await text_of(site, f"/results/{failed}")
    for it in world.paper[1:]:
        await world.regrade(admin, it, 1, "Two options are right.")
    assert "This test does not count" in await text_of(site, f"/results/{failed}")
    assert "You keep your pass" in await text_of(site, f"/results/{exam}")
