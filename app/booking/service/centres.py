"""Making, changing and closing centres."""

from datetime import datetime
from uuid import uuid4

from asyncpg import UniqueViolationError

from app.adapters.audit import Act
from app.adapters.db import Tx
from app.booking.domain.centres import (
    Centre,
    CentreDraft,
    is_elsewhere,
    require_centre,
)
from app.booking.domain.planning_refusals import (
    CentreInUse,
    CodeTaken,
    NoSuchCentre,
    ZoneInUse,
)
from app.booking.service.desk import BookingDesk, News, lock_slots
from app.booking.service.lining import expire_over
from app.booking.service.slot_cancelling import end_slots
from app.booking.service.slot_letters import tell_of_place
from app.booking.store import planning as store
from app.booking.store import slot_changes
from app.booking.store.kept import keep_known
from app.kernel.ids import AccountId, CentreId


class Centres:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def all(self) -> list[Centre]:
        """Open ones first."""
        async with self._desk.db.connection() as tx:
            return await store.centres(tx, self._desk.clock.now())

    async def one(self, centre: CentreId) -> Centre:
        """Raises NoSuchCentre."""
        async with self._desk.db.connection() as tx:
            it = await store.read_centre(tx, centre, self._desk.clock.now())
        if it is None:
            raise NoSuchCentre
        return it

    async def make(self, by: AccountId, it: CentreDraft) -> CentreId:
        """Raises BadCentre or CodeTaken."""
        require_centre(it)
        centre = CentreId(uuid4())
        try:
            async with self._desk.db.transaction() as tx:
                now = self._desk.clock.now()
                await store.insert_centre(tx, centre, it, by, now)
                await self._write(tx, by, "centre.made", centre)
        except UniqueViolationError as error:
            raise CodeTaken from error
        return centre

    async def change(self, by: AccountId, centre: CentreId, it: CentreDraft) -> int:
        """To how many students a letter went, as their test is elsewhere now.

        Raises BadCentre, CodeTaken, NoSuchCentre, ZoneInUse.
        """
        require_centre(it)

        async def act(tx: Tx, now: datetime, news: News) -> int:
            # Slots before their centre, as everywhere.
            coming = await slot_changes.coming_slots(tx, centre, now)
            slots = await lock_slots(tx, coming)
            before = await store.lock_centre(tx, centre, now)
            if before is None:
                raise NoSuchCentre
            if it.time_zone != before.it.time_zone and before.slots:
                raise ZoneInUse
            elsewhere = is_elsewhere(before.it, it)
            if elsewhere:
                await keep_known(tx, coming)
            await store.update_centre(tx, centre, it)
            told = 0
            if elsewhere:
                told = await tell_of_place(tx, self._desk, before.it, coming, now)
                people = await slot_changes.people_of(tx, coming)
                people += await slot_changes.people_waiting(tx, coming)
                news.accounts.update(AccountId(row["account_id"]) for row in people)
            for slot in slots.values():
                news.of(slot)
            await self._write(tx, by, "centre.changed", centre, told=told)
            return told

        try:
            return await self._desk.change(act)
        except UniqueViolationError as error:
            raise CodeTaken from error

    async def close(self, by: AccountId, centre: CentreId) -> None:
        """No new slots, and the coming ones, where nobody has a seat, are cancelled.

        Raises NoSuchCentre or CentreInUse.
        """

        async def act(tx: Tx, now: datetime, news: News) -> None:
            coming = await slot_changes.coming_slots(tx, centre, now)
            await lock_slots(tx, coming)
            await self._lock(tx, centre, now)
            # Those too that were made until the centre was ours.
            coming = await slot_changes.coming_slots(tx, centre, now)
            slots = await lock_slots(tx, coming)
            for slot in slots.values():
                await expire_over(tx, slot, now, news)
            it = await self._lock(tx, centre, now)
            if it.seats:
                raise CentreInUse(
                    f"Seats taken or held at this centre in coming slots: {it.seats}. "
                    "Cancel those slots first, or wait until they are over.",
                    seats=it.seats,
                )
            if it.closed_at is None:
                await end_slots(tx, self._desk, list(slots.values()), now, news)
                await store.close_centre(tx, centre, now)
                count = len(slots)
                await self._write(tx, by, "centre.closed", centre, slots=count)

        await self._desk.change(act)

    async def open(self, by: AccountId, centre: CentreId) -> None:
        """Again. Raises NoSuchCentre."""
        async with self._desk.db.transaction() as tx:
            it = await self._lock(tx, centre, self._desk.clock.now())
            if it.closed_at is not None:
                await store.close_centre(tx, centre, None)
                await self._write(tx, by, "centre.opened", centre)

    async def _lock(self, tx: Tx, centre: CentreId, now: datetime) -> Centre:
        it = await store.lock_centre(tx, centre, now)
        if it is None:
            raise NoSuchCentre
        return it

    async def _write(
        self, tx: Tx, by: AccountId, what: str, centre: CentreId, **more: int
    ) -> None:
        act = Act(
            at=self._desk.clock.now(),
            by=by,
            what=what,
            details={"centre": str(centre), **more},
        )
        await self._desk.house.trail.write(tx, act)
