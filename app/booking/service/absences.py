"""Who was marked absent, and was there after all."""

from datetime import datetime, timedelta

from app.accounts.domain.people import normalise_srn
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.booking.domain import letters
from app.booking.domain.door import WHY_MIN, Guest, NotAbsent, NoWhy
from app.booking.domain.words import SeatState
from app.booking.service import told
from app.booking.service.desk import BookingDesk, News
from app.booking.service.seats import lock_seat
from app.booking.store import door as store
from app.kernel.ids import AccountId, SeatId

BACK = timedelta(days=60)
MOST = 200


class Absences:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def recent(self, srn: str = "") -> list[Guest]:
        """Of the last sixty days, the newest first, two hundred at most."""
        since = self._desk.clock.now() - BACK
        async with self._desk.db.connection() as tx:
            return await store.absent(tx, since, normalise_srn(srn) or None, MOST)

    async def was_there(self, by: AccountId, seat: SeatId, why: str) -> None:
        """Marked after all, with a letter; `why` is in the trail. Raises NoWhy,
        NotAbsent, NoSuchSeat."""
        said = " ".join(why.split())
        if len(said) < WHY_MIN:
            raise NoWhy

        async def act(tx: Tx, now: datetime, news: News) -> None:
            slot, it = await lock_seat(tx, seat)
            if it.state is not SeatState.ABSENT:
                raise NotAbsent
            await store.mark(tx, seat, by, now)
            words = letters.was_there(
                await told.told_of(tx, self._desk, told.about(it))
            )
            await told.post(tx, self._desk, it.account, words)
            news.of(slot, it.account)
            act = Act(
                at=now,
                by=by,
                what="seat.was_there",
                whom=it.account,
                details={"seat": str(seat), "why": said},
            )
            await self._desk.house.trail.write(tx, act)

        await self._desk.change(act)
