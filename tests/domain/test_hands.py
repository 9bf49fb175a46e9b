"""A worker told to stop finishes what it has in hand and begins nothing new."""

import asyncio

from workers.hands import Hands


class Bench:
    """A worker that takes piece after piece, each until `go_on`."""

    def __init__(self) -> None:
        self.hands, self.done = Hands(), 0
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        while True:
            async with self.hands.work():
                self.begun.set()
                await self.go_on.wait()
                self.done += 1


async def test_what_is_in_hand_is_finished_and_nothing_new_is_begun():
    bench = Bench()
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(bench.run())
        await bench.begun.wait()
        letting_go = group.create_task(bench.hands.let_go(5))
        await asyncio.sleep(0.1)
        assert not letting_go.done()
        bench.go_on.set()
        assert await letting_go
        assert bench.done == 1
        worker.cancel()


async def test_it_does_not_wait_for_ever():
    bench = Bench()
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(bench.run())
        await bench.begun.wait()
        assert not await bench.hands.let_go(0.1)
        worker.cancel()
    assert bench.done == 0


async def test_idle_hands_let_go_at_once_unless_somebody_else_is_busy():
    hands, busy = Hands(), True
    assert await hands.let_go(0)
    hands.also(lambda: busy)
    assert not await hands.let_go(0)
    busy = False
    assert await hands.let_go(0)
