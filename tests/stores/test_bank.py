"""Banks in a real database: whole or not at all, versions that stay, exact exports."""

import io
from dataclasses import replace
from uuid import uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError
from PIL import Image

from app.adapters.files import Files
from app.exams.domain.blueprints import Blueprint, CannotBeDrawn, Part
from app.exams.domain.parsed import Parsed, Problem
from app.exams.domain.questions import Option, Question, QuestionKind
from app.exams.domain.reports import BankRefused
from app.exams.service.bank import Bank, NameTaken, NoSuchBank, NoSuchQuestion
from app.exams.service.blueprints import Blueprints
from app.exams.service.formats import export, read_file
from app.exams.service.statistics import Statistics
from tests.stores.entrance import LetterBox, gatehouse_on


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    return out.getvalue()


def question(name: str, text: str = "Which?", *tags: str) -> Question:
    options = (Option(text="yes", is_right=True), Option(text="no", is_right=False))
    kind = QuestionKind.SINGLE
    return Question(name=name, kind=kind, text=text, options=options, tags=tags)


def parsed(*questions: Question, **pictures: bytes) -> Parsed:
    named = {name.replace("_png", ".png"): it for name, it in pictures.items()}
    return Parsed(questions=questions, pictures=named)


@pytest.fixture
async def house(world):
    async with world.db.connection() as tx:
        await tx.execute(
            """INSERT INTO module (code, set_code, title, hours, summary, position)
               SELECT n.code, m.set_code, 'Title', 1, '', row_number() OVER ()
               FROM module m, (VALUES ('CEL'), ('SCPM')) AS n (code)"""
        )
    return gatehouse_on(world.db, world.clock, LetterBox())


@pytest.fixture
def bank(house, tmp_path):
    return Bank(house, Files(tmp_path))


@pytest.fixture
def take(bank, world):
    async def take_in(it: Parsed, **extra):
        return await bank.take(world.student, "CEL", "gift", it, **extra)

    return take_in


async def test_the_same_file_again_changes_nothing(bank, take):
    one = await take(parsed(question("A"), question("B")))
    assert (one.new, one.is_kept) == (("A", "B"), True)
    two = await take(parsed(question("A"), question("B")))
    assert (two.new, two.changed, two.same) == ((), (), 2)
    assert [it.version for it in await bank.questions("CEL")] == [1, 1]


async def test_what_changed_is_a_new_version_and_the_old_one_stays(bank, take):
    await take(parsed(question("A"), question("B")))
    report = await take(parsed(question("A", "Another?")))
    assert report.changed == ("A",)
    found = await bank.questions("CEL")
    assert [(it.question.name, it.version) for it in found] == [("A", 2), ("B", 1)]
    versions = await bank.versions("CEL", found[0].question_id)
    assert [it.question.text for it in versions] == ["Another?", "Which?"]


async def test_a_version_cannot_be_changed_behind_the_back(take, world):
    await take(parsed(question("A")))
    async with world.db.connection() as tx:
        with pytest.raises(IntegrityConstraintViolationError):
            await tx.execute("UPDATE question_version SET body = '{}'")


async def test_what_the_file_lacks_stays_unless_the_bank_is_replaced(bank, take):
    await take(parsed(question("A"), question("B")))
    assert (await take(parsed(question("A")))).retired == ()
    assert (await take(parsed(question("A")), replace_all=True)).retired == ("B",)
    assert [it.question.name for it in await bank.questions("CEL")] == ["A"]
    assert (await take(parsed(question("B")))).back == ("B",)
    assert len(await bank.questions("CEL")) == 2


async def test_a_try_writes_nothing(bank, take, world):
    report = await take(parsed(question("A")), dry_run=True)
    assert (report.new, report.is_kept) == (("A",), False)
    assert await bank.questions("CEL") == []
    async with world.db.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM bank_import") == 0


