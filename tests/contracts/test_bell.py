"""What every bell promises, in memory and over a real Valkey."""

import pytest
import structlog

from app.adapters.bell import MemoryBell, RedisBell, Rings
from app.adapters.redis import connect


@pytest.fixture(params=["memory", "redis"])
async def bell(request, redis_url):
    if request.param == "memory":
        yield MemoryBell()
        return
    redis, patient = connect(redis_url), connect(redis_url, patience_s=10)
    yield RedisBell(redis, patient)
    await patient.aclose()
    await redis.aclose()


async def take(rings: Rings, within_s: float = 0, or_all_every_s: float = 2):
    return await rings.take(within_s=within_s, or_all_every_s=or_all_every_s)


async def settled(rings: Rings) -> None:
    """Takes the first "everything" that stands for what rang before we listened."""
    assert (await take(rings)).everything


async def test_a_ring_is_heard_with_its_topic(bell):
    async with bell.listen() as rings:
        await settled(rings)
        await bell.ring(["wall"])
        assert (await take(rings)).topics == {"wall"}


async def test_rings_close_together_are_taken_as_one(bell):
    async with bell.listen() as rings:
        await settled(rings)
        for _ in range(20):
            await bell.ring(["wall", "student:1"])
        rung = await take(rings, within_s=0.1)
        assert rung.topics == {"wall", "student:1"}
        assert not rung.everything


async def test_silence_says_that_everything_may_have_changed(bell):
    async with bell.listen() as rings:
        await settled(rings)
        assert (await take(rings, or_all_every_s=0.05)).everything


async def test_a_ring_while_the_state_is_read_is_kept_for_the_next_take(bell):
    async with bell.listen() as rings:
        await settled(rings)
        await bell.ring(["a"])
        await take(rings)
        await bell.ring(["b"])
        assert (await take(rings)).topics == {"b"}


async def test_the_callers_own_exception_comes_through(bell):
    with pytest.raises(ZeroDivisionError):
        async with bell.listen():
            raise ZeroDivisionError


async def test_a_cut_connection_says_everything_and_hears_again(redis_url):
    redis, patient = connect(redis_url), connect(redis_url, patience_s=10)
    bell = RedisBell(redis, patient)
    async with bell.listen() as rings:
        await settled(rings)
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        assert (await take(rings)).everything
        assert (await take(rings)).everything  # it listens again
        await bell.ring(["wall"])
        assert (await take(rings)).topics == {"wall"}
    await patient.aclose()
    await redis.aclose()


async def test_without_redis_a_ring_is_lost_and_nothing_else():
    redis = connect("redis://127.0.0.1:1")
    with structlog.testing.capture_logs() as logs:
        await RedisBell(redis, redis).ring(["wall"])
    assert [it["event"] for it in logs] == ["ring_lost"]
    await redis.aclose()


def test_rings_are_bounded():
    rings = Rings()
    for number in range(Rings.MOST + 2):
        rings.add(f"student:{number}")
    assert len(rings._topics) <= Rings.MOST
