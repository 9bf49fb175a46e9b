"""Results for admins over HTTP: list, CSV, holds, withdrawing, extra time."""

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.http.test_results import (
    RIGHT,
    WRONG,
    go,
    open_incident,
    other,
    text_of,
    world,
)
from tests.http.test_staff import account_of, trail
from tests.http.test_ways_in import location
from tests.stores.result_world import run

__all__ = ["other", "world"]
WHY = "The fire alarm went off."


async def rows_of(site, query: str = "") -> list[dict[str, str]]:
    answer = await site.get(f"/staff/results.csv{query}")
    assert answer.status == 200
    assert answer.content_type == "text/csv"
    return list(csv.DictReader(io.StringIO(await answer.text())))


async def test_the_list_filters_and_names_what_is_held(site, world):
    exam, failed = await go(world, RIGHT, RIGHT), await go(world, WRONG, srn="BEN002")
    held = await go(world, RIGHT, told=False)
    await open_incident(world, held)
    await site.log_in("ADMIN1")
    page = await text_of(site, "/staff/results")
    assert page.count('data-testid="result"') == 3
    assert "incident</span>" in page
    for state, one in (("passed", exam), ("failed", failed), ("held", held)):
        page = await text_of(site, f"/staff/results?state={state}")
        assert re.findall(r'"/staff/results/([\w-]{36})"', page) == [str(one)]
    page = await text_of(site, "/staff/results?srn=ben002&module=CEL")
    assert re.findall(r'"/staff/results/([\w-]{36})"', page) == [str(failed)]
    today = f"{world.clock.now():%Y-%m-%d}"
    page = await text_of(site, f"/staff/results?till={today}&module=SCPM")
    assert "No test is found" in page


@pytest.mark.parametrize(
    "query",
    [
        *("since=2026-02-30", "till=x", "state=perfect", "after=1"),
        *("since=9999-12-31&till=9999-12-31", "since=0001-01-01"),
    ],
)
async def test_a_filter_without_sense_is_refused_in_words(site, query):
    await site.log_in("ADMIN1")
    answer = await site.get(f"/staff/results?{query}")
    assert answer.status == 400
    assert "Give days as 2026-11-28" in await answer.text()


async def test_the_csv_is_exact_and_no_name_is_a_formula(site, world):
    exam = await go(world, RIGHT, RIGHT)
    await go(world, WRONG, srn="BEN002")
    await run(
        world.db, "UPDATE account SET name = '=HYPERLINK(1)' WHERE srn = 'BEN002'"
    )
    await world.regrade(await world.admin(), world.paper[3], 1, WHY)
    await site.log_in("ADMIN1")
    ben, asha = await rows_of(site)
    assert ben["name"] == "'=HYPERLINK(1)"
    assert (asha["exam"], asha["state"]) == (str(exam), "passed")
    assert (asha["points"], asha["of_points"], asha["passed"]) == ("2", "3", "yes")
    assert asha["percent"] == "66.6666666666"
    assert (asha["certificate"], asha["gradings"]) == ("C-000001", "2")
    assert asha["ended_at"].endswith("Z")
    assert [it["srn"] for it in await rows_of(site, "?state=failed")] == ["BEN002"]


async def test_a_result_is_held_and_released_by_an_admin(site, other, world, database):
    exam = await go(world, RIGHT, RIGHT)
    path = f"/staff/results/{exam}"
    await site.log_in("ADMIN1")
    refused = await site.send(f"{path}/hold", reason="no")
    assert refused.status == 400
    assert "10 to 500 characters" in await refused.text()
    assert location(await site.send(f"{path}/hold", reason=WHY)) == f"{path}?said=done"
    assert "Held since" in await text_of(site, path)
    assert (await site.send(f"{path}/hold", reason=WHY)).status == 409
    await other.log_in("ASHA001")
    student = await text_of(other, f"/results/{exam}")
    assert "held for now" in student
    assert WHY in student
    assert (await other.get(f"/results/{exam}/certificate.pdf")).status == 404
    await site.send(f"{path}/release", reason="It was a false alarm.")
    assert (await site.send(f"{path}/release", reason=WHY)).status == 409
    assert ">Passed</h2>" in await text_of(other, f"/results/{exam}")
    assert (await other.get(f"/results/{exam}/certificate.pdf")).status == 200
    acts = await trail(database)
    assert [it for it in acts if it.startswith("result.")] == [
        "result.held",
        "result.released",
    ]


