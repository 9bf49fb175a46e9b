"""Calls of one moment share one statement: what they cost PostgreSQL, a commit and a
round trip, is paid once for all of them. Nobody is made to wait: alone, a call goes at
once; while statements are under way those that come gather for the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from app.adapters.tasks import begin
from app.kernel.refusals import Unavailable

Asked = TypeVar("Asked")
Told = TypeVar("Told")
_Batch: TypeAlias = list[tuple[Asked, asyncio.Future[Told]]]


class Together(Generic[Asked, Told]):
    """`ask` answers many in one go, in their order. Where it raises, each is asked
    alone, so that nobody pays for a neighbour; but for `Unavailable`, which is nobody's
    own: that each of them gets.

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
        self._free = lanes
        self._waiting: _Batch[Asked, Told] = []
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, asked: Asked) -> Told:
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._free:
            self._free -= 1
            begin(self._run(), self._running)
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[: self._most]
                del self._waiting[: self._most]
                await self._run_one([it for it in batch if not it[1].done()])
        finally:
            self._free += 1  # at once: whoever comes next begins another lane

    async def _run_one(self, batch: _Batch[Asked, Told]) -> None:
        try:
            if batch:
                await self._answer(batch)
        finally:  # stopped in the middle: nobody is left to wait
            for _, future in batch:
                future.cancel()

    async def _answer(self, batch: _Batch[Asked, Told]) -> None:
        try:
            told = await self._ask([asked for asked, _ in batch])
        except Unavailable as error:
            _refuse(batch, error)
        except Exception as error:  # theirs, whatever it is
            if len(batch) == 1:
                return _refuse(batch, error)
            for one in batch:
                await self._answer([one])
        else:
            for (_, future), answer in zip(batch, told, strict=True):
                if not future.done():
                    future.set_result(answer)


def _refuse(batch: _Batch[Asked, Told], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
