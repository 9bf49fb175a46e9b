"""Statements over many sittings at once do not wait for each other in a ring."""

import asyncio
import random
from datetime import timedelta
from uuid import uuid4

from app.adapters.db import Database
from app.kernel.ids import AccountId, SittingId
from app.proctoring.store import glances, sittings
from app.proctoring.store.glances import Steady
from app.proctoring.store.sittings import Seen
from tests.stores.world import World, build_world

MANY, ROUNDS = 150, 40
OPEN = """WITH who AS (INSERT INTO account (account_id, srn, name, role, password_hash,
        password_set_at, created_at)
    VALUES ($1, $2, 'Many', 'student', 'x', now(), now()))
    INSERT INTO sitting (sitting_id, account_id, module_code, state, epoch, opened_at,
        running_from, seen_at, failures)
    VALUES ($3, $1, (SELECT min(code) FROM module), 'running', 1, $4, $4, $4, 0)"""


async def open_many(world: World, db: Database) -> list[tuple[SittingId, AccountId]]:
    opened = [(SittingId(uuid4()), AccountId(uuid4())) for _ in range(MANY)]
    async with db.transaction() as tx:
        for sitting, account in opened:
            srn = f"M{account.hex[:12].upper()}"
            await tx.execute(OPEN, account, srn, sitting, world.clock.now())
    return opened


async def test_checkpoints_and_glances_meet_in_any_order(database):
    world = await build_world(database)
    opened = await open_many(world, database)
    now, chance = world.clock.now(), random.Random(1)

    async def in_any_order(act):
        for _ in range(ROUNDS):
            mixed = chance.sample(opened, len(opened))
            async with database.transaction() as tx:
                await act(tx, mixed)

    async def present(tx, them):
        seen = [Seen(sitting, 1, account, now) for sitting, account in them]
        await sittings.checkpoint(tx, seen, now, timedelta(seconds=12))

    async def calm(tx, them):
        await glances.steady(tx, [Steady(sitting, 1, now) for sitting, _ in them])

    async with asyncio.TaskGroup() as group:
        for act in (present, calm, present, calm):
            group.create_task(in_any_order(act))
    noted = "SELECT count(*) FROM sitting WHERE glanced_at = $1 AND seen_at = $1"
    assert await world.value(noted, now) == MANY
