"""Activity, readings and lies about them, on a real database."""

import pytest

from app.adapters.clock import AnchoredClock
from app.adapters.files import Files
from app.kernel.ids import ModuleCode
from app.learning.content.reader import read_course
from app.learning.service.imports import Imports
from app.proctoring.domain.policy import Policy
from app.proctoring.service.presence import Presence, Told
from app.proctoring.store import readings
from tests.conftest import ROOT
from tests.stores.world import build_world


async def test_an_idle_student_is_paused_and_loses_only_the_idle_minute(world):
    await world.open()
    await world.look()
    await world.study(60)
    world.active = False
    await world.study(300)
    assert await world.sittings.sweep() == 0
    await world.study(60)
    assert await world.sittings.sweep() == 1
    assert await world.value("SELECT reason FROM sitting") == "inactive"
    assert await world.seconds("provisional") == 360
    sitting = await world.value("SELECT sitting_id FROM sitting")
    world.active = True
    await world.sittings.resume(world.student, sitting)
    await world.look()
    assert await world.seconds("confirmed") == 360
    await world.study(30)
    assert await world.sittings.sweep() == 0


class AllVideo:
    async def video_seen(self, wanted):
        return {sitting: 0.0 for sitting, _ in wanted}


class NoVideo:
    async def video_seen(self, wanted):
        return {}


async def boast(world, media, *, times: int, sitting, epoch=1) -> None:
    """A page that says whatever it likes, as often as it likes."""
    presence = Presence(world.desk, media)
    told = Told(visible=True, active=True, topic="competition")
    for n in range(times):
        presence.report(n, world.student, sitting, epoch, told)
        await presence.checkpoint()


async def test_a_page_that_boasts_a_thousand_times_gains_no_second(world):
    sitting = await world.open()
    await world.look()
    await boast(world, AllVideo(), times=300, sitting=sitting)
    assert await world.seconds("provisional") == 0
    world.clock.forward(3)
    await boast(world, AllVideo(), times=1, sitting=sitting)
    state = await world.states.students([str(world.student)])
    hours = state[str(world.student)]["hours"][0]
    assert hours["provisional_s"] == 3


async def test_who_is_paused_and_present_rings_no_bell_again_and_again(world):
    sitting = await world.open()
    await world.look()
    await world.sittings.pause(world.student, sitting)
    async with world.desk.bell.listen() as rings:
        await rings.take(within_s=0, or_all_every_s=1)
        await boast(world, AllVideo(), times=3, sitting=sitting)
        rung = await rings.take(within_s=0, or_all_every_s=0.1)
    assert rung.topics == frozenset()


async def test_visible_and_active_without_video_is_no_presence(world):
    sitting = await world.open()
    await world.look()
    seen = await world.value("SELECT seen_at FROM sitting")
    world.clock.forward(3)
    await boast(world, NoVideo(), times=5, sitting=sitting)
    assert await world.value("SELECT seen_at FROM sitting") == seen


@pytest.fixture
async def course(database, tmp_path):
    folder = ROOT / "app" / "learning" / "course"
    imports = Imports(database, AnchoredClock(), Files(tmp_path / "content"))
    await imports.run(read_course(folder), folder)


async def test_topics_are_noted_once_a_change_and_only_of_the_own_module(
    database, course
):
    world = await build_world(database, Policy(device_check=False))
    opened = await world.sittings.open(world.student, ModuleCode("CEL"))
    told = ["competition", "competition", "cash-flows", "nowhere", "competition"]
    told += ["a-company-is-a-person", "competition"]
    for topic in told:
        world.clock.forward(3)
        async with database.transaction() as tx:
            await readings.note(tx, [(opened.sitting, topic)], world.clock.now())
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT topic_code FROM reading ORDER BY at")
    assert [row["topic_code"] for row in rows] == [
        "competition",
        "a-company-is-a-person",
        "competition",
    ]


async def test_a_lie_about_the_topic_changes_no_time(world):
    await world.open()
    await world.look()
    await world.study(30)
    sitting = await world.value("SELECT sitting_id FROM sitting")
    await boast(world, AllVideo(), times=3, sitting=sitting)
    assert await world.value("SELECT count(*) FROM reading") == 0
    assert await world.value("SELECT module_code FROM stretch") == "M1"
