"""The door of a slot: finding who stands there, letting them in, and who never came."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from asyncpg import PostgresError

from app.accounts.domain.people import SRN_MAX, Identity, normalise_srn
from app.accounts.service.photos import Photos
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.throttle import Rate, Throttle
from app.booking.domain import letters
from app.booking.domain.cards import BadCard, looks_like_card, read_card
from app.booking.domain.door import (
    DoorSlot,
    Guest,
    NotToday,
    not_here,
    require_here,
    require_to_let_in,
    require_to_undo,
)
from app.booking.domain.refusals import NoSuchSeat
from app.booking.domain.words import Slot
from app.booking.service import told
from app.booking.service.desk import BookingDesk, News, lock_slots
from app.booking.service.papers import seals_of
from app.booking.service.seats import lock_seat
from app.booking.store import door as store
from app.kernel.ids import AccountId, SeatId, SlotId
from app.kernel.refusals import Refusal, Unavailable

MISSES = Rate(name="door", burst=12, every_s=20)
"""Of one account: cards that are not ours, and SRNs without a seat here."""
SLOTS_MOST, SEATS_MOST = 20, 100

log = structlog.get_logger()


class Door:
    def __init__(self, desk: BookingDesk, photos: Photos, throttle: Throttle) -> None:
        self._desk = desk
        self._photos = photos
        self._throttle = throttle
        self._seals = seals_of(desk)
        self._opens = timedelta(minutes=desk.policy.door_opens_min)

    async def today(self) -> list[DoorSlot]:
        async with self._desk.db.connection() as tx:
            return await store.slots_of_day(tx, self._desk.clock.now(), self._opens)

    async def slot(self, slot: SlotId) -> tuple[DoorSlot, list[Guest]]:
        """With everybody who is expected. Raises NotToday."""
        async with self._desk.db.connection() as tx:
            it = await self._of_today(tx, slot)
            return it, await store.guests(tx, slot)

    async def look(self, who: Identity, slot: SlotId, given: str) -> SeatId:
        """Whose admit card was scanned, or SRN typed; seats of this slot alone.

        Raises BadCard, CardExpired, NotExpected (a seat elsewhere), NotHere (of an
        SRN no more is said than where it is expected next), NotToday, Throttled.
        """
        plain = normalise_srn(given)
        async with self._desk.db.connection() as tx:
            await self._of_today(tx, slot)
        if not looks_like_card(plain):
            return await self._of_srn(who, slot, plain[:SRN_MAX])
        try:
            seat = read_card(plain, self._desk.clock.now(), self._seals)
        except BadCard:
            await self._missed(who, slot, "door.bad_card", None)
            raise
        async with self._desk.db.connection() as tx:
            guest = await self._guest(tx, seat)
        require_here(guest, slot)
        return seat

    async def guest(self, slot: SlotId, seat: SeatId) -> Guest:
        """Raises NoSuchSeat, also for a seat of another slot; NotToday."""
        async with self._desk.db.connection() as tx:
            await self._of_today(tx, slot)
            found = await self._guest(tx, seat)
            if found.slot != slot:
                raise NoSuchSeat
            if found.why_not is None:
                return found
            now = self._desk.clock.now()
            return replace(
                found, elsewhere=await store.next_place(tx, found.account, now)
            )

    async def photo(self, by: AccountId, slot: SlotId, seat: SeatId) -> bytes:
        """To compare; the trail has who looked. Raises NoSuchSeat."""
        guest = await self.guest(slot, seat)
        jpeg = await self._photos.photo(guest.account)
        if jpeg is None:
            raise NoSuchSeat
        async with self._desk.db.transaction() as tx:
            await self._note(tx, by, "photo.seen", guest, self._desk.clock.now())
        return jpeg

    async def let_in(self, by: AccountId, slot: SlotId, seat: SeatId) -> None:
        """Raises NotExpected, MarkedAlready, DoorClosed, NoSuchSeat, NotToday."""

        async def act(tx: Tx, now: datetime, news: News) -> None:
            locked, guest = await self._lock(tx, slot, seat)
            require_to_let_in(guest, now, self._desk.policy)
            await store.mark(tx, seat, by, now)
            news.of(locked, guest.account)
            await self._note(tx, by, "seat.attended", guest, now)

        await self._desk.change(act)

    async def undo(self, by: AccountId, slot: SlotId, seat: SeatId) -> None:
        """Raises NotMarked, UndoTooLate, TestBegun, NoSuchSeat, NotToday."""

        async def act(tx: Tx, now: datetime, news: News) -> None:
            locked, guest = await self._lock(tx, slot, seat)
            require_to_undo(guest, now)
            await store.unmark(tx, seat)
            news.of(locked, guest.account)
            await self._note(tx, by, "seat.mark_undone", guest, now)

        await self._desk.change(act)

    async def sweep(self) -> int:
        """Marks absent who was not let in, with a letter; how many.

        The money stays. May run twice, late or in many processes.
        """
        after = timedelta(minutes=self._desk.policy.absent_after_min)
        async with self._desk.db.connection() as tx:
            now = self._desk.clock.now()
            anyway_by = now - timedelta(days=self._desk.policy.absent_anyway_days)
            due = await store.slots_without_marks(
                tx, now - after, anyway_by, SLOTS_MOST
            )
        marked = 0
        for slot in due:
            try:
                marked += await self._mark_absent(slot, after)
            except Unavailable:
                raise
            except (Refusal, PostgresError) as error:
                kind = type(error).__name__
                log.warning("slot_not_marked", slot=str(slot), error=kind)
        return marked

    async def _mark_absent(self, slot: SlotId, after: timedelta) -> int:
        async def act(tx: Tx, now: datetime, news: News) -> int:
            it = (await lock_slots(tx, [slot]))[slot]
            if now < it.ends_at + after or it.cancelled_at is not None:
                return 0  # Changed since it was found.
            missing = await store.mark_absent(tx, slot, SEATS_MOST)
            for seat in missing:
                words = letters.absent(
                    await told.told_of(tx, self._desk, told.about(seat))
                )
                await told.post(tx, self._desk, seat.account, words)
                news.of(it, seat.account)
            return len(missing)

        return await self._desk.change(act)

    async def _of_srn(self, who: Identity, slot: SlotId, srn: str) -> SeatId:
        async with self._desk.db.connection() as tx:
            seat = await store.seat_of_srn(tx, slot, srn)
            person = await people.by_srn(tx, srn)
            elsewhere = None
            if seat is None and person is not None:
                now = self._desk.clock.now()
                elsewhere = await store.next_place(tx, person.account, now)
        if seat is not None:
            return seat
        await self._missed(
            who, slot, "door.not_here", person.account if person else None
        )
        raise not_here(elsewhere)

    async def _missed(
        self, who: Identity, slot: SlotId, what: str, whom: AccountId | None
    ) -> None:
        """In the trail first: who asks for many is seen there, throttled or not."""
        async with self._desk.db.transaction() as tx:
            act = Act(
                at=self._desk.clock.now(),
                by=who.account,
                what=what,
                whom=whom,
                details={"slot": str(slot)},
            )
            await self._desk.house.trail.write(tx, act)
        await self._throttle.take(MISSES, str(who.account))

    async def _of_today(self, tx: Tx, slot: SlotId) -> DoorSlot:
        it = await store.slot_of_day(tx, self._desk.clock.now(), self._opens, slot)
        if it is None:
            raise NotToday
        return it

    async def _lock(self, tx: Tx, slot: SlotId, seat: SeatId) -> tuple[Slot, Guest]:
        locked, it = await lock_seat(tx, seat)
        if it.slot != slot:
            raise NoSuchSeat
        await self._of_today(tx, slot)
        return locked, await self._guest(tx, seat)

    async def _guest(self, tx: Tx, seat: SeatId) -> Guest:
        found = await store.guest(tx, seat)
        if found is None:
            raise NoSuchSeat
        return found

    async def _note(
        self, tx: Tx, by: AccountId, what: str, guest: Guest, now: datetime
    ) -> None:
        details = {"seat": str(guest.seat), "slot": str(guest.slot)}
        act = Act(at=now, by=by, what=what, whom=guest.account, details=details)
        await self._desk.house.trail.write(tx, act)
