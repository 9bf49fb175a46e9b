"""Rates: kept in Redis, and kept when Redis is away."""

import asyncio

import pytest

from app.adapters.redis import connect as connect_redis
from app.adapters.sealing import Sealer
from app.adapters.throttle import Rate, Throttle, Throttled

SEALER = Sealer("s" * 40)
FOUR = Rate(name="four", burst=4, every_s=60)
QUICK = Rate(name="quick", burst=1, every_s=0.2)


async def taken(throttle: Throttle, rate: Rate, key: str, times: int) -> int:
    """How many of them were let through."""
    passed = 0
    for _ in range(times):
        try:
            await throttle.take(rate, key)
            passed += 1
        except Throttled:
            pass
    return passed


@pytest.fixture
async def away():
    """A client whose Redis is not there."""
    client = connect_redis("redis://127.0.0.1:1")
    yield client
    await client.aclose()


async def test_a_burst_passes_and_then_no_more(redis):
    throttle = Throttle(redis, SEALER)
    assert await taken(throttle, FOUR, "asha", 10) == 4


async def test_each_key_and_each_rate_counts_by_itself(redis):
    throttle = Throttle(redis, SEALER)
    await taken(throttle, FOUR, "asha", 10)
    assert await taken(throttle, FOUR, "ben", 10) == 4
    other = Rate(name="other", burst=2, every_s=60)
    assert await taken(throttle, other, "asha", 10) == 2


async def test_processes_share_one_count(redis):
    here, there = Throttle(redis, SEALER), Throttle(redis, SEALER)
    passed = await asyncio.gather(
        *(taken(it, FOUR, "asha", 3) for it in (here, there, here, there))
    )
    assert sum(passed) == 4


async def test_the_refusal_says_how_long_to_wait_and_then_it_passes(redis):
    throttle = Throttle(redis, SEALER)
    await throttle.take(QUICK, "asha")
    with pytest.raises(Throttled) as refused:
        await throttle.take(QUICK, "asha")
    assert refused.value.details["wait_s"] == 1
    await asyncio.sleep(QUICK.every_s)
    assert await taken(throttle, QUICK, "asha", 1) == 1


async def test_without_redis_a_process_counts_by_itself_and_stricter(away):
    throttle = Throttle(away, SEALER)
    assert await taken(throttle, FOUR, "asha", 10) == 2
    assert await taken(throttle, FOUR, "ben", 1) == 1


async def test_redis_holds_nobody_s_number(redis):
    await Throttle(redis, SEALER).take(FOUR, "ASHA001|192.0.2.7")
    keys = b" ".join(await redis.keys("*"))
    assert b"throttle:four:" in keys
    assert b"ASHA001" not in keys
    assert b"192.0.2.7" not in keys
