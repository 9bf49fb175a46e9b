"""What a pool of connections hands on, and what it does not."""

import pytest

from app.adapters import db


@pytest.fixture
async def one(database_url):
    opened = await db.connect(database_url, size=1)
    yield opened
    await opened.close()


async def test_a_transaction_left_open_is_rolled_back_for_the_next(one):
    async def half_of_it() -> None:
        async with one.transaction() as tx:
            await tx.execute("CREATE TABLE half (done boolean)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_of_it()
    async with one.connection() as tx:
        assert await tx.fetchval("SELECT to_regclass('half')") is None


async def test_locks_and_settings_of_a_transaction_end_with_it(one):
    async with one.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(7)")
        await tx.execute("SET LOCAL search_path TO nowhere")
    async with one.connection() as tx:
        assert await tx.fetchval("SHOW search_path") != "nowhere"
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert await tx.fetchval(held) == 0
