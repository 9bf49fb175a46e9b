"""What a worker has in hand is finished when it is told to stop, and nothing begun."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

LOOK_EVERY_S = 0.05


class Hands:
    """Of one process; its workers share them."""

    def __init__(self) -> None:
        self._held = 0
        self._stopping = False
        self._others: list[Callable[[], bool]] = []

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        """One piece of work, from taking it up to its end.

        Once the process is to stop nobody comes past here: it waits to be cancelled.
        """
        if self._stopping:
            await asyncio.Event().wait()
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def also(self, busy: Callable[[], bool]) -> None:
        """`busy` tells whether somebody has something in hand besides."""
        self._others.append(busy)

    async def let_go(self, within_s: float) -> bool:
        """Waits until nothing is in hand; False when that took too long."""
        self._stopping = True
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while self._held or any(busy() for busy in self._others):
            if loop.time() >= until:
                return False
            await asyncio.sleep(LOOK_EVERY_S)
        return True
