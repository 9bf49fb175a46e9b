"""Importing content into a real database: all or nothing, and history is kept."""

import shutil
from dataclasses import replace

import asyncpg
import pytest

from app.adapters.clock import AnchoredClock
from app.adapters.files import Files
from app.kernel.ids import ModuleCode
from app.learning.content.reader import read_course
from app.learning.domain.electives import ElectiveKept, NotOfThisSet, PickFirst
from app.learning.service.catalogue import Learning, NoSuchModule
from app.learning.service.imports import Imports, ModuleMoved
from app.learning.service.students import Note, NoteChanged, Students
from tests.conftest import ROOT
from tests.stores.world import build_world

SAMPLE = ROOT / "app" / "learning" / "course"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SAMPLE, tmp_path / "course")


@pytest.fixture
def imports(database, tmp_path):
    return Imports(database, AnchoredClock(), Files(tmp_path / "content"))


@pytest.fixture
async def students(database):
    return Students(database, AnchoredClock(), Learning(database))


async def import_(imports, folder, **how):
    return await imports.run(read_course(folder), folder, **how)


def reported(report, module):
    return next(it for it in report.modules if it.module == module)


async def test_importing_twice_changes_nothing(imports, folder, database):
    first = await import_(imports, folder)
    assert reported(first, "CEL").added
    again = await import_(imports, folder)
    assert not any(it.added or it.changed or it.retired for it in again.modules)
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM content_import") == 2


async def test_a_changed_topic_keeps_its_older_text(imports, folder, database):
    await import_(imports, folder)
    path = folder / "A" / "CEL" / "03-competition.md"
    before = path.read_text()
    path.write_text(before + "\nAnother sentence.\n")
    report = await import_(imports, folder)
    assert reported(report, "CEL").changed == ("competition",)
    async with database.connection() as tx:
        texts = await tx.fetch(
            "SELECT body FROM topic_version WHERE topic_code = 'competition'"
        )
    assert len(texts) == 2


async def test_a_topic_that_is_gone_is_retired_and_its_history_stays(
    imports, folder, students, world, database
):
    await import_(imports, folder)
    at = (ModuleCode("CEL"), "competition")
    await students.save_progress(world.student, at, done=True)
    (folder / "A" / "CEL" / "03-competition.md").unlink()
    report = await import_(imports, folder)
    assert reported(report, "CEL").retired == ("competition",)
    module = await Learning(database).module(ModuleCode("CEL"))
    assert "competition" not in [it.code for it in module.topics]
    assert await students.done(world.student, at[0]) == {"competition"}
    shutil.copy(SAMPLE / "A/CEL/03-competition.md", folder / "A" / "CEL")
    await import_(imports, folder)
    module = await Learning(database).module(ModuleCode("CEL"))
    assert "competition" in [it.code for it in module.topics]


async def test_modules_that_are_not_there_stay_unless_they_are_retired(
    imports, folder, database
):
    await import_(imports, folder)
    shutil.rmtree(folder / "C" / "RISK")
    report = await import_(imports, folder)
    assert report.left == ("RISK",)
    report = await import_(imports, folder, retire=True)
    assert report.retired == ("RISK",)
    sets = await Learning(database).catalogue()
    assert "RISK" not in [it.code for study_set in sets for it in study_set.modules]


async def test_a_fault_in_the_middle_leaves_everything_as_it_was(
    imports, folder, database, tmp_path
):
    sets = read_course(folder)
    last = sets[-1]
    bad = replace(last.modules[-1], hours=-1)  # the schema refuses it
    sets[-1] = replace(last, modules=(*last.modules[:-1], bad))
    with pytest.raises(asyncpg.CheckViolationError):
        await imports.run(sets, folder)
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT count(*) FROM study_set") == 0
        assert await tx.fetchval("SELECT count(*) FROM content_import") == 0
    kept = [it for it in (tmp_path / "content").rglob("*") if it.is_file()]
    assert kept == []


async def test_a_module_does_not_move_to_another_set(imports, folder):
    await import_(imports, folder)
    shutil.move(folder / "C" / "RISK", folder / "D" / "RISK")
    with pytest.raises(ModuleMoved, match="in set C"):
        await import_(imports, folder)


async def test_an_elective_can_change_until_its_first_hour_is_confirmed(
    imports, folder, students, database
):
    await import_(imports, folder)
    world = await build_world(database)
    await students.pick(world.student, "C", "RISK")
    await students.pick(world.student, "C", "DIGI")
    module = await Learning(database).module(ModuleCode("RISK"))
    with pytest.raises(PickFirst):
        await students.require_own(world.student, module)
    await confirm(world, "DIGI", seconds=3_599)
    await students.pick(world.student, "C", "RISK")
    await students.pick(world.student, "C", "DIGI")
    await confirm(world, "DIGI", seconds=1)
    with pytest.raises(ElectiveKept):
        await students.pick(world.student, "C", "RISK")
    await students.pick(world.student, "C", "DIGI")  # the same one is no change
    standing = await students.standing(world.student)
    assert standing.picked == {"C": "DIGI"}


async def test_without_the_trigger_it_would_change(imports, folder, students, database):
    """Control: it is the schema that keeps the elective."""
    await import_(imports, folder)
    world = await build_world(database)
    await students.pick(world.student, "C", "DIGI")
    await confirm(world, "DIGI", seconds=3_600)
    async with database.transaction() as tx:
        await tx.execute("ALTER TABLE elective DISABLE TRIGGER elective_is_kept")
    await students.pick(world.student, "C", "RISK")
    assert (await students.standing(world.student)).picked == {"C": "RISK"}


async def confirm(world, module: str, *, seconds: int) -> None:
    sitting = (await world.sittings.open(world.student, ModuleCode(module))).sitting
    started = world.clock.now()
    world.clock.forward(seconds)
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO stretch (sitting_id, account_id, module_code, started_at,
                   ended_at, state)
               VALUES ($1, $2, $3, $4, $5, 'confirmed')""",
            sitting,
            world.student,
            module,
            started,
            world.clock.now(),
        )


@pytest.mark.parametrize(
    ("set_code", "module"), [("C", "SUST"), ("A", "CEL"), ("Z", "CEL"), ("C", "x\x00")]
)
async def test_only_modules_of_the_set_can_be_picked(
    imports, folder, students, world, set_code, module
):
    await import_(imports, folder)
    with pytest.raises(NotOfThisSet):
        await students.pick(world.student, set_code, module)


async def test_notes_of_two_tabs_do_not_overwrite_each_other(
    imports, folder, students, world
):
    await import_(imports, folder)
    at = (ModuleCode("CEL"), "competition")
    first = await students.save_note(world.student, at, Note(text="one", version=0))
    assert first == 1
    with pytest.raises(NoteChanged) as refused:
        await students.save_note(world.student, at, Note(text="two", version=0))
    assert refused.value.details == {"text": "one", "version": 1}
    assert await students.save_note(world.student, at, Note(text="2", version=1)) == 2
    nowhere = (ModuleCode("CEL"), "nowhere")
    with pytest.raises(NoSuchModule):
        await students.save_note(world.student, nowhere, Note(text="", version=0))
