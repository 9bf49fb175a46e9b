"""Glances against a real database: cheap when steady, exact when not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.kernel.glances import Followed, Sight
from app.proctoring.domain.signs import Sign
from app.proctoring.domain.words import Verdict
from app.proctoring.service.glances import Glances, Told
from tests.stores.world import finding

EVERY_S = 12
"""As long as the world studies at a time: steps of three seconds."""


def told(world, sitting, sight=Sight.STEADY, epoch=1, **followed):
    return Told(
        sitting=sitting,
        epoch=epoch,
        followed=Followed(sight=sight, **followed),
        at=world.clock.now(),
    )


async def glance(world, sitting, sight=Sight.STEADY, epoch=1, **followed):
    seen = told(world, sitting, sight, epoch, **followed)
    await Glances(world.desk).take([seen])


async def followed(world, seconds=60):
    """A running sitting whose face was followed for so long."""
    sitting = await world.open()
    await world.look()
    for _ in range(0, seconds, EVERY_S):
        await world.study(EVERY_S)
        await glance(world, sitting)
    return sitting


async def test_a_break_makes_a_look_due_and_costs_only_what_nobody_saw(world):
    sitting = await followed(world, 60)
    await world.study(EVERY_S)
    await glance(world, sitting, Sight.BROKEN)
    await world.look()
    assert round(await world.seconds("confirmed")) == 60
    assert await world.value("SELECT doubt_from FROM sitting") is None


async def test_one_missed_picture_costs_what_nobody_saw_and_no_more(world):
    """Even where the break that follows it is lost on its way."""
    sitting = await followed(world, 60)
    await world.study(EVERY_S)
    await glance(world, sitting, Sight.UNSEEN)
    assert await world.value("SELECT trouble FROM sitting") == "unseen"
    await world.study(EVERY_S)
    await glance(world, sitting)
    assert await world.value("SELECT trouble FROM sitting") is None
    await world.look()
    for _ in range(20):
        await world.study(EVERY_S)
        await glance(world, sitting)
    world.clock.forward(600 - 20 * EVERY_S)
    await world.study(3)
    await world.look()
    assert round(await world.seconds("confirmed")) >= 60 + 20 * EVERY_S


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
async def test_a_break_is_not_hidden_by_a_later_glance_of_its_batch(world, backwards):
    sitting = await followed(world, 60)
    await world.study(EVERY_S)
    batch = [told(world, sitting, Sight.BROKEN)]
    await world.study(EVERY_S)
    batch.append(told(world, sitting))
    await Glances(world.desk).take(batch[:: -1 if backwards else 1])
    assert await world.value("SELECT count(*) FROM look WHERE why = 'glance'") == 1
    await world.look()
    assert round(await world.seconds("confirmed")) == 60


async def test_a_break_that_a_second_glancer_takes_late_is_still_a_break(world):
    sitting = await followed(world, 60)
    await world.study(EVERY_S)
    overtaken = told(world, sitting, Sight.BROKEN, gap_s=float(EVERY_S))
    await world.study(EVERY_S)
    await glance(world, sitting)
    await Glances(world.desk).take([overtaken])
    await world.look()
    assert round(await world.seconds("confirmed")) == 60


async def test_an_empty_chair_pauses_and_time_up_to_it_is_kept(world):
    sitting = await followed(world, 60)
    for _ in range(3):
        await world.study(EVERY_S)
        await glance(world, sitting, Sight.EMPTY)
    assert await world.value("SELECT reason FROM sitting") == "no_face"
    await glance(world, sitting, Sight.BROKEN)
    world.clock.forward(3)
    await world.look()
    assert round(await world.seconds("confirmed")) == 60


async def test_a_glance_of_an_older_epoch_changes_nothing(world):
    sitting = await followed(world)
    await glance(world, sitting, Sight.BROKEN, epoch=7)
    await glance(world, sitting, epoch=7)
    assert await world.value("SELECT doubt_from FROM sitting") is None


@pytest.mark.parametrize(
    ("seen", "sign"),
    [({"still_s": 61.0}, Sign.FROZEN), ({"repeats": 12}, Sign.REPEATED_CLIP)],
    ids=["frozen", "repeated"],
)
async def test_a_sign_asks_for_a_turn_of_the_head_once_in_a_while(world, seen, sign):
    sitting = await followed(world)
    for _ in range(4):
        await world.study(EVERY_S)
        await glance(world, sitting, **seen)
    query = "SELECT count(*) FROM look WHERE why = 'challenge' AND ask IS NOT NULL"
    assert await world.value(query) == 1
    assert await world.value("SELECT times FROM sign WHERE sign = $1", sign) == 1
    assert await world.value("SELECT risk FROM sitting") > 0.3
    world.clock.forward(1)
    (lease,) = await world.looks.claim_due()
    assert lease.ask is not None
    assert lease.why == "challenge"


async def test_calm_glances_are_no_sign(world):
    await followed(world, 120)
    assert await world.value("SELECT count(*) FROM sign") == 0
    assert await world.value("SELECT risk FROM sitting") == 0


async def test_nothing_of_it_goes_to_the_student(world):
    sitting = await followed(world)
    await glance(world, sitting, still_s=100.0)
    state = (await world.states.students([str(world.student)]))[str(world.student)]
    assert not {"risk", "signs", "still", "glanced_at"} & state["sitting"].keys()


async def test_what_is_asked_is_shown_only_while_it_is_captured(world):
    sitting = await followed(world)
    await glance(world, sitting, still_s=100.0)

    async def asked():
        state = await world.states.students([str(world.student)])
        return state[str(world.student)]["sitting"]["asked"]

    assert await asked() is None
    (lease,) = await world.looks.claim_due()
    assert await asked() == lease.ask
    world.clock.forward(2)
    await world.record(lease, Verdict.MATCH)
    assert await asked() is None


async def test_an_asked_look_has_longer_than_a_plain_one(world):
    sitting = await followed(world)
    await glance(world, sitting, still_s=100.0)
    await world.looks.claim_due()
    policy = world.desk.policy
    world.clock.forward(policy.lease_s + 1)
    assert await world.looks.claim_due() == []
    world.clock.time += timedelta(seconds=policy.asked_lease_s)
    assert len(await world.looks.claim_due()) == 1


async def test_a_match_that_may_not_be_alive_is_asked_at_once(world):
    await world.open()
    (lease,) = await world.looks.claim_due()
    world.clock.forward(1)
    still = replace(finding(Verdict.MATCH), motion=0.0)
    await world.looks.record(lease.look, lease.attempt, still)
    (challenge,) = await world.looks.claim_due()
    assert challenge.why == "challenge"
    turned = replace(finding(Verdict.MATCH), motion=0.0, did_as_asked=True, kept=0.7)
    world.clock.forward(1)
    await world.looks.record(challenge.look, challenge.attempt, turned)
    assert await world.looks.claim_due() == []
    assert await world.value("SELECT state FROM sitting") == "running"
