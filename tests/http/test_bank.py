"""Question banks over HTTP: look, take, change, export, blueprint, statistics."""

import io
import re

import pytest
from aiohttp import FormData
from PIL import Image

from tests.http.test_staff import trail
from tests.http.test_ways_in import location

GIFT = """// [tag:costs]
::Ohm:: [markdown]What is $U$? ![Map](files/map.png) {=$R I$#Yes. ~$R/I$ ####Ohm's law.}

// [tag:costs] [tag:audit]
::Pi:: How much is pi? {#3.14:0.01}

// [tag:audit]
::Which:: Which are even? {~%50%2 ~%50%4 ~%-100%3}
"""


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(out, "PNG")
    return out.getvalue()


async def give(site, content: bytes | str, name: str = "bank.gift", **fields: str):
    form = FormData()
    given = {"csrf_token": site.csrf, "module": "CEL", "act": "import", **fields}
    for field, value in given.items():
        form.add_field(field, value)
    data = content.encode() if isinstance(content, str) else content
    form.add_field("file", data, filename=name, content_type="text/plain")
    form.add_field("pictures", png(), filename="map.png", content_type="image/png")
    headers = {"Origin": site.url, "Accept": "text/html"}
    answer = await site.client.post("/staff/bank/import", data=form, headers=headers)
    return answer.status, await answer.text()


async def text(site, path: str) -> str:
    answer = await site.get(path)
    assert answer.status == 200, path
    return await answer.text()


@pytest.fixture
async def admin(site):
    await site.log_in("ADMIN1")
    return site


@pytest.fixture
async def filled(admin):
    status, page = await give(admin, GIFT)
    assert (status, "Taken into the bank of CEL" in page) == (200, True)
    return admin


async def question(site, name: str) -> str:
    page = await text(site, "/staff/bank/CEL")
    return re.search(rf'href="([^"]+/questions/[^"]+)">{name}<', page)[1]


async def test_a_file_is_looked_at_first_and_then_taken(admin, database):
    status, page = await give(admin, GIFT, act="check")
    assert (status, "All of it can be taken" in page) == (200, True)
    assert "This bank is empty" in await text(admin, "/staff/bank/CEL")
    _, page = await give(admin, GIFT)
    assert "Taken into the bank of CEL" in page
    assert "bank.taken" in await trail(database)
    _, page = await give(admin, GIFT)
    assert "<dt>The same</dt><dd>3</dd>" in page


async def test_one_wrong_line_and_nothing_is_taken(admin):
    status, page = await give(admin, GIFT + "\n\n::Bad:: x {=a ~b")
    assert status == 400
    assert "Nothing was taken" in page
    assert "line 11" in page
    assert "the { is not closed with }" in page
    assert "This bank is empty" in await text(admin, "/staff/bank/CEL")


async def test_what_cannot_be_asked_is_left_out_on_wish_and_told(admin):
    text = GIFT + "\n\n::Essay:: Tell. {}"
    assert (await give(admin, text))[0] == 400
    status, page = await give(admin, text, leave_out="true")
    assert (status, "this is an essay" in page) == (200, True)


async def test_without_a_file_or_with_an_unknown_module_it_says_so(admin):
    answer = await admin.send("/staff/bank/import", module="CEL", act="import")
    assert "Choose a file of questions first" in await answer.text()
    status, page = await give(admin, GIFT, module="NONE")
    assert (status, "There is no such module" in page) == (404, True)


async def test_the_page_of_a_question_shows_it_as_the_student_sees_it(filled):
    page = await text(filled, await question(filled, "Ohm"))
    assert "<maths-text>U</maths-text>" in page
    assert 'src="/staff/bank/CEL/files/map.png" alt="Map"' in page
    asked = page.split('data-testid="asked"')[1].split("Show the answer")[0]
    assert "Right" not in asked
    assert "Ohm&#39;s law." not in asked
    picture = await filled.get("/staff/bank/CEL/files/map.png")
    assert await picture.read() == png()
    assert picture.headers["Content-Type"] == "image/png"
    assert (await filled.get("/staff/bank/CEL/files/none.png")).status == 404


async def test_a_change_by_hand_is_a_version_that_says_what_changed(filled):
    path = await question(filled, "Pi")
    fields = {"kind": "numeric", "text": "About pi?", "low": "3.1", "high": "3.2"}
    assert location(await filled.send(path, **fields, tags="costs")) == (
        f"{path}?said=saved"
    )
    page = await text(filled, path)
    assert "Version 2" in page
    assert '<del><span class="unseen">before: </span>How much is pi?</del>' in page
    answer = await filled.send(path, **{**fields, "low": "three"})
    assert answer.status == 400
    page = await answer.text()
    assert "&#39;three&#39; is no number" in page
    assert 'value="three"' in page


async def test_a_question_is_written_by_hand(admin):
    fields = {
        "name": "New",
        "kind": "multiple",
        "text": "Which?",
        "option1": "a",
        "option2": "b",
        "right": "2",
        "tags": "x, y",
    }
    answer = await admin.send("/staff/bank/CEL/new", **fields)
    assert "said=saved" in location(answer)
    answer = await admin.send("/staff/bank/CEL/new", **fields)
    assert (answer.status, "has that name already" in await answer.text()) == (
        409,
        True,
    )
    answer = await admin.send("/staff/bank/CEL/new", **{**fields, "right": "9"})
    assert answer.status == 400


