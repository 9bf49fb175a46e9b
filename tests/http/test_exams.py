"""Sitting a test over HTTP, from the seat to the end; and what never gets out."""

import asyncio
import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.adapters.files import Files
from app.adapters.media_nodes import MediaNodes
from app.exams.domain.policy import AdmitCards
from app.exams.views.sitting import EXAMS
from app.portals.views import PORTALS
from tests.booking_town import Town
from tests.http.conftest import beat
from tests.http.exam_hall import MODULE, ExamHall, let_in, put_seat
from tests.http.test_live import connect, hear, say
from tests.http.test_staff import account_of
from tests.stores.exam_world import CANARY, questions

RIGHT_NUMBERS = [str(it.spans[0].low) for it in questions() if it.spans]
TELLTALE = re.compile(
    rf"{CANARY}-tag|{CANARY} says|read again|is_right|feedback|spans|part_tag|seed\W"
    rf"|{'|'.join(map(re.escape, RIGHT_NUMBERS))}",
    re.IGNORECASE,
)
KEY = "k" * 12


@pytest.fixture
async def hall(database, gatehouse, redis_url, accounts):
    hall = ExamHall(database, gatehouse, redis_url)
    await hall.prepare()
    yield hall
    await hall.close()


@pytest.fixture
async def seat(site, database, hall):
    """Asha's, and she is logged in."""
    await site.log_in("ASHA001")
    return await put_seat(database, UUID(await account_of(database, "ASHA001")))


async def opened(site, seat, **by):
    answer = await site.post("/api/exams", {"seat": str(seat), **by})
    return answer.status, await answer.json()


async def begun(site, hall, seat):
    """Opened, with video, and the first look passed."""
    status, body = await opened(site, seat)
    assert status == 200, body
    stream = body["stream"]
    async with await connect(site) as socket:
        told = {name: stream[name] for name in ("sitting", "epoch")}
        await say(socket, type="streaming", **told)
        await say(socket, type="subscribe", topics=["exam:me"])
        assert (await hear(socket))["state"]["state"] == "ready"
    await hall.look()
    return body["exam"]["exam"], body["exam"]["epoch"]


async def paper(site, exam):
    answer = await site.get(f"/api/exams/{exam}", accept="application/json")
    assert answer.status == 200
    return await answer.json()


async def write(site, exam, what, **body):
    answer = await site.post(f"/api/exams/{exam}/{what}", body)
    return answer.status, await answer.json() if answer.status != 204 else None


async def save(site, exam, epoch, *answers):
    named = [
        {"place": place, "turn": turn, "answer": answer}
        for place, turn, answer in answers
    ]
    return await write(site, exam, "answers", epoch=epoch, answers=named)


async def test_the_whole_way_from_the_seat_to_the_end(site, hall, seat):
    exam, epoch = await begun(site, hall, seat)
    shown = await paper(site, exam)
    assert (shown["state"], shown["epoch"]) == ("running", 1)
    assert [it["place"] for it in shown["questions"]] == [1, 2, 3, 4, 5, 6]
    given = []
    for it in shown["questions"]:
        answer = {"single": 1, "multiple": [0, 2], "numeric": "1,5"}[it["kind"]]
        given.append((it["place"], 1, answer))
    status, told = await save(site, exam, epoch, *given)
    assert status == 200
    assert [it["place"] for it in told["saved"]] == [1, 2, 3, 4, 5, 6]
    assert told["refused"] == []
    assert told["deadline_at"] == shown["deadline_at"]
    status, _ = await write(site, exam, "flag", epoch=epoch, place=3, flagged=True)
    assert status == 204
    again = await paper(site, exam)
    assert [it["turn"] for it in again["questions"]] == [1] * 6
    assert [it["place"] for it in again["questions"] if it["flagged"]] == [3]
    for it in again["questions"]:
        wanted = {"single": 1, "multiple": [0, 2], "numeric": "1.5"}[it["kind"]]
        assert it["answer"] == wanted
    for _ in range(2):
        status, over = await write(site, exam, "hand-in", epoch=epoch, key=KEY)
        assert (status, over["ended_why"]) == (200, "handed_in")
    async with hall.database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM exam_grade") == 1
    status, problem = await save(site, exam, epoch, (1, 2, None))
    assert (status, problem["code"]) == (409, "exam_over")
    status, told = await save(site, exam, epoch, given[0])
    assert status == 200  # acknowledged before: that is said again
    assert (await paper(site, exam))["questions"] == []


