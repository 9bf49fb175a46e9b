"""Device checks beside sittings, on a real database."""

from dataclasses import replace

import pytest
from asyncpg import CheckViolationError

from app.proctoring.domain.checks import Result
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from app.proctoring.service.checks import Checks, DeviceCheckNeeded, NoSuchCheck
from app.proctoring.service.sittings import OpenedOn, Sittings
from tests.domain.test_checks import FINE
from tests.stores.test_states import student, wall
from tests.stores.world import MODULE, build_world

DEVICE, OTHER = b"d" * 32, b"o" * 32


async def by_machine(account) -> bool:
    return False


async def by_person(account) -> bool:
    return True


@pytest.fixture
def checks(world):
    return Checks(world.desk, [], by_machine)


async def look_at(world, verdict: Verdict) -> None:
    """The look of the open check is judged."""
    (lease,) = await world.looks.claim_due()
    world.clock.forward(1)
    await world.record(lease, verdict)


async def checked(world, checks, verdict=Verdict.MATCH, told=FINE, device=DEVICE):
    opened = await checks.open(world.student, device, "Firefox on Linux")
    await world.sittings.streaming(world.student, opened.sitting, opened.epoch)
    await look_at(world, verdict)
    found = await checks.conclude(world.student, opened.check, told, give_up=True)
    return opened.check, found


async def test_a_sitting_needs_a_check_of_its_own_device(world, checks):
    sittings = Sittings(world.desk, [], checks)
    here, there = OpenedOn(device=DEVICE), OpenedOn(device=OTHER)
    with pytest.raises(DeviceCheckNeeded):
        await sittings.open(world.student, MODULE, opened_on=here)
    check, found = await checked(world, checks)
    assert found.result is Result.PASS
    await sittings.open(world.student, MODULE, opened_on=here)
    kept = "SELECT check_id FROM sitting WHERE kind = 'learning'"
    assert await world.value(kept) == check
    with pytest.raises(DeviceCheckNeeded):
        await sittings.open(world.student, MODULE, opened_on=there)
    with pytest.raises(DeviceCheckNeeded):
        await sittings.open(world.student, MODULE)
    world.clock.forward(31 * 86_400)
    with pytest.raises(DeviceCheckNeeded):
        await sittings.open(world.student, MODULE, opened_on=here)


async def test_a_failed_check_does_not_do_and_the_newest_one_counts(world, checks):
    _, found = await checked(world, checks)
    assert await checks.require(world.student, DEVICE)
    _, found = await checked(world, checks, told=replace(FINE, up_mbit=0.1))
    assert found.result is Result.FAIL
    with pytest.raises(DeviceCheckNeeded):
        await checks.require(world.student, DEVICE)


async def test_where_policy_asks_for_none_there_need_be_none(database):
    world = await build_world(database, Policy(device_check=False))
    checks = Checks(world.desk, [], by_machine)
    assert await checks.require(world.student, DEVICE) is None


async def test_a_check_does_not_disturb_a_sitting_that_runs(world, checks):
    await world.open()
    await world.look()
    await world.study(60)
    await checked(world, checks, Verdict.MISMATCH)
    state = await student(world)
    assert state["sitting"]["counting"]
    assert state["hours"][0]["provisional_s"] >= 60
    assert len((await wall(world))["sittings"]) == 1
    assert await world.value("SELECT count(*) FROM incident") == 0
    assert await world.value("SELECT count(*) FROM stretch") == 1


async def test_while_a_check_is_open_the_sitting_is_still_the_sitting(world, checks):
    sitting = await world.open()
    await world.look()
    await checks.open(world.student, DEVICE, "Firefox on Linux")
    assert (await student(world))["sitting"]["id"] == str(sitting)
    assert [it["id"] for it in (await wall(world))["sittings"]] == [str(sitting)]
    again = await world.sittings.open(world.student, MODULE)
    assert (again.sitting, again.epoch) == (sitting, 2)
    stops = "SELECT count(*) FROM sitting WHERE state = 'ended'"
    assert await world.value(stops) == 0