async def test_a_file_with_a_problem_brings_nothing(bank, take):
    problem = Problem(line=3, element="B", words="no")
    with pytest.raises(BankRefused):
        await take(replace(parsed(question("A")), problems=(problem,)))
    with pytest.raises(BankRefused) as refused:
        await take(parsed(question("A"), question("B", "![x](files/none.png)")))
    assert "files/none.png" in str(refused.value.problems[0])
    assert await bank.questions("CEL") == []


async def test_a_module_that_is_not_there_has_no_bank(bank, world):
    with pytest.raises(NoSuchBank):
        await bank.take(world.student, "NONE", "gift", parsed(question("A")))


async def test_a_picture_in_the_bank_never_changes_under_its_name(bank, take):
    shown = question("A", "![Map](files/map.png)")
    await take(parsed(shown, map_png=png("red")))
    same = await take(parsed(shown, map_png=png("red")))
    assert (same.pictures, same.same) == ((), 1)
    other = await take(parsed(shown, map_png=png("blue")))
    assert other.changed == ("A",)
    newest = (await bank.questions("CEL"))[0]
    assert newest.question.text.startswith("![Map](files/map-")
    kept = await bank.pictures("CEL", ["map.png", *other.pictures])
    assert list(kept.values()) == [png("red"), png("blue")]
    again = await take(parsed(shown, map_png=png("blue")))
    assert (again.changed, again.pictures) == ((), ())


@pytest.mark.parametrize("content", [b"<svg/>", b"\x89PNG\r\n\x1a\n broken"])
async def test_what_is_no_picture_is_refused_and_leaves_no_file(
    bank, take, content, tmp_path
):
    with pytest.raises(BankRefused):
        await take(parsed(question("A"), map_png=content))
    assert [it for it in tmp_path.rglob("*") if it.is_file()] == []
    assert await bank.questions("CEL") == []


async def test_by_hand_a_question_is_made_changed_retired_and_brought_back(bank, world):
    made = await bank.save(world.student, "CEL", question("A"), new=True)
    with pytest.raises(NameTaken):
        await bank.save(world.student, "CEL", question("A"), new=True)
    await bank.save(world.student, "CEL", question("A", "New?"), new=False)
    assert len(await bank.versions("CEL", made)) == 2
    await bank.retire(world.student, "CEL", made)
    assert await bank.questions("CEL") == []
    await bank.retire(world.student, "CEL", made, back=True)
    assert len(await bank.questions("CEL")) == 1
    with pytest.raises(NoSuchQuestion):
        await bank.retire(world.student, "CEL", uuid4())


async def test_what_is_withdrawn_is_not_counted(bank, world):
    made = await bank.save(world.student, "CEL", question("A"), new=True)
    await bank.save(world.student, "CEL", question("B"), new=True)
    assert (await bank.counts())["CEL"][None] == 2
    async with world.db.transaction() as tx:
        await tx.execute(
            """UPDATE question_version SET withdrawn_at = now(), withdrawn_by = $2,
                   withdrawn_why = 'Two options are right.' WHERE question_id = $1""",
            made,
            world.student,
        )
    assert (await bank.counts())["CEL"][None] == 1


async def test_one_finds_by_words_and_by_tag(bank, take):
    await take(parsed(question("A", "On costs", "law"), question("B", "Other", "sums")))
    found, more = await bank.find("CEL", "COSTS", "", 0)
    assert [it.question.name for it in found] == ["A"]
    assert not more
    assert [it.question.name for it in (await bank.find("CEL", "", "sums", 0))[0]] == [
        "B"
    ]
    assert (await bank.counts())["CEL"] == {None: 2, "law": 1, "sums": 1}