async def test_no_byte_before_the_end_says_what_is_right(site, hall, seat):
    """Every address a student can ask, every answer to a write, and the socket."""
    found = []

    async def hold(answer):
        found.append(str(answer.headers) + (await answer.read()).decode())
        return answer

    exam, epoch = await begun(site, hall, seat)
    for path in (
        f"/exam/{exam}",
        f"/exam?seat={seat}",
        f"/api/exams/{exam}",
        "/",
        f"/study/{MODULE}",
        "/account/consent",
        "/hours",
        "/account/incidents",
    ):
        for accept in ("text/html", "application/json"):
            await hold(await site.get(path, accept=accept))
    await hold(await site.post("/api/exams", {"seat": str(seat)}))
    epoch += 1
    shown = await paper(site, exam)
    for it in shown["questions"]:
        options = [None, 0, 1, 2, 3, [0], [0, 1, 2, 3], "1,5", "x", 99, {"a": 1}]
        for turn, answer in enumerate(options, start=1):
            body = {"place": it["place"], "turn": turn, "answer": answer}
            path = f"/api/exams/{exam}/answers"
            await hold(await site.post(path, {"epoch": epoch, "answers": [body]}))
    for what, body in (
        ("flag", {"place": 1, "flagged": True}),
        ("flag", {"place": 99, "flagged": True}),
        ("events", {"events": [{"number": 1, "kind": "copied"}]}),
        ("hand-in", {"key": "short"}),
        ("answers", {"answers": []}),
    ):
        await hold(
            await site.post(f"/api/exams/{exam}/{what}", {"epoch": epoch, **body})
        )
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["exam:me", "student:me"])
        for _ in range(2):
            found.append(json.dumps(await hear(socket)))
    assert len(found) > 80
    text = "\n".join(found)
    assert "basics option" in text  # the control: it is the paper that is searched
    assert TELLTALE.findall(text) == []
    assert TELLTALE.search(json.dumps(questions()[0].feedback))


async def test_a_picture_is_shown_to_who_has_its_question_while_it_is_sat(
    site, hall, seat, content_folder
):
    exam, epoch = await begun(site, hall, seat)
    picture = b"a picture of a curve"
    sha256 = hashlib.sha256(picture).digest()
    path = Files(content_folder).path_of(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    for name in ("curve.png", "other.png"):
        await hall.run(
            "INSERT INTO question_file VALUES ($1, $2, $3, 'image/png', 20)",
            MODULE,
            name,
            sha256,
        )
    await hall.run(
        """INSERT INTO question_version (question_id, version, kind, body, made_at)
           SELECT question_id, 2, kind,
               jsonb_set(body, '{text}', '"See ![it](files/curve.png)"'), now()
           FROM question_version"""
    )
    await hall.run("UPDATE exam_question SET version = 2 WHERE position = 1")

    async def asked(name):
        return await site.get(f"/api/exams/{exam}/files/{name}")

    assert await (await asked("curve.png")).read() == picture
    assert (await asked("other.png")).status == 404
    assert (await asked("x")).status == 404
    await hall.run("UPDATE exam SET state = 'paused', paused_at = now()")
    assert (await asked("curve.png")).status == 404  # no time to think
    await hall.run("UPDATE exam SET state = 'running', paused_at = NULL")
    await write(site, exam, "hand-in", epoch=epoch, key=KEY)
    assert (await asked("curve.png")).status == 404


async def test_names_of_questions_are_their_authors_alone(site, hall, seat):
    exam, _ = await begun(site, hall, seat)
    for it in (await paper(site, exam))["questions"]:
        assert set(it) == {
            *("place", "kind", "text", "options", "answer", "turn", "flagged")
        }


async def test_before_the_first_look_nobody_sees_a_question(site, hall, seat):
    _, body = await opened(site, seat)
    exam = body["exam"]["exam"]
    shown = await paper(site, exam)
    assert (shown["state"], shown["questions"]) == ("ready", [])
    status, problem = await save(site, exam, 1, (1, 1, None))
    assert (status, problem["code"]) == (409, "exam_not_begun")


async def test_what_is_wrong_is_refused_by_itself_and_the_rest_is_saved(
    site, hall, seat
):
    exam, epoch = await begun(site, hall, seat)
    kinds = {it["kind"]: it["place"] for it in (await paper(site, exam))["questions"]}
    single, numeric = kinds["single"], kinds["numeric"]
    status, told = await save(
        site,
        exam,
        epoch,
        (single, 5, 0),
        (single, 5, 1),
        (99, 1, 0),
        (numeric, 1, "one"),
        (kinds["multiple"], 1, [9]),
    )
    assert status == 200
    assert [(it["place"], it["turn"]) for it in told["saved"]] == [(single, 5)]
    assert [it["code"] for it in told["refused"]] == [
        "stale_answer",
        "unknown_place",
        "not_a_number",
        "unknown_option",
    ]
    _, told = await save(site, exam, epoch, (single, 4, 1))
    assert (told["refused"][0]["code"], told["refused"][0]["newest"]) == (
        "stale_answer",
        5,
    )
    _, told = await save(site, exam, epoch, (single, 5, 0))
    assert told["refused"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"epoch": 1, "answers": []},
        {"epoch": 1, "answers": [{"place": 0, "turn": 1}]},
        {"epoch": 1, "answers": [{"place": 1, "turn": 0}]},
        {"epoch": 1, "answers": [{"place": 1, "turn": 2**60}]},
        {"epoch": 2**40, "answers": [{"place": 1, "turn": 1}]},
        {"epoch": 1, "answers": [{"place": 1, "turn": 1}] * 51},
        {"epoch": 1, "answers": [{"place": 1, "turn": 1}], "more": 1},
    ],
)
async def test_what_cannot_be_read_is_refused_as_a_whole(site, hall, seat, body):
    exam, _ = await begun(site, hall, seat)
    answer = await site.post(f"/api/exams/{exam}/answers", body)
    assert answer.status == 400


