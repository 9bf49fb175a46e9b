"""Finding a seat, and what a student has: reads, and decides nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from app.adapters.db import Row, Tx
from app.booking.domain.finding import (
    LineShown,
    Offer,
    Own,
    Paid,
    Place,
    SeatShown,
    Span,
)
from app.booking.domain.refusals import NoSuchSeat, NoSuchSlot
from app.booking.domain.seats import price
from app.booking.domain.words import RefundReason, Slot
from app.booking.service.desk import BookingDesk
from app.booking.store import finding as store
from app.booking.store import lines
from app.booking.store.kept import place_in
from app.booking.store.papers import place_of
from app.booking.store.seats import seat_of
from app.booking.store.slots import slot_of
from app.kernel.ids import AccountId, ModuleCode, OrderId, SeatId, SlotId
from app.kernel.money import Money
from app.learning.domain.catalogue import Module


class Finding:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    def now(self) -> datetime:
        return self._desk.clock.now()

    async def cities(self, module: ModuleCode) -> list[str]:
        async with self._desk.db.connection() as tx:
            return await store.cities(tx, module, self.now())

    async def span(
        self, module: ModuleCode, city: str, *, accessible: bool
    ) -> Span | None:
        """None: there is no slot at all. City '': all."""
        async with self._desk.db.connection() as tx:
            now = self.now()
            row = await store.span(tx, module, city, now, accessible=accessible)
        if row["first"] is None:
            return None
        return Span(first=row["first"], last=row["last"], first_free=row["first_free"])

    async def offers(self, module: Module, city: str, month: date) -> list[Offer]:
        """Slots of the month that can still be booked, now or later."""
        async with self._desk.db.connection() as tx:
            rows = await store.offers(tx, module.code, city, month, self.now())
        return [_offer(row, fee_of(module)) for row in rows]

    async def cooling_till(
        self, account: AccountId, module: ModuleCode
    ) -> datetime | None:
        """From when on the test may be sat again; None: at once."""
        async with self._desk.db.connection() as tx:
            fit = await self._desk.fitness(tx, account, [module], self.now())
        return fit[module].cooling_till

    async def place(self, slot: SlotId) -> tuple[Slot, Place]:
        """One slot, whatever became of it. Raises NoSuchSlot."""
        async with self._desk.db.connection() as tx:
            rows = await store.places(tx, [slot])
        if not rows:
            raise NoSuchSlot
        return slot_of(rows[0]), _place(rows[0])

    async def mine(self, account: AccountId) -> list[SeatShown]:
        """Newest first."""
        async with self._desk.db.connection() as tx:
            return await _shown(tx, await store.seats(tx, account))

    async def seat(self, account: AccountId, seat: SeatId) -> SeatShown:
        """Raises NoSuchSeat."""
        async with self._desk.db.connection() as tx:
            found = await _shown(tx, await store.seats(tx, account, seat))
        if not found:
            raise NoSuchSeat
        return found[0]

    async def own(
        self, account: AccountId, modules: Iterable[Module], seats: Sequence[SeatShown]
    ) -> list[Own]:
        """What is known of the test of each of these modules; of all at once."""
        now, modules = self.now(), list(modules)
        async with self._desk.db.connection() as tx:
            waits = await _lines(tx, account)
            codes = [it.code for it in modules]
            fit = await self._desk.fitness(tx, account, codes, now)
            return [
                Own(
                    module=it.code,
                    title=it.title,
                    fee=fee_of(it),
                    fitness=fit[it.code],
                    seats=tuple(one for one in seats if one.seat.module == it.code),
                    lines=tuple(one for one in waits if one.module == it.code),
                )
                for it in modules
            ]

    async def lines(self, account: AccountId) -> list[LineShown]:
        async with self._desk.db.connection() as tx:
            return await _lines(tx, account)


def fee_of(module: Module) -> Money:
    return Money(minor=module.fee.minor, currency=module.fee.currency)


async def _lines(tx: Tx, account: AccountId) -> list[LineShown]:
    rows = await lines.lines_of(tx, [account])
    slots = [SlotId(row["slot_id"]) for row in rows]
    nothing = Money(minor=0, currency="INR")
    found = {it["slot_id"]: it for it in await store.places(tx, slots)}
    return [
        LineShown(
            offer=_offer(found[row["slot_id"]], nothing),
            module=ModuleCode(row["module_code"]),
            accessible=row["accessible"],
            place_in_line=row["place"],
            version=row["version"],
        )
        for row in rows
    ]


async def _shown(tx: Tx, rows: Sequence[Row]) -> list[SeatShown]:
    """With the money of each seat's orders: of the fee, and of moving."""
    wanted = {
        it for row in rows for it in (row["order_id"], row["move_order_id"]) if it
    }
    paid: dict[OrderId, list[Paid]] = {it: [] for it in wanted}
    for row in await store.money(tx, list(wanted)):
        paid[row["order_id"]].append(_paid(row))
    seats = [_seat(row) for row in rows]
    return [
        replace(
            it,
            money=tuple(
                one
                for order in (it.seat.order, it.seat.move_order)
                if order is not None
                for one in paid[order]
            ),
        )
        for it in seats
    ]


def _seat(row: Row) -> SeatShown:
    fee = Money(minor=row["fee_minor"], currency=row["currency"])
    amount = fee
    if row["move_minor"] is not None:
        amount = Money(minor=row["move_minor"], currency=row["move_currency"])
    kept = place_in(row["as_ended"]) or place_of(row)
    return SeatShown(
        seat=seat_of(row),
        title=row["title"],
        starts_at=kept.starts_at,
        ends_at=kept.ends_at,
        time_zone=kept.time_zone,
        place=Place(centre=kept.centre, city=kept.city, address=kept.address),
        number=row["number"],
        fee=fee,
        amount=amount,
        slot_cancelled=row["slot_cancelled_at"] is not None,
        known=place_in(row["as_known"]),
        failed_at=row["failed_at"],
        version=row["version"],
    )


def _paid(row: Row) -> Paid:
    currency = row["currency"]
    paid = Paid(
        amount=Money(minor=row["amount_minor"], currency=currency),
        buys_seat=row["buys_seat"],
        kept=Money(minor=row["kept_minor"], currency=currency),
    )
    if row["back_minor"] is None:
        return paid
    return replace(
        paid,
        back=Money(minor=row["back_minor"], currency=currency),
        state=row["state"],
        reason=RefundReason(row["reason"]),
        settled_at=row["settled_at"],
    )


def _offer(row: Row, fee: Money) -> Offer:
    slot = slot_of(row)
    return Offer(slot=slot, place=_place(row), fee=price(fee, slot))


def _place(row: Row) -> Place:
    return Place(centre=row["centre"], city=row["city"], address=row["address"])