async def test_a_check_alone_is_nothing_that_anybody_studies(world, checks):
    opened = await checks.open(world.student, DEVICE, "Firefox on Linux")
    assert (await student(world))["sitting"] is None
    assert (await wall(world))["sittings"] == []
    await checks.conclude(world.student, opened.check, FINE, give_up=True)
    assert (await student(world))["ended"] is None


async def test_one_may_begin_to_study_while_a_check_is_open(world, checks):
    check = await checks.open(world.student, DEVICE, "Firefox on Linux")
    opened = await world.sittings.open(world.student, MODULE)
    assert opened.sitting != check.sitting
    stops = "SELECT count(*) FROM sitting WHERE state = 'ended'"
    assert await world.value(stops) == 0


async def test_the_schema_lets_no_check_run(world, checks):
    opened = await checks.open(world.student, DEVICE, "Firefox on Linux")
    run = "UPDATE sitting SET state='running', running_from=$2 WHERE sitting_id=$1"
    with pytest.raises(CheckViolationError):
        await world.value(run, opened.sitting, world.clock.now())


async def test_it_waits_for_the_look_and_for_a_better_one(world, checks):
    opened = await checks.open(world.student, DEVICE, "Firefox on Linux")
    await world.sittings.streaming(world.student, opened.sitting, opened.epoch)

    async def ask():
        return await checks.conclude(world.student, opened.check, FINE, give_up=False)

    assert (await ask()).awaiting
    await look_at(world, Verdict.DARK)
    found = await ask()
    assert found.awaiting
    assert found.result is Result.FAIL
    world.clock.forward(5)
    await look_at(world, Verdict.MATCH)
    found = await ask()
    assert not found.awaiting
    assert found.result is Result.PASS
    again = await checks.conclude(
        world.student, opened.check, replace(FINE, cores=1), give_up=True
    )
    assert again == found  # finished: what is told later changes nothing


async def test_a_person_s_eyes_need_no_template(world):
    checks = Checks(world.desk, [], by_person)
    _, found = await checked(world, checks, Verdict.SYSTEM_UNAVAILABLE)
    assert found.result is Result.PASS
    assert not found.awaiting


async def test_a_check_is_its_owner_s_alone(world, checks):
    opened = await checks.open(world.student, DEVICE, "Firefox on Linux")
    stranger = await build_world(world.db)
    with pytest.raises(NoSuchCheck):
        await checks.conclude(stranger.student, opened.check, FINE, give_up=True)


async def test_a_new_check_ends_the_one_before(world, checks):
    await checks.open(world.student, DEVICE, "Firefox on Linux")
    await checks.open(world.student, DEVICE, "Firefox on Linux")
    ended = "SELECT count(*) FROM sitting WHERE reason = 'checked'"
    assert await world.value(ended) == 1
    world.clock.forward(601)
    assert await world.sittings.sweep() == 1
    assert await world.value("SELECT count(*) FROM sitting WHERE state<>'ended'") == 0


@pytest.mark.parametrize(
    ("camera", "signs"),
    [("OBS Virtual Camera", 1), ("Integrated Webcam", 0)],
    ids=["program", "camera"],
)
async def test_a_camera_that_is_a_program_is_a_sign_and_no_verdict(
    world, checks, camera, signs
):
    sittings = Sittings(world.desk, [], checks)
    await checked(world, checks, told=replace(FINE, camera=camera))
    opened = await sittings.open(
        world.student, MODULE, opened_on=OpenedOn(device=DEVICE)
    )
    count = "SELECT count(*) FROM sign WHERE sitting_id = $1"
    assert await world.value(count, opened.sitting) == signs
    risk = "SELECT risk > 0 FROM sitting WHERE sitting_id = $1"
    assert await world.value(risk, opened.sitting) is bool(signs)