async def test_another_device_goes_on_where_it_was_and_the_first_is_told(
    site, hall, seat
):
    exam, epoch = await begun(site, hall, seat)
    await save(site, exam, epoch, (1, 1, None))
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["exam:me"])
        assert (await hear(socket))["state"]["epoch"] == 1
        _, body = await opened(site, seat)
        assert body["exam"]["exam"] == exam
        assert (await hear(socket))["state"]["epoch"] == 2
    status, problem = await save(site, exam, epoch, (1, 2, None))
    assert (status, problem["code"]) == (409, "opened_elsewhere")
    status, _ = await write(site, exam, "flag", epoch=epoch, place=1, flagged=True)
    assert status == 409
    status, _ = await save(site, exam, epoch + 1, (1, 2, None))
    assert status == 200


async def test_a_page_that_never_heard_of_its_own_opening_is_told_that_it_was_its_own(
    site, hall, seat
):
    exam, epoch = await begun(site, hall, seat)
    here, there = (
        {"page": str(uuid4()), "device": str(uuid4())} for _ in ("here", "there")
    )
    reloaded = {**here, "page": str(uuid4())}

    async def told():
        shown = await paper(site, exam)
        async with await connect(site) as socket:
            await say(socket, type="subscribe", topics=["exam:me"])
            live = (await hear(socket))["state"]
        names = ("epoch", "opened_by", "opened_since")
        assert [live[it] for it in names] == [shown[it] for it in names]
        assert there["device"] not in str(live) + str(shown)
        return tuple(shown[it] for it in names)

    assert await told() == (1, None, 1)
    _, body = await opened(site, seat, **here)
    assert body["exam"]["opened_by"] == here["page"]
    for epoch, by, since in (
        *((3, here, 2), (4, reloaded, 2)),
        *((5, there, 5), (6, here, 6), (7, here, 6)),
    ):
        await opened(site, seat, **by)
        assert await told() == (epoch, by["page"], since)
    await opened(site, seat)
    assert await told() == (8, None, 8)


@pytest.mark.parametrize("wrong", [{"page": "x"}, {"device": 7}])
async def test_what_is_no_id_of_a_page_opens_nothing(site, seat, wrong):
    status, _ = await opened(site, seat, **wrong)
    assert status == 400


async def test_a_pause_is_seen_at_once_and_stops_the_clock(site, hall, seat):
    exam, epoch = await begun(site, hall, seat)
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["exam:me"])
        running = (await hear(socket))["state"]
        async with hall.database.transaction() as tx:
            it = await hall.exams.pause(tx, UUID(exam), hall.gatehouse.clock.now())
        await hall.exams.tell(it)
        assert (await hear(socket))["state"]["state"] == "paused"
        status, problem = await save(site, exam, epoch, (1, 1, None))
        assert (status, problem["code"]) == (409, "exam_paused")
        assert (await paper(site, exam))["questions"] == []
        async with hall.database.transaction() as tx:
            it = await hall.exams.resume(tx, UUID(exam), hall.gatehouse.clock.now())
        await hall.exams.tell(it)
        state = (await hear(socket))["state"]
    assert state["state"] == "running"
    assert state["deadline_at"] > running["deadline_at"]


