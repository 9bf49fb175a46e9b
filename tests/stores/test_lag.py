"""The wall's lag: whichever worker is away, it is seen, and only then."""

from app.proctoring.domain.wall import late_after_s
from app.proctoring.domain.words import Verdict
from app.proctoring.service.wall import Wall
from tests.stores.world import World, build_world


async def counts(world):
    return (await Wall(world.desk).states([""]))[""]["counts"]


async def overdue_s(world) -> float:
    return (await counts(world))["overdue_s"]


def late(world) -> float:
    return late_after_s(world.desk.policy)


async def studying(world) -> None:
    await world.open()
    await world.look()


async def without_matcher(world, seconds: int) -> None:
    """Looks are claimed, nobody answers, and housekeeping gives them up."""
    for _ in range(0, seconds, 3):
        await world.study(3)
        await world.looks.claim_due()
        await world.looks.give_up()


async def test_a_dead_sampler_is_seen_though_no_veiled_look_is_due(world):
    await studying(world)
    await world.study(600)
    due = "SELECT count(*) FROM look WHERE due_at < 'infinity' AND judged_at IS NULL"
    assert await world.value(due) == 0
    assert await overdue_s(world) < late(world)  # It may still come in time.
    await world.study(1200)
    assert await overdue_s(world) > 1150


async def test_a_dead_sampler_is_seen_at_once_where_somebody_begins(world):
    await world.open()
    await world.study(60)
    assert await overdue_s(world) == 60


async def test_a_dead_matcher_is_seen_though_every_look_is_leased(world):
    await studying(world)
    await world.study(300)
    await world.due_at_once("interval")
    await without_matcher(world, 21)
    assert await overdue_s(world) == 21
    assert (await counts(world))["unavailable"] == 0
    await without_matcher(world, 159)
    assert await overdue_s(world) > 170
    told = await counts(world)
    assert told["unavailable"] >= 2
    assert told["looks"] == told["passed"] + told["unavailable"]


async def test_one_answer_ends_what_a_dead_matcher_left(world):
    await studying(world)
    await world.study(300)
    await world.due_at_once("interval")
    await without_matcher(world, 90)
    assert await overdue_s(world) > late(world)
    for _ in range(20):
        await world.study(3)
        for lease in await world.looks.claim_due():
            await world.record(lease, Verdict.MATCH)
    assert await overdue_s(world) == 0


async def test_one_lost_look_among_answered_ones_is_not_late(world):
    """Its own trouble: whoever is answered after it shows that the workers live."""
    await studying(world)
    await world.study(300)
    await world.due_at_once("interval")
    await without_matcher(world, 60)
    late_then = await overdue_s(world)
    student = (await build_world(world.db)).student
    other = World(world.db, world.clock, world.desk, student)
    sitting = await other.open()
    for lease in await world.looks.claim_due():
        if lease.sitting == sitting:
            await other.record(lease, Verdict.MATCH)
    assert late_then > late(world) > await overdue_s(world)


async def test_nobody_waits_after_the_last_has_gone(world):
    sitting = await world.open()
    await world.due_at_once("start")
    await without_matcher(world, 60)
    assert await overdue_s(world) > late(world)
    await world.end(sitting)
    assert await overdue_s(world) == 0


async def test_a_quarter_of_an_hour_in_which_all_works_is_never_late(world):
    await studying(world)
    worst = 0.0
    for _ in range(0, 900, 9):
        await world.study(9)
        for lease in await world.looks.claim_due():
            world.clock.forward(1)
            await world.record(lease, Verdict.MATCH)
        worst = max(worst, await overdue_s(world))
    told = await counts(world)
    assert told["looks"] >= 2
    assert told["unavailable"] == 0
    assert worst == 0


async def test_who_has_left_is_not_late(world):
    await studying(world)
    world.clock.forward(1800)
    assert await overdue_s(world) == 0