@pytest.mark.parametrize("kind", ["gift", "qti", "csv"])
async def test_an_export_comes_in_again_as_nothing_new(bank, take, world, kind):
    given = parsed(
        question("A", "=1+1 ~ {x} $\\frac{a}{b}$ ![m](files/m.png)\n\n* one", "law"),
        question("B", "::Titled::", "a b", "c"),
        m_png=png(),
    )
    await take(given)
    file = await export(bank, "CEL", kind)
    assert file.name.startswith("CEL-questions")
    again = await read_file(file.content, file.name)
    report = await bank.take(world.student, "CEL", kind, again.parsed)
    assert (report.new, report.changed, report.same) == ((), (), 2)
    assert report.pictures == ()
    moved = await bank.take(
        world.student, "SCPM", kind, replace(again.parsed, pictures={"m.png": png()})
    )
    assert len(moved.new) == 2


async def test_a_blueprint_that_cannot_be_drawn_is_not_saved(house, take, world, bank):
    await take(parsed(question("A", "x", "law"), question("B", "x", "law", "sums")))
    blueprints = Blueprints(house)
    wanted = Blueprint(parts=(Part(tag="law", count=2),), duration_s=3600)
    saved = await blueprints.save(world.student, "CEL", wanted)
    assert saved.version == 1
    assert await blueprints.save(world.student, "CEL", wanted) == saved
    more = replace(wanted, parts=(*wanted.parts, Part(tag="sums", count=1)))
    with pytest.raises(CannotBeDrawn, match="together they have 2 questions, 3 are"):
        await blueprints.save(world.student, "CEL", more)
    assert await blueprints.current("CEL") == saved
    first, second = await bank.questions("CEL")
    await bank.retire(world.student, "CEL", first.question_id)
    assert (await blueprints.lacking("CEL")).there == 1
    async with world.db.connection() as tx:
        await tx.execute(
            """UPDATE question_version SET withdrawn_at = now(),
                   withdrawn_why = 'Two options are right.' WHERE question_id = $1""",
            second.question_id,
        )
    assert (await blueprints.lacking("CEL")).there == 0
    with pytest.raises(CannotBeDrawn):
        await blueprints.save(world.student, "CEL", replace(wanted, pass_mark=60))


async def test_what_is_taken_stands_in_the_trail(take, world):
    await take(parsed(question("A")))
    async with world.db.connection() as tx:
        told = await tx.fetchrow("SELECT what, details FROM audit_event")
    assert told["what"] == "bank.taken"
    assert '"new": 1' in told["details"]


async def test_answers_of_exams_that_are_over_are_counted(house, bank, take, world):
    await take(parsed(question("A", "x", "law")))
    kept = (await bank.questions("CEL"))[0]
    wanted = Blueprint(parts=(Part(tag="law", count=1),), duration_s=3600)
    await Blueprints(house).save(world.student, "CEL", wanted)
    now = world.clock.now()
    async with world.db.connection() as tx:
        exam = await tx.fetchval(
            """INSERT INTO exam (exam_id, account_id, module_code, blueprint_version,
                   seed, state, drawn_at, duration_s, started_at, deadline_at)
               VALUES (gen_random_uuid(), $1, 'CEL', 1, decode(repeat('00', 32), 'hex'),
                   'running', $2::timestamptz, 3600, $2, $2 + interval '1 hour')
               RETURNING exam_id""",
            world.student,
            now,
        )
        await tx.execute(
            """INSERT INTO exam_question (exam_id, position, question_id, version,
                   part_tag, options) VALUES ($1, 1, $2, 1, 'law', '{1,0}')""",
            exam,
            kept.question_id,
        )
        for turn, answer in enumerate(["1", "0"], 1):
            await tx.execute(
                "INSERT INTO exam_answer VALUES ($1, 1, $2, $3::jsonb, $4)",
                exam,
                turn,
                answer,
                now,
            )
        assert await Statistics(house).of_module("CEL") == {}
        await tx.execute(
            "UPDATE exam SET state = 'ended', ended_at = $1, ended_why = 'handed_in'",
            now,
        )
    found = (await Statistics(house).of_module("CEL"))[kept.question_id, 1]
    assert (found.asked, found.right, found.chosen) == (1, 1.0, {0: 1})
