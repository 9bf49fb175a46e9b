"""What every page shows and hardly ever changes: read now and then, kept meanwhile."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app.kernel.clock import Clock
from app.kernel.refusals import Unavailable

T = TypeVar("T")


class Kept(Generic[T]):
    """A value of `read`, at most `every` old. While the database is away, the last one
    that was read."""

    def __init__(
        self,
        read: Callable[[datetime], Awaitable[T]],
        clock: Clock,
        *,
        every: timedelta,
        at_first: T,
    ) -> None:
        self._read = read
        self._clock = clock
        self._every = every
        self._value = at_first
        self._read_at: datetime | None = None

    async def get(self, *, fresh: bool = False) -> T:
        now = self._clock.now()
        if fresh or self._read_at is None or now - self._read_at >= self._every:
            with suppress(Unavailable):
                self._value = await self._read(now)
            self._read_at = now
        return self._value

    def forget(self) -> None:
        """It has changed: the next one who asks reads it."""
        self._read_at = None
