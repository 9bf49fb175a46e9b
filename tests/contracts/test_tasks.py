"""Background tasks end when their owner does, and faults do not end them."""

import asyncio

import pytest

from app.adapters.tasks import alongside, heed, in_time, restarted


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


@pytest.mark.parametrize("heeds", [True, False])
async def test_a_loop_in_a_group_ends_though_a_step_swallowed_that_it_should(heeds):
    """A group tells its tasks once. The control goes on until it is let."""
    went_on = asyncio.Event()

    async def loop() -> None:
        while not went_on.is_set():
            if heeds:
                heed()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if not heeds:
                    went_on.set()

    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(loop())

    task = asyncio.create_task(group())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait([task])
    assert went_on.is_set() is not heeds


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

    async with asyncio.timeout(5), alongside(restarted("test", fails)):
        await runs.acquire()
        await runs.acquire()


async def test_an_answer_or_an_error_in_time_is_handed_on():
    async def broken() -> None:
        raise ZeroDivisionError

    assert await in_time(asyncio.sleep(0, "said"), 5) == "said"
    with pytest.raises(ZeroDivisionError):
        await in_time(broken(), 5)
    with pytest.raises(TimeoutError):
        await in_time(asyncio.sleep(60), 0.01)