async def test_one_result_shows_events_incidents_and_gradings(site, world):
    exam = await go(world, RIGHT, RIGHT, WRONG)
    incident = await open_incident(world, exam)
    for number, kind in enumerate(("hidden", "visible", "hidden"), start=1):
        await run(
            world.db,
            "INSERT INTO exam_event VALUES ($1, $2, $3, now())",
            exam,
            number,
            kind,
        )
    await world.regrade(await world.admin(), world.paper[2], 1, WHY)
    await site.log_in("ADMIN1")
    page = await text_of(site, f"/staff/results/{exam}")
    assert f"/incidents/{incident}" in page
    assert "Another window in front 2 times" in page
    assert page.count('data-testid="event"') == 3
    assert page.count('data-testid="grading"') == 2
    assert WHY in page
    assert (await site.get(f"/staff/results/{uuid4()}")).status == 404
    assert (await site.get(f"/staff/results/{exam}/certificate.pdf")).status == 200


async def test_all_that_a_browser_told_is_read_page_by_page(site, world):
    exam = await go(world, RIGHT, RIGHT)
    await run(
        world.db,
        """INSERT INTO exam_event SELECT $1, n, 'copied',
               timestamptz '2026-11-02' + n * interval '1 second'
           FROM generate_series(1, 120) AS n""",
        exam,
    )
    await site.log_in("ADMIN1")
    path = f"/staff/results/{exam}"
    for asked, count, page_number in (
        *(("", 50, 1), ("?events=2", 50, 2), ("?events=3", 20, 3)),
        *(("?events=99", 20, 3), ("?events=-1", 50, 1), ("?events=0", 50, 1)),
        *(("?events=x", 50, 1), ("?events=%C2%B2", 50, 1)),
    ):
        page = await text_of(site, path + asked)
        assert page.count('data-testid="event"') == count, asked
        assert f"Page {page_number} of 3" in page
        assert "Copied 120 times" in page


async def test_holding_needs_a_fresh_proof(site, world, database):
    exam = await go(world, RIGHT, RIGHT)
    await site.log_in("ADMIN1")
    long_ago = world.clock.now() - timedelta(days=1)
    await run(database, "UPDATE login SET proved_at = $1", long_ago)
    answer = await site.send(f"/staff/results/{exam}/hold", reason=WHY)
    assert location(answer).startswith("/prove")
    assert "result.held" not in await trail(database)


async def test_withdrawing_shows_what_it_changes_and_asks_again(site, world, database):
    exams = [await go(world, RIGHT, WRONG), await go(world, RIGHT, RIGHT)]
    path = f"/staff/bank/CEL/{world.paper[1]}/withdraw"
    await site.log_in("ADMIN1")
    page = await text_of(site, path)
    assert "2 ended tests had it" in page
    assert (await site.send(path, version="1", reason="no")).status == 400
    assert (await site.send(path, version="9", reason=WHY)).status == 404
    asked = await site.send(path, version="1", reason=WHY)
    page = await asked.text()
    assert asked.status == 200
    assert "<strong>2</strong> tests that have ended" in page
    assert "Nobody loses a pass" in page
    assert "question.withdrawn" not in await trail(database)
    done = await site.send(path, version="1", reason=WHY, confirmed="true")
    assert location(done) == f"{path}?said=done"
    assert "question.withdrawn" in await trail(database)
    for exam in exams:
        page = await text_of(site, f"/staff/results/{exam}")
        assert page.count('data-testid="grading"') == 2
    assert "Every version of this question is withdrawn" in await text_of(site, path)
    wrong = f"/staff/bank/SCPM/{world.paper[1]}/withdraw"
    for nowhere in (wrong, "/staff/bank/CEL/x/withdraw"):
        assert (await site.get(nowhere)).status == 404


async def test_extra_time_is_an_admin_s_and_has_a_reason(site, other, world, database):
    asha = await account_of(database, "ASHA001")
    path = f"/staff/people/{asha}/accommodation"
    await other.log_in("HELP1")
    assert (await other.get(path)).status == 403
    await site.log_in("ADMIN1")
    assert path in await text_of(site, f"/staff/people/{asha}")
    assert "No extra time is granted" in await text_of(site, path)
    assert (await site.send(path, extra_percent="500", reason=WHY)).status == 400
    done = await site.send(path, extra_percent="25", reason="A letter of a doctor.")
    assert location(done) == f"{path}?said=done"
    assert "25 % more time" in await text_of(site, path)
    await site.send(f"{path}/end")
    assert (await site.send(f"{path}/end")).status == 409
    acts = await trail(database)
    assert acts[-2:] == ["accommodation.granted", "accommodation.ended"]
    admin = await account_of(database, "ADMIN1")
    nobody = await site.get(f"/staff/people/{admin}/accommodation")
    assert nobody.status == 403
