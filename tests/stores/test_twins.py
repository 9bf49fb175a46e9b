"""Two students before the same picture: who is compared, and what follows."""

import pytest

from app.accounts.domain.consents import Purpose
from app.accounts.service.consents import Consents, current_notice
from app.adapters.signing import Signer
from app.proctoring.domain.marks import BANDS
from app.proctoring.service.clips import Clips
from app.proctoring.service.twins import Glimpsed, Twins
from tests.domain.test_marks import flipped, picture
from tests.stores.entrance import LetterBox, gatehouse_on
from tests.stores.world import build_world

EVERY_S = 12
MOMENTS = range(6)
SUSPECTED = "SELECT count(*) FROM sign WHERE sign = 'same_clip'"


@pytest.fixture
def twins(world, redis):
    return Twins(world.desk, Clips(redis))


async def running(world):
    sitting = await world.open()
    await world.look()
    return sitting


async def show(world, twins, *cameras):
    """Each camera: the sitting, and the picture of each moment."""
    for moments in zip(*(pictures for _, pictures in cameras), strict=True):
        world.clock.forward(EVERY_S)
        now = world.clock.now()
        sittings = (sitting for sitting, _ in cameras)
        seen = zip(sittings, moments, strict=True)
        await twins.compare([Glimpsed(sitting, now, it) for sitting, it in seen])


async def test_two_sittings_of_one_account_are_no_twins(world, twins):
    clip = [picture(it) for it in MOMENTS]
    first = await running(world)
    await show(world, twins, (first, clip))
    await world.sittings.withdraw(world.student)
    second = await running(world)
    for _ in range(3):
        await show(world, twins, (second, clip))
    assert await world.value(SUSPECTED) == 0


async def test_two_accounts_before_one_clip_are(world, twins):
    """The control."""
    other = await build_world(world.db)
    sittings = await running(world), await running(other)
    clip = [picture(it) for it in MOMENTS]
    again = [flipped(it, 2) for it in clip]
    await show(world, twins, (sittings[0], clip), (sittings[1], again))
    assert await world.value(SUSPECTED) == 2


@pytest.mark.parametrize("purpose", [Purpose.CAMERA, Purpose.BIOMETRICS])
async def test_withdrawing_takes_the_marks_back(world, twins, redis, purpose):
    house = gatehouse_on(world.db, world.clock, LetterBox())
    consents, version = Consents(house, Signer("s" * 40)), current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    other = await build_world(world.db)
    clip = [picture(it) for it in MOMENTS]
    theirs = [picture(it + 100) for it in MOMENTS]
    sitting = await running(world)
    await show(world, twins, (sitting, clip), (await running(other), theirs))
    await twins.forget_withdrawn()
    assert len(await redis.keys("marks:*")) == 2
    await consents.withdraw(world.student, purpose)
    await twins.forget_withdrawn()
    assert await redis.keys(f"*{world.student}*") == []
    assert len(await redis.keys("clip:*")) == len(MOMENTS) * BANDS
    # A glance that was on its way goes the next time.
    await show(world, twins, (sitting, clip))
    await twins.forget_withdrawn()
    assert await redis.keys(f"*{world.student}*") == []
    await consents.give(world.student, list(Purpose), version, "a browser")
    await show(world, twins, (sitting, clip))
    await twins.forget_withdrawn()
    assert await redis.keys(f"*{world.student}*") != []


async def test_a_glance_of_an_ended_or_unknown_sitting_is_not_kept(world, twins, redis):
    late, other = await running(world), await build_world(world.db)
    await world.sittings.withdraw(world.student)
    clip = [picture(it) for it in MOMENTS]
    await show(world, twins, (late, clip), (other.student, clip))
    assert await redis.keys("*") == []
    await show(world, twins, (await running(other), clip))
    assert await world.value(SUSPECTED) == 0
    assert await redis.keys("clip:*") != []
