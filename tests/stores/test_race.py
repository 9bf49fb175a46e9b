"""Thirty-two at once for the last seats: no seat is sold twice, and none is withheld.

How "withheld" is decided exactly stands in `tests/stores/racing.py`: each "full" is
held against what a witness saw inside the lock of the slot. The controls spoil the
database, one way each, and the same checks must find it.
"""

from tests.stores.racing import race_on

SEED = 20_261_201
NO_CONSTRAINTS = """
ALTER TABLE slot DROP CONSTRAINT never_one_too_many,
    DROP CONSTRAINT never_one_too_many_accessible;
"""
NOTHING_EXPIRES = """
CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER stay BEFORE UPDATE ON seat FOR EACH ROW
    WHEN (NEW.state = 'expired') EXECUTE FUNCTION stay();
"""
NOBODY_COUNTS_DOWN = """
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.taken := greatest(NEW.taken, OLD.taken);
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON slot FOR EACH ROW EXECUTE FUNCTION keep();
"""


SMALL = {"tries": 2_000, "slots": 10, "students": 800, "seed": SEED}


async def test_20_000_tries_oversell_nothing_and_withhold_nothing(database_url, capsys):
    big = {"tries": 20_000, "slots": 100, "students": 4_800, "seed": SEED}
    async with race_on(database_url, **big) as (race, found):
        with capsys.disabled():
            print(f"\n{found}")  # noqa: T201
        await race.come_to_rest()
        assert (found.oversold, found.miscounted, found.lies) == (set(), set(), [])
        assert found.refused["SlotFull"] > 2_000
        assert await race.in_vain() == set()
        await race.world.requires_balance()


async def test_without_the_constraints_the_same_race_oversells(database_url):
    async with race_on(database_url, **SMALL, schema=NO_CONSTRAINTS) as (_, found):
        assert len(found.oversold) > 5


async def test_where_nothing_expires_a_slot_is_called_full_and_is_not(database_url):
    async with race_on(database_url, **SMALL, schema=NOTHING_EXPIRES) as (_, found):
        assert found.oversold == set()
        assert any("over=0" not in it for it in found.lies)


async def test_where_a_seat_given_back_is_not_counted_it_is_found(database_url):
    async with race_on(database_url, **SMALL, schema=NOBODY_COUNTS_DOWN) as (_, found):
        assert found.oversold == set()
        assert found.miscounted
        assert found.lies
