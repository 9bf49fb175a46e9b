"""What the live topics say."""

from app.proctoring.domain.words import Verdict


async def student(world):
    return (await world.states.students([str(world.student)]))[str(world.student)]


async def wall(world):
    return (await world.states.wall([""]))[""]


async def test_a_student_sees_hours_and_the_open_sitting(world):
    await world.open()
    state = await student(world)
    assert state["sitting"]["state"] == "checking_in"
    assert state["hours"][0]["required_s"] == 3600
    await world.look()
    await world.study(30)
    state = await student(world)
    assert state["sitting"]["counting"]
    assert state["hours"][0]["provisional_s"] == 30


async def test_retries_left_are_shown_but_no_score(world):
    await world.open()
    await world.look(Verdict.MISMATCH)
    sitting = (await student(world))["sitting"]
    assert sitting["tries_left"] == 3
    assert sitting["verdict"] == "mismatch"
    assert "similarity" not in str(sitting)


async def test_the_first_failed_look_of_running_time_is_tried_again_in_silence(world):
    await world.open()
    await world.look()
    await world.study(30)
    await world.due_at_once("interval")
    await world.look(Verdict.MISMATCH)
    sitting = (await student(world))["sitting"]
    assert (sitting["verdict"], sitting["tries_left"]) == (None, None)
    await world.study(6)
    await world.look(Verdict.MISMATCH)
    sitting = (await student(world))["sitting"]
    assert (sitting["verdict"], sitting["tries_left"]) == ("mismatch", 2)


async def test_looking_is_shown_while_a_look_is_leased(world):
    await world.open()
    assert not (await student(world))["sitting"]["looking"]
    await world.looks.claim_due()
    assert (await student(world))["sitting"]["looking"]


async def test_the_end_is_told_with_its_reason(world):
    sitting = await world.open()
    await world.end(sitting)
    state = await student(world)
    assert state["sitting"] is None
    assert state["ended"]["reason"] == "proctor"


async def test_the_wall_shows_who_needs_a_person_first(world):
    await world.open()
    await world.look()
    assert (await wall(world))["sittings"][0]["need"] == 0
    await world.due_at_once("interval")
    for _ in range(4):
        await world.look(Verdict.SEVERAL_FACES)
        await world.study(9)
    shown = await wall(world)
    assert shown["sittings"][0]["need"] == 3
    assert shown["sittings"][0]["incident"]["kind"] == "several_faces"
    counts = shown["counts"]
    assert (counts["running"], counts["checking_in"], counts["paused"]) == (0, 0, 1)
    assert (counts["incidents"], counts["to_review"]) == (1, 1)
    assert (counts["looks"], counts["passed"]) == (5, 1)
    assert shown["media"] is None
