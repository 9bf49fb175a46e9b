"""Who may book, asked of real hours and incidents."""

import pytest

from app.proctoring.domain.words import Verdict
from app.proctoring.service.fitness import fitness
from tests.stores.world import MODULE, build_world


@pytest.fixture
async def world(database):
    return await build_world(database)


async def fit(world):
    async with world.db.connection() as tx:
        return (await fitness(tx, world.student, [MODULE], world.clock.now()))[MODULE]


async def test_only_confirmed_hours_count(world):
    await world.open()
    await world.look()
    await world.study(60)
    before = await fit(world)
    assert (before.confirmed_us, before.required_us) == (0, 3_600_000_000)
    await world.due_at_once("interval")
    await world.look()
    assert 55_000_000 < (await fit(world)).confirmed_us <= 62_000_000


async def test_an_incident_nobody_has_decided_is_open(world):
    await world.open()
    await world.look()
    assert (await fit(world)).open_incidents == 0
    await world.due_at_once("interval")
    await world.look(Verdict.SEVERAL_FACES)
    while await world.value("SELECT count(*) FROM incident") == 0:
        await world.study(30)
        await world.look(Verdict.SEVERAL_FACES)
    assert (await fit(world)).open_incidents == 1
    await world.value("UPDATE incident SET state = 'decided', choice = 'warn'")
    assert (await fit(world)).open_incidents == 0
