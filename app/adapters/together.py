"""Calls of one moment share one statement: what they cost PostgreSQL, a commit and a
round trip, is paid once for all of them. Nobody is made to wait: alone, a call goes at
once; while statements are under way those that come gather for the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from app.adapters.tasks import begin

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Together(Generic[Asked, Told]):
    """`ask` answers many in one go, in their order; what it raises, each of them gets.

    `most` go into one statement, and `lanes` statements run side by side. How long
    one may take is for `ask` to limit. A caller that goes away takes nobody along.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]],
        *,
        most: int = 100,
        lanes: int = 2,
    ) -> None:
        self._ask = ask
        self._most = most
        self._lanes = lanes
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, asked: Asked) -> Told:
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if len(self._running) < self._lanes:
            begin(self._run(), self._running)
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch = self._waiting[: self._most]
            del self._waiting[: self._most]
            batch = [it for it in batch if not it[1].done()]
            if batch:
                await self._answer(batch)

    async def _answer(self, batch: list[tuple[Asked, asyncio.Future[Told]]]) -> None:
        try:
            told = await self._ask([asked for asked, _ in batch])
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:  # theirs, whatever it is
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, told, strict=True):
            if not future.done():
                future.set_result(answer)