async def test_at_the_deadline_it_ends_and_the_page_is_told(site, hall, seat):
    exam, epoch = await begun(site, hall, seat)
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["exam:me"])
        await hear(socket)
        await hall.run(
            """UPDATE exam SET started_at = now() - interval '2 hours',
                   deadline_at = now() - interval '1 second'"""
        )
        status, problem = await save(site, exam, epoch, (1, 1, None))
        assert (status, problem["code"]) == (409, "exam_over")
        await hall.sittings.sweep()
        told = (await hear(socket))["state"]
    assert (told["state"], told["ended_why"]) == ("ended", "deadline")


async def test_events_are_noted_once_and_told_to_nobody_who_asks_twice(
    site, hall, seat
):
    exam, epoch = await begun(site, hall, seat)
    events = [
        {"number": 1, "kind": "left_full_screen", "ago_s": 4.5},
        {"number": 2, "kind": "pasted"},
    ]
    for _ in range(2):
        status, _ = await write(site, exam, "events", epoch=epoch, events=events)
        assert status == 204
    assert (await paper(site, exam))["next_event"] == 3
    for number in (1801, 300):
        bad = [{"number": number, "kind": "pasted"}]
        status, _ = await write(site, exam, "events", epoch=epoch, events=bad)
        assert status == 400
    wrong = [{"number": 3, "kind": "verdict"}]
    status, _ = await write(site, exam, "events", epoch=epoch, events=wrong)
    assert status == 400
    other = [{"number": 3, "kind": "copied"}]
    status, problem = await write(site, exam, "events", epoch=7, events=other)
    assert (status, problem["code"]) == (409, "opened_elsewhere")


async def test_anothers_test_is_nobodys_to_know_of(site, hall, seat):
    exam, epoch = await begun(site, hall, seat)
    await site.log_in("BEN002")
    answer = await site.get(f"/api/exams/{exam}", accept="application/json")
    assert answer.status == 404
    assert (await site.get(f"/exam/{exam}")).status == 404
    assert (await opened(site, seat))[0] in (404, 409)
    for what, body in (
        ("answers", {"answers": [{"place": 1, "turn": 1}]}),
        ("flag", {"place": 1, "flagged": True}),
        ("events", {"events": [{"number": 1, "kind": "copied"}]}),
        ("hand-in", {"key": KEY}),
    ):
        status, problem = await write(site, exam, what, epoch=epoch, **body)
        assert (status, problem["code"]) == (404, "no_such_exam"), what
    for wrong in (uuid4(), "x"):
        status, _ = await save(site, wrong, 1, (1, 1, None))
        assert status == 404


async def test_opening_says_what_is_missing(site, hall, seat, database):
    status, problem = await opened(site, uuid4())
    assert (status, problem["code"]) == (404, "no_such_seat")
    answer = await site.post("/api/exams", {"module": MODULE})
    assert (await answer.json())["code"] == "hours_missing"
    answer = await site.post("/api/exams", {})
    assert answer.status == 400
    await close_tests(site, hall)
    _, problem = await opened(site, seat)
    assert problem["code"] == "portal_closed"


async def test_before_the_admit_card_was_scanned_it_does_not_open(
    site, hall, database, seat
):
    await hall.run("UPDATE seat SET state = 'booked' WHERE seat_id = $1", seat)
    status, problem = await opened(site, seat)
    assert (status, problem["code"]) == (409, "show_your_admit_card")
    assert "goes on by itself" in problem["detail"]
    page = await (await site.get(f"/exam?seat={seat}")).text()
    assert 'data-card="needed"' in page
    assert f"/tests/seats/{seat}/admit.pdf" in page
    assert 'name="card"' not in page
    await let_in(site.client.server.app, database, seat)
    assert (await opened(site, seat))[0] == 200
    assert 'data-card=""' in await (await site.get(f"/exam?seat={seat}")).text()


