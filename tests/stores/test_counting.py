"""The ledger in a real database: what services write and the schema refuses."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app.proctoring.domain.words import Verdict
from app.proctoring.service.sittings import SittingOpenElsewhere
from app.proctoring.store.sittings import Seen
from tests.stores.world import MODULE


async def test_hours_become_confirmed_after_the_next_passed_look(world):
    await world.open()
    await world.look()
    await world.study(570)
    assert await world.seconds("confirmed") == 0
    await world.due_at_once("interval")
    await world.look()
    assert await world.seconds("confirmed") == 570


async def test_used_up_retries_void_the_time_and_raise_one_incident(world):
    await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    for _ in range(4):
        await world.look(Verdict.MISMATCH)
        await world.study(9)
    assert await world.seconds("confirmed") == 0
    assert await world.seconds("void") > 60
    assert await world.value("SELECT count(*) FROM incident") == 1
    assert await world.value("SELECT state FROM sitting") == "paused"


async def test_a_second_open_sitting_is_refused_by_the_database_itself(world):
    await world.open()
    with pytest.raises(asyncpg.UniqueViolationError):
        async with world.db.transaction() as tx:
            await tx.execute(
                """INSERT INTO sitting (sitting_id, account_id, module_code, state,
                       epoch, opened_at)
                   SELECT gen_random_uuid(), account_id, module_code, 'checking_in', 1,
                       now() FROM sitting"""
            )


async def test_opening_again_raises_the_epoch_of_the_same_sitting(world):
    first = await world.sittings.open(world.student, MODULE)
    second = await world.sittings.open(world.student, MODULE)
    assert second.sitting == first.sitting
    assert second.epoch == first.epoch + 1


async def test_many_browsers_opening_at_once_make_one_sitting(world):
    opened = await asyncio.gather(
        *(world.sittings.open(world.student, MODULE) for _ in range(8)),
        return_exceptions=True,
    )
    done = [it for it in opened if not isinstance(it, BaseException)]
    assert len({it.sitting for it in done}) == 1
    assert len({it.epoch for it in done}) == len(done)
    assert await world.value("SELECT count(*) FROM sitting") == 1


async def test_another_module_is_refused_unless_it_is_taken_instead(world):
    await world.open()
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO module (code, set_code, title, hours, summary, position)
               VALUES ('M2', 'A', 'Other', 1, '', 2)"""
        )
    with pytest.raises(SittingOpenElsewhere) as refused:
        await world.sittings.open(world.student, "M2")
    assert refused.value.details["module"] == MODULE
    await world.sittings.open(world.student, "M2", instead=True)
    ended = await world.value("SELECT reason FROM sitting WHERE state = 'ended'")
    assert ended == "replaced"


async def stretch(world, started: str, ended: str | None, state="provisional"):
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO stretch (sitting_id, account_id, module_code, started_at,
                   ended_at, state, void_reason)
               SELECT sitting_id, account_id, module_code, $1::text::timestamptz,
                   $2::text::timestamptz, $3, CASE WHEN $3 = 'void' THEN 'x' END
               FROM sitting""",
            started,
            ended,
            state,
        )


async def test_overlapping_stretches_are_refused_by_the_database(world):
    await world.open()
    await stretch(world, "2026-01-05 10:00Z", "2026-01-05 10:10Z")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await stretch(world, "2026-01-05 10:09Z", None)
    await stretch(world, "2026-01-05 10:10Z", "2026-01-05 10:20Z")  # touching is fine


async def test_fifty_writers_of_one_stretch_leave_one(world):
    await world.open()
    tries = (
        stretch(world, f"2026-01-05 10:00:{n:02}Z", "2026-01-05 11:00Z")
        for n in range(50)
    )
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(result is None for result in results) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stretch SET ended_at = ended_at + interval '1 hour'",
        "UPDATE stretch SET state = 'provisional'",
        "UPDATE stretch SET started_at = started_at - interval '1 hour'",
        "DELETE FROM stretch",
    ],
)
async def test_closed_time_never_changes(world, change):
    await world.open()
    await stretch(world, "2026-01-05 10:00Z", "2026-01-05 10:10Z", "confirmed")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with world.db.transaction() as tx:
            await tx.execute(change)


async def test_without_the_guard_the_same_change_would_pass(world):
    """Control: it is the trigger that refuses, nothing else."""
    await world.open()
    await stretch(world, "2026-01-05 10:00Z", "2026-01-05 10:10Z", "confirmed")
    async with world.db.transaction() as tx:
        await tx.execute("ALTER TABLE stretch DISABLE TRIGGER stretch_is_append_only")
        changed = await tx.execute(
            "UPDATE stretch SET ended_at = ended_at + interval '1 hour'"
        )
    assert changed == "UPDATE 1"


async def test_presence_that_lapses_is_swept_at_the_last_time_seen(world):
    await world.open()
    await world.look()
    await world.study(30)
    world.clock.forward(13)
    assert await world.sittings.sweep() == 1
    assert await world.value("SELECT reason FROM sitting") == "away"
    assert await world.seconds("provisional") == 30


async def test_a_checkpoint_after_a_lapse_does_not_bridge_it(world):
    await world.open()
    await world.look()
    await world.study(30)
    world.clock.forward(13)
    await world.seen()
    await world.sittings.sweep()
    assert await world.seconds("provisional") == 30


async def test_a_checkpoint_of_an_older_epoch_or_of_a_stranger_is_ignored(world):
    sitting = await world.open()
    before = await world.value("SELECT seen_at FROM sitting")
    await world.sittings.open(world.student, MODULE)
    later = world.clock.now() + timedelta(seconds=3)
    async with world.db.transaction() as tx:
        from_old_epoch = [Seen(sitting, 1, world.student, later)]
        from_stranger = [Seen(sitting, 2, sitting, later)]
        for seen in (from_old_epoch, from_stranger):
            await world.checkpoint(tx, seen)
    assert await world.value("SELECT seen_at FROM sitting") == before


async def test_finishing_confirms_and_ends(world):
    sitting = await world.open()
    await world.look()
    await world.study(120)
    await world.sittings.finish(world.student, sitting)
    await world.look()
    assert await world.value("SELECT reason FROM sitting") == "finished"
    assert await world.seconds("confirmed") == 120