async def test_a_script_in_a_question_stays_text(admin):
    await give(admin, "::X:: [markdown]<script>alert(1)</script> [a](javascript:b) {T}")
    page = await text(admin, await question(admin, "X"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


async def test_a_retired_question_is_in_no_list_and_comes_back(filled):
    path = await question(filled, "Pi")
    await filled.send(f"{path}/retire")
    page = await text(filled, "/staff/bank/CEL")
    assert "1 question retired" in page
    await filled.send(f"{path}/restore")
    assert "retired" not in await text(filled, "/staff/bank/CEL")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("gift", "CEL-questions.gift.txt"),
        ("csv", "CEL-questions.csv"),
        ("qti", "CEL-questions-qti21.zip"),
    ],
)
async def test_what_is_exported_comes_in_again_as_the_same(filled, kind, name):
    answer = await filled.get(f"/staff/bank/CEL/export/{kind}")
    assert name in answer.headers["Content-Disposition"]
    content = await answer.read()
    status, page = await give(filled, content, name, replace_all="true")
    assert status == 200
    assert "<dt>The same</dt><dd>3</dd>" in page
    assert "<dt>Changed</dt><dd>0</dd>" in page
    assert "<dt>Retired</dt><dd>0</dd>" in page


async def test_there_is_no_fourth_format(filled):
    assert (await filled.get("/staff/bank/CEL/export/docx")).status == 404


async def test_one_finds_questions_by_words_and_tag(filled):
    page = await text(filled, "/staff/bank/CEL?q=EVEN")
    assert ">Which<" in page
    assert ">Ohm<" not in page
    page = await text(filled, "/staff/bank/CEL?tag=costs&page=0")
    assert ">Which<" not in page
    assert "No question has that" in await text(filled, "/staff/bank/CEL?q=zebra")


BLUEPRINT = {
    "minutes": "60",
    "pass_mark": "50",
    "cooling_hours": "24",
    "pause_stops_clock": "true",
}


async def test_a_blueprint_is_saved_and_one_that_cannot_be_drawn_is_refused(filled):
    path = "/staff/bank/CEL/blueprint"
    good = {**BLUEPRINT, "tag1": "costs", "count1": "2", "tag2": "audit", "count2": "1"}
    assert location(await filled.send(path, **good)).endswith("said=saved")
    page = await text(filled, path)
    assert "version 1, 3 questions" in page
    answer = await filled.send(path, **{**good, "count2": "2"})
    page = await answer.text()
    assert answer.status == 409
    assert "together they have 3 questions, 4 are asked" in page
    assert 'name="count2" value="2"' in page
    answer = await filled.send(path, **{**good, "count1": "many"})
    assert "write a whole number" in await answer.text()
    await filled.send(f"{await question(filled, 'Ohm')}/retire")
    assert "No paper can be drawn" in await text(filled, "/staff/bank")


async def sit_tests(database, module: str, count: int) -> None:
    """Exams over the module's single choices, every other one all right."""
    async with database.connection() as tx:
        rows = await tx.fetch(
            """SELECT question_id FROM question JOIN question_version
                   USING (question_id)
               WHERE module_code = $1 AND kind = 'single' ORDER BY name""",
            module,
        )
        await tx.execute(
            """INSERT INTO blueprint (module_code, version, parts, duration_s, made_at)
               VALUES ($1, 1, '[{"tag": "x", "count": 1}]', 3600, now())""",
            module,
        )
        for number in range(count):
            exam = await tx.fetchval(
                """INSERT INTO exam (exam_id, account_id, module_code,
                       blueprint_version, seed, state, drawn_at, duration_s,
                       started_at, deadline_at)
                   SELECT gen_random_uuid(), account_id, $1, 1,
                       decode(repeat('00', 32), 'hex'), 'running', now(), 3600, now(),
                       now() + interval '1 hour'
                   FROM account WHERE srn = 'ASHA001' RETURNING exam_id""",
                module,
            )
            for position, row in enumerate(rows, 1):
                await tx.execute(
                    """INSERT INTO exam_question (exam_id, position, question_id,
                           version, part_tag) VALUES ($1, $2, $3, 1, 'x')""",
                    exam,
                    position,
                    row["question_id"],
                )
                await tx.execute(
                    """INSERT INTO exam_answer SELECT $1, $2, 1, $3::jsonb, started_at
                       FROM exam WHERE exam_id = $1""",
                    exam,
                    position,
                    str(number % 2),
                )
            await tx.execute(
                """UPDATE exam SET state = 'ended', ended_at = now(),
                       ended_why = 'handed_in' WHERE state = 'running'"""
            )


TRUTHS = "::A:: a {T}\n\n::B:: b {T}\n\n::C:: c {F}\n"


async def test_statistics_tell_what_works_and_what_is_keyed_wrong(admin, database):
    await give(admin, TRUTHS)
    await sit_tests(database, "CEL", 29)
    page = await text(admin, "/staff/bank/CEL/statistics")
    assert page.count("Too few answers to say: 29 of 30.") == 3
    assert "Asked 29 times." in await text(admin, await question(admin, "A"))


async def test_statistics_say_nothing_of_what_was_not_asked(filled):
    assert "Not asked yet" in await text(filled, "/staff/bank/CEL/statistics")


@pytest.mark.parametrize(
    "path", ["/questions/none", "/questions/00000000-0000-0000-0000-000000000001"]
)
async def test_a_question_that_is_not_there(filled, path):
    assert (await filled.get(f"/staff/bank/CEL{path}")).status == 404
