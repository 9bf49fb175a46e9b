"""The one place that reads a clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class _Row(Protocol):
    async def fetchval(self, query: str) -> datetime: ...


class AnchoredClock:
    """Monotonic time anchored to PostgreSQL's clock.

    Between anchors it advances with the machine's monotonic clock, so a jump of the
    wall clock (NTP, an operator) moves nothing. A new anchor never turns time back:
    the clock waits until real time has caught up.
    """

    def __init__(self) -> None:
        self._offset = datetime.now(UTC) - _EPOCH - _monotonic()
        self._latest = _EPOCH

    def now(self) -> datetime:
        """UTC, aware, never earlier than what was told before."""
        self._latest = max(self._latest, _EPOCH + _monotonic() + self._offset)
        return self._latest

    async def anchor(self, connection: _Row) -> None:
        """Takes PostgreSQL's time as ours, halving the round trip's delay."""
        before = _monotonic()
        theirs = await connection.fetchval("SELECT clock_timestamp()")
        after = _monotonic()
        self._offset = theirs - _EPOCH - (before + after) / 2


def _monotonic() -> timedelta:
    return timedelta(seconds=time.monotonic())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
