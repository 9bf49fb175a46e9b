"""Calls that share a statement: none is lost, none waits for nothing."""

import asyncio

import pytest

from app.adapters.together import Together
from app.kernel.refusals import Unavailable


class Asking:
    """Doubles numbers once it is let; remembers what went together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()

    async def __call__(self, numbers):
        self.batches.append(list(numbers))
        await self.go.wait()
        if 13 in numbers:
            raise ValueError("13")
        return [2 * it for it in numbers]


async def begin(together, *numbers):
    tasks = [asyncio.create_task(together(it)) for it in numbers]
    await asyncio.sleep(0.01)
    return tasks


async def test_one_alone_goes_at_once_and_those_who_come_meanwhile_together():
    asking = Asking()
    together = Together(asking, lanes=1, most=3)
    tasks = await begin(together, 1)
    assert asking.batches == [[1]]
    tasks += await begin(together, 2, 3, 4, 5)
    assert asking.batches == [[1]]
    asking.go.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10]
    assert asking.batches == [[1], [2, 3, 4], [5]]
    assert await together(6) == 12


async def test_who_asks_again_at_once_is_not_left_waiting():
    """Before the lane that answered has been cleared away."""
    asking = Asking()
    asking.go.set()
    together = Together(asking, lanes=1)
    async with asyncio.timeout(2):
        assert [await together(it) for it in range(5)] == [0, 2, 4, 6, 8]


async def test_a_second_lane_goes_beside():
    asking = Asking()
    together = Together(asking, lanes=2)
    await begin(together, 1)
    await begin(together, 2)
    tasks = await begin(together, 3, 4)
    assert asking.batches == [[1], [2]]
    asking.go.set()
    assert await asyncio.gather(*tasks) == [6, 8]
    assert asking.batches == [[1], [2], [3, 4]]


async def test_who_raises_raises_alone_and_the_others_are_answered():
    asking = Asking()
    asking.go.set()
    together = Together(asking, lanes=1)
    got = await asyncio.gather(*map(together, (12, 13, 14)), return_exceptions=True)
    assert got[0] == 24
    assert isinstance(got[1], ValueError)
    assert got[2] == 28
    assert await together(1) == 2


async def test_what_is_away_is_away_for_all_and_asked_once():
    asked = []

    async def away(numbers):
        asked.append(len(numbers))
        raise Unavailable

    together = Together(away, lanes=1)
    got = await asyncio.gather(together(1), together(2), return_exceptions=True)
    assert [type(it) for it in got] == [Unavailable, Unavailable]
    assert asked == [2]


async def test_who_goes_away_takes_nobody_along():
    asking = Asking()
    together = Together(asking, lanes=1)
    first, second = await begin(together, 1, 2)
    waiting, gone = await begin(together, 3, 4)
    first.cancel()
    gone.cancel()
    asking.go.set()
    assert await second == 4
    assert await waiting == 6
    with pytest.raises(asyncio.CancelledError):
        await first
    assert asking.batches == [[1, 2], [3]]
