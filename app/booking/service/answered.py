"""Forgets what was answered long ago: nobody repeats a request after days."""

from datetime import timedelta

from app.booking.service.desk import BookingDesk
from app.booking.store import answers

KEPT = timedelta(days=3)


async def forget_old_answers(desk: BookingDesk) -> None:
    async with desk.db.transaction() as tx:
        await answers.forget_before(tx, desk.clock.now() - KEPT)
