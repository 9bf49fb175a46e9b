"""A letter a day before each test."""

from datetime import datetime, timedelta

from app.adapters.db import Tx
from app.booking.domain import letters
from app.booking.service import told
from app.booking.service.desk import BookingDesk, News
from app.booking.store import reminders as store

AHEAD = timedelta(days=1)
BATCH = 50


class Reminders:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def sweep(self) -> int:
        """How many were posted: one a seat. May run twice, or in many processes."""
        posted = 0
        while count := await self._desk.change(self._remind):
            posted += count
        return posted

    async def _remind(self, tx: Tx, now: datetime, news: News) -> int:
        due = await store.claim(tx, now, now + AHEAD, BATCH)
        for seat in due:
            words = letters.reminder(
                await told.told_of(tx, self._desk, told.about(seat))
            )
            await told.post(tx, self._desk, seat.account, words)
        return len(due)
