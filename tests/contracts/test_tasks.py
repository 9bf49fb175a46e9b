"""Background tasks end when their owner does, and faults do not end them."""

import asyncio
from contextlib import suppress

import pytest
import structlog

from app.adapters.tasks import alongside, end, in_time, restarted


async def test_work_ends_with_its_block_even_if_it_swallows_a_cancellation():
    swallowed = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.sleep(60)

    async with asyncio.timeout(5):
        async with alongside(stubborn()):
            await asyncio.sleep(0)
    assert swallowed.is_set()


async def test_work_within_work_ends_though_both_swallow_a_cancellation():
    """Whoever waits for the end of what it owns does so, however often it is asked."""
    ended = []

    async def stubborn(name: str) -> None:
        for _ in range(2):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
        ended.append(name)

    async def owner() -> None:
        async with alongside(stubborn("a")), alongside(stubborn("b")):
            await asyncio.sleep(60)

    task = asyncio.create_task(owner())
    await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        await end(task)
    assert ended == ["b", "a"]
    assert task.cancelled()


async def test_an_error_of_the_work_is_raised_when_the_block_ends():
    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with alongside(broken()):
            await asyncio.sleep(0)


async def test_a_bug_is_logged_and_the_work_begins_anew():
    runs = asyncio.Semaphore(0)

    async def fails() -> None:
        runs.release()
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as logs:
        async with asyncio.timeout(5), alongside(restarted("test", fails)):
            await runs.acquire()
            await runs.acquire()
    told = {"event": "task_failed", "task": "test"}
    assert told.items() <= logs[0].items()


async def test_an_answer_or_an_error_in_time_is_handed_on():
    async def broken() -> None:
        raise ZeroDivisionError

    assert await in_time(asyncio.sleep(0, "said"), 5) == "said"
    with pytest.raises(ZeroDivisionError):
        await in_time(broken(), 5)
    with pytest.raises(TimeoutError):
        await in_time(asyncio.sleep(60), 0.01)
