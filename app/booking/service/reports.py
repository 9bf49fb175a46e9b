"""Reports of booking, for those who run it."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from app.adapters.audit import Act
from app.adapters.db import Tx
from app.booking.domain.refusals import NoSuchSlot
from app.booking.domain.reports import (
    Period,
    RefundLine,
    SlotUse,
    Takings,
    TooMuch,
)
from app.booking.domain.roll import Seated
from app.booking.service.desk import BookingDesk
from app.booking.store import reports as store
from app.booking.store import roll
from app.booking.store.reports import Which
from app.kernel.ids import AccountId, CentreId, ModuleCode, SlotId
from app.kernel.money import Money

Line = TypeVar("Line")
LINES_MOST = 20_000
LISTED_MOST = 1_000
REFUSED_MOST = 200
SEATED_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSum:
    state: str
    count: int
    amount: Money


class Reports:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def occupancy(self, period: Period) -> list[SlotUse]:
        """By centre and time; cancelled ones too. Raises TooMuch."""
        which = Which(since=period.since, until=period.until, cancelled=True)
        async with self._desk.db.connection() as tx:
            return _whole(await store.slots(tx, which, LINES_MOST + 1))

    async def listed(self, period: Period, centre: CentreId | None) -> list[SlotUse]:
        """Cancelled ones too; one beyond LISTED_MOST says that there are more."""
        which = Which(
            since=period.since, until=period.until, centre=centre, cancelled=True
        )
        async with self._desk.db.connection() as tx:
            return await store.slots(tx, which, LISTED_MOST + 1)

    async def slot(self, slot: SlotId) -> tuple[SlotUse, CentreId]:
        """Raises NoSuchSlot."""
        async with self._desk.db.connection() as tx:
            found = await store.one_slot(tx, slot)
        if found is None:
            raise NoSuchSlot
        return found

    async def sold_modules(self) -> list[ModuleCode]:
        """Modules with a coming seat that is held or booked."""
        async with self._desk.db.connection() as tx:
            return await store.sold_modules(tx, self._desk.clock.now())

    async def first_day(self, centre: CentreId | None) -> date | None:
        """Of the next slot that is not cancelled, from today on."""
        today = self._desk.clock.now().date()
        async with self._desk.db.connection() as tx:
            return await store.first_day(tx, today, centre)

    async def people(self, by: AccountId, slot: SlotId) -> list[Seated]:
        """Who has a seat there; one beyond SEATED_MOST says that there are more. The
        trail has who looked."""
        now = self._desk.clock.now()
        async with self._desk.db.transaction() as tx:
            found = await roll.seated(tx, slot, now, SEATED_MOST + 1)
            details: dict[str, str | int] = {"slot": str(slot), "names": len(found)}
            act = Act(at=now, by=by, what="slot.people_seen", details=details)
            await self._desk.house.trail.write(tx, act)
        return found

    async def takings(self, period: Period) -> list[Takings]:
        async with self._desk.db.connection() as tx:
            return await store.takings(tx, period.begins, period.ends)

    async def refund_sums(self, period: Period) -> list[RefundSum]:
        async with self._desk.db.connection() as tx:
            rows = await store.refund_states(tx, period.begins, period.ends)
        return [
            RefundSum(
                state=row["state"],
                count=row["count"],
                amount=Money(minor=row["amount_minor"], currency=row["currency"]),
            )
            for row in rows
        ]

    async def refunds(self, period: Period) -> list[RefundLine]:
        """Raises TooMuch."""
        async with self._desk.db.connection() as tx:
            most = LINES_MOST + 1
            return _whole(await store.refunds(tx, period.begins, period.ends, most))

    async def refused(self) -> list[RefundLine]:
        """All that wait for a person."""
        async with self._desk.db.connection() as tx:
            return await store.refused(tx, REFUSED_MOST)


async def wait_for_a_person(tx: Tx) -> int:
    """How many refunds do; past `REFUSED_MOST` no more are counted."""
    return len(await store.refused(tx, REFUSED_MOST))


def _whole(lines: list[Line]) -> list[Line]:
    """A report that leaves lines out would be wrong. Raises TooMuch."""
    if len(lines) > LINES_MOST:
        raise TooMuch
    return lines