async def test_numbers_of_cards_are_tried_a_few_times_only(site, hall, seat):
    exams = site.client.server.app[EXAMS]
    exams.policy = replace(exams.policy, admit_card=AdmitCards.CODE)
    await hall.run("UPDATE seat SET state = 'booked' WHERE seat_id = $1", seat)
    assert 'name="card"' in await (await site.get(f"/exam?seat={seat}")).text()
    said = []
    for _ in range(8):
        body = {"seat": str(seat), "card": "ABCD-EFGH"}
        said.append((await (await site.post("/api/exams", body)).json())["code"])
    assert said[:6] == ["not_this_card"] * 6
    assert said[-1] == "throttled"


async def test_without_a_media_node_a_test_that_runs_is_taken_up_and_no_other(
    site, hall, seat, redis
):
    await MediaNodes(redis).leave("n1")
    status, problem = await opened(site, seat)
    assert (status, problem["code"]) == (503, "no_media_node")
    await beat(redis)
    exam, _ = await begun(site, hall, seat)
    await MediaNodes(redis).leave("n1")
    status, body = await opened(site, seat)
    assert (status, body["stream"]) == (200, None)
    assert (body["exam"]["exam"], body["exam"]["state"]) == (exam, "running")
    epoch = body["exam"]["epoch"]
    assert len((await paper(site, exam))["questions"]) == 6
    assert (await save(site, exam, epoch, (1, 1, None)))[0] == 200
    await beat(redis)
    _, body = await opened(site, seat)
    assert body["stream"]["whip"] == "http://localhost:1/whip"


async def test_the_portal_closes_before_no_test_that_runs(site, hall, seat):
    exam, _ = await begun(site, hall, seat)
    await close_tests(site, hall)
    status, body = await opened(site, seat)
    assert (status, body["exam"]["exam"]) == (200, exam)


async def close_tests(site, hall) -> None:
    await hall.run(
        """INSERT INTO portal_window (window_id, portal, closed_from, closed_till,
               announced_from, reason, made_by)
           SELECT gen_random_uuid(), 'tests', now() - interval '1 min',
               now() + interval '1 hour', now() - interval '1 min', 'maintenance',
               account_id FROM account WHERE srn = 'ADMIN1'"""
    )
    await site.client.server.app[PORTALS].windows(fresh=True)


async def test_before_consent_is_withdrawn_it_is_said_that_the_test_is_handed_in(
    site, hall, seat
):
    async def said():
        return (
            "the test is handed in" in await (await site.get("/account/consent")).text()
        )

    assert not await said()
    exam, epoch = await begun(site, hall, seat)
    assert await said()
    await write(site, exam, "hand-in", epoch=epoch, key=KEY)
    assert not await said()


async def test_requests_that_cross_are_each_answered_truly(site, hall, seat):
    """Forty at once, of one page: what was acknowledged last of each place counts."""
    exam, epoch = await begun(site, hall, seat)
    kinds = {it["place"]: it["kind"] for it in (await paper(site, exam))["questions"]}
    single = [place for place, kind in kinds.items() if kind == "single"]
    answers = await asyncio.gather(
        *(
            save(site, exam, epoch, (place, turn, turn % 4))
            for turn in range(1, 21)
            for place in single
        )
    )
    kept = {place: 0 for place in single}
    for status, told in answers:
        assert status == 200
        for it in told["saved"]:
            kept[it["place"]] = max(kept[it["place"]], it["turn"])
    for it in (await paper(site, exam))["questions"]:
        if it["place"] in kept:
            assert (it["turn"], it["answer"]) == (
                kept[it["place"]],
                kept[it["place"]] % 4,
            )


async def test_pages_of_tests_tell_what_became_of_who_was_let_in(
    site, hall, database, app_server
):
    await site.log_in("ASHA001")
    asha = UUID(await account_of(database, "ASHA001"))
    await Town(app_server.app, database).fit("ASHA001")
    seat = await put_seat(database, asha, since=timedelta(hours=3))
    for path in ("/tests", f"/tests/seats/{seat}"):
        page = await (await site.get(path)).text()
        assert "You were let in, but the test was not opened in time." in page
        assert f'href="/tests/book/{MODULE}"' in page
    seat = await put_seat(database, asha)
    exam, epoch = await begun(site, hall, seat)
    assert "Your test goes on" in await (await site.get("/tests")).text()
    await write(site, exam, "hand-in", epoch=epoch, key=KEY)
    for path in ("/tests", f"/tests/seats/{seat}"):
        page = await (await site.get(path)).text()
        assert "You did not pass this time." in page
        assert f'href="/results/{exam}"' in page
        assert f'href="/tests/book/{MODULE}"' in page
