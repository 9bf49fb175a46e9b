"""`spom looks prove`, as an operator runs it."""

import pytest

from tests.cli.test_people import spom
from tests.stores.test_draws import studied, tamper
from tests.stores.world import QUIET, build_world

__all__ = ["spom"]


@pytest.fixture
async def world(database):
    return await build_world(database)


async def test_a_sitting_is_proven_and_one_tampered_row_is_named(spom, world):
    sitting = await studied(world, 25)
    srn = await world.value("SELECT srn FROM account")
    day = f"{world.clock.now():%Y-%m-%d}"
    for which in ((str(sitting),), (srn.lower(), day)):
        whole = spom("looks", "prove", *which)
        assert whole.returncode == 0, whole.stderr
        assert f"seed             {QUIET.hex()}" in whole.stdout
        assert "draws are those of the seed" in whole.stdout
    many = spom("looks", "prove", "--since", day)
    assert many.returncode == 0, many.stdout
    assert "1 sittings proven, 0 older than seeds" in many.stdout
    assert "Kolmogorov-Smirnov p = " in many.stdout
    row = await world.value(
        "SELECT look_id FROM look WHERE why = 'interval' AND draw = 1"
    )
    await tamper(
        world,
        f"UPDATE look SET drawn_at = drawn_at + interval '1 s' WHERE look_id = '{row}'",
    )
    for command in ((str(sitting),), ("--since", day)):
        broken = spom("looks", "prove", *command)
        assert broken.returncode == 1
        assert f"WRONG ({row}): was planned for" in broken.stdout
        assert "NOT PROVEN" in broken.stderr


async def test_the_seed_of_an_open_sitting_is_not_told(spom, world):
    sitting = await world.open()
    await world.look()
    told = spom("looks", "prove", str(sitting))
    assert told.returncode == 0
    assert "Its seed is told when it has ended" in told.stdout
    assert QUIET.hex() not in told.stdout


def test_what_is_not_there_is_said(spom):
    assert "no sitting" in spom("looks", "prove", "X1").stderr
    assert "Say which" in spom("looks", "prove").stderr
    assert "nobody" in spom("looks", "prove", "X1", "2026-01-05").stderr
