"""Looks in a real database: leased to one, tried again, judged once."""

import asyncio

import asyncpg
import pytest

from app.proctoring.domain.words import Verdict


async def test_a_look_is_leased_to_one_of_many_samplers(world):
    await world.open()
    claims = await asyncio.gather(*(world.looks.claim_due() for _ in range(8)))
    assert sum(map(len, claims)) == 1


async def test_a_killed_matchers_look_is_tried_again_and_judged_once(world):
    await world.open()
    (first,) = await world.looks.claim_due()
    assert await world.looks.claim_due() == []
    world.clock.forward(world.desk.policy.lease_s + 1)
    (second,) = await world.looks.claim_due()
    assert (second.look, second.attempt) == (first.look, 2)
    assert await world.record(first, Verdict.MISMATCH) is None
    assert await world.record(second, Verdict.MATCH) is Verdict.MATCH
    assert await world.record(second, Verdict.MISMATCH) is None
    assert await world.verdicts(first.look) == "match"


async def test_two_matchers_with_the_same_sample_write_one_verdict(world):
    await world.open()
    (lease,) = await world.looks.claim_due()
    written = await asyncio.gather(
        *(world.record(lease, Verdict.MATCH) for _ in range(6))
    )
    assert [v for v in written if v] == [Verdict.MATCH]


async def test_a_look_nobody_answers_is_our_fault_and_costs_nothing(world):
    await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    for _ in range(world.desk.policy.attempts):
        assert len(await world.looks.claim_due()) == 1
        await world.study(9)
    assert await world.looks.claim_due() == []
    assert await world.looks.give_up() == 1
    assert await world.value("SELECT verdict FROM sitting") == "system_unavailable"
    assert await world.value("SELECT state FROM sitting") == "running"
    world.clock.forward(30)
    await world.seen()
    assert await world.seconds("void") == 0


async def test_a_look_given_back_does_not_use_up_a_try(world):
    await world.open()
    for _ in range(10):
        (lease,) = await world.looks.claim_due()
        await world.looks.give_back(lease)
        world.clock.forward(1)
    (lease,) = await world.looks.claim_due()
    assert lease.attempt == 1


async def test_the_look_of_a_student_who_is_gone_waits_for_presence(world):
    sitting = await world.open()
    world.clock.forward(world.desk.policy.lapse_s + 1)
    (lease,) = await world.looks.claim_due()
    await world.looks.give_back(lease)
    world.clock.forward(1)
    assert await world.looks.claim_due() == []
    assert await world.seen() == [sitting]


async def test_looks_of_a_paused_sitting_are_cancelled_not_judged(world):
    sitting = await world.open()
    await world.look()
    await world.due_at_once("interval")
    (lease,) = await world.looks.claim_due()
    await world.sittings.pause(world.student, sitting)
    assert await world.record(lease, Verdict.MISMATCH) is None
    assert await world.value("SELECT failures FROM sitting") == 0


async def test_the_database_refuses_a_second_verdict(world):
    await world.open()
    lease = await world.look()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with world.db.transaction() as tx:
            await tx.execute(
                "UPDATE look SET verdict = 'mismatch' WHERE look_id = $1", lease.look
            )


async def test_a_running_sitting_always_has_its_routine_looks(world):
    await world.open()
    await world.look()
    open_looks = (
        "SELECT string_agg(why, ' ' ORDER BY why) FROM look "
        "WHERE judged_at IS NULL AND cancelled_at IS NULL"
    )
    assert await world.value(open_looks) == "interval random"
    await world.due_at_once("interval")
    await world.look()
    assert await world.value(open_looks) == "interval random"


async def test_wishing_for_a_routine_look_again_does_not_hurry_it(world):
    sitting = await world.open()
    await world.look()
    due = "SELECT due_at FROM look WHERE why = 'random' AND judged_at IS NULL"
    before = await world.value(due)
    for _ in range(10):
        await world.proctors.check(world.student, sitting)
        await world.look()
    assert await world.value(due) == before


async def test_a_present_student_without_an_open_look_is_told_of(world):
    sitting = await world.open()
    await world.look()
    async with world.db.transaction() as tx:
        await tx.execute("UPDATE look SET cancelled_at = now() WHERE judged_at IS NULL")
    assert await world.seen() == [sitting]
