"""Holding a seat, giving it back, and what a student has."""

from datetime import datetime
from uuid import UUID, uuid4

import structlog
from asyncpg import CheckViolationError, PostgresError, UniqueViolationError

from app.adapters.db import Tx
from app.booking.domain.refusals import (
    AnotherThen,
    BookedAlready,
    HeldAlready,
    NoSuchSeat,
    NotComing,
    SlotFull,
)
from app.booking.domain.seats import (
    held_until,
    price,
    require_bookable,
    require_cooled,
    require_fit,
)
from app.booking.domain.words import Fitness, OrderKind, Seat, SeatState, Slot, Wish
from app.booking.service.desk import Answer, BookingDesk, News, lock_slots
from app.booking.service.lining import settle_slot
from app.booking.store import lines, orders, seats, slots
from app.booking.store.orders import NewOrder
from app.booking.store.seats import NewSeat
from app.kernel.ids import AccountId, ModuleCode, OrderId, SeatId, SlotId
from app.kernel.money import Money
from app.kernel.refusals import Refusal, Unavailable
from app.learning.domain.electives import PickFirst
from app.learning.service.catalogue import NoSuchModule
from app.portals.domain import Portal

SWEEP_MOST = 100

log = structlog.get_logger()


class Seats:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def why_not(self, account: AccountId, module: ModuleCode) -> Refusal | None:
        """Why a seat of this module cannot be taken just now, whatever the slot."""
        if (closed := await self.why_none()) is not None:
            return closed
        try:
            async with self._desk.db.connection() as tx:
                await own_fee(tx, account, module)
                now = self._desk.clock.now()
                await require_fit_for(tx, self._desk, account, module, now)
                coming = await seats.coming(tx, account, module)
        except Refusal as refusal:
            return refusal
        return None if coming is None or is_over(coming, now) else has_one(coming)

    async def why_none(self) -> Refusal | None:
        """Why no seat at all can be taken just now."""
        try:
            await self._desk.portals.require_open(Portal.TESTS)
        except Refusal as refusal:
            return refusal
        return None

    async def hold(self, account: AccountId, key: str, wish: Wish) -> SeatId:
        """Holds a seat for `hold_min` minutes; said twice with one key, one hold.

        Raises SlotFull, AnotherThen, HeldAlready, BookedAlready, HoursMissing,
        IncidentOpen, TooSoonAgain, PickFirst, PortalClosed, and what
        `require_bookable` does.
        """
        await self._desk.portals.require_open(Portal.TESTS)

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            fee = await own_fee(tx, account, wish.module)
            fit = await require_fit_for(tx, self._desk, account, wish.module, now)
            slot = await self._make_room(tx, account, wish, now, news)
            require_cooled(fit, slot)
            await require_no_other(tx, account, slot.slot)
            seat = await self._insert(tx, account, wish, price(fee, slot), now)
            news.of(slot, account)
            return {"seat": str(seat)}

        question = ("hold", wish.slot, wish.module, wish.accessible)
        answer = await self._desk.once(account, key, question, act)
        return SeatId(UUID(str(answer["seat"])))

    async def release(self, account: AccountId, key: str, seat: SeatId) -> None:
        """Gives a hold or an offer back. Raises NoSuchSeat, NotComing."""

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            slot, it = await lock_seat(tx, seat, account)
            if it.state not in (SeatState.HELD, SeatState.OFFERED):
                raise NotComing
            await seats.end(tx, seat, SeatState.RELEASED, now)
            await lines.end_offers(tx, [seat], "left", now)
            await settle_slot(tx, self._desk, slot, now, news)
            news.of(slot, account)
            return {}

        await self._desk.once(account, key, ("release", seat), act)

    async def sweep(self) -> int:
        """Gives back what is over and offers it on; how many slots were looked at.

        May run twice, late or in many processes. A slot that fails does not stop the
        others.
        """
        async with self._desk.db.connection() as tx:
            now = self._desk.clock.now()
            await seats.keep_offers(tx, now)
            due = await slots.to_settle(tx, now, SWEEP_MOST)
        for slot in due:
            try:
                await self.settle(slot)
            except Unavailable:
                raise
            except (Refusal, PostgresError) as error:
                kind = type(error).__name__
                log.warning("slot_not_swept", slot=str(slot), error=kind)
        return len(due)

    async def settle(self, slot: SlotId) -> None:
        async def act(tx: Tx, now: datetime, news: News) -> None:
            it = (await lock_slots(tx, [slot]))[slot]
            await settle_slot(tx, self._desk, it, now, news)
            news.of(it)

        await self._desk.change(act)

    async def _make_room(
        self, tx: Tx, account: AccountId, wish: Wish, now: datetime, news: News
    ) -> Slot:
        """The slot, locked, without what is over; of this student's, too."""
        mine = await seats.coming(tx, account, wish.module)
        if mine is not None and not is_over(mine, now):
            raise has_one(mine)
        wanted = {wish.slot} | ({mine.slot} if mine else set())
        locked = await lock_slots(tx, wanted)
        require_bookable(locked[wish.slot], wish.module, now)
        # Who waits here and takes a free seat is offered none besides.
        await lines.leave(tx, account, wish.slot, now, wish.module)
        for slot in locked.values():
            await settle_slot(tx, self._desk, slot, now, news)
        return locked[wish.slot]

    async def _insert(
        self, tx: Tx, account: AccountId, wish: Wish, amount: Money, now: datetime
    ) -> SeatId:
        order, seat = OrderId(uuid4()), SeatId(uuid4())
        await orders.insert(tx, fee_order(order, account, wish, amount), now)
        it = NewSeat(
            seat=seat,
            account=account,
            wish=wish,
            state=SeatState.HELD,
            until=held_until(now, self._desk.policy),
            order=order,
        )
        await insert_seat(tx, it, now)
        return seat


async def insert_seat(tx: Tx, it: NewSeat, now: datetime) -> Seat:
    """The schema has the last word. Raises SlotFull or HeldAlready."""
    try:
        return await seats.insert(tx, it, now)
    except CheckViolationError as error:
        if not str(error.constraint_name).startswith("never_one_too_many"):
            raise
        raise SlotFull from error
    except UniqueViolationError as error:
        raise HeldAlready from error  # In another tab, just now.


async def require_no_other(
    tx: Tx, account: AccountId, slot: SlotId, but: SeatId | None = None
) -> None:
    """Nobody sits two tests at once. Raises AnotherThen."""
    other = await seats.overlapping(tx, account, slot, but)
    if other is not None:
        raise AnotherThen(seat=str(other))


async def lock_seat(
    tx: Tx, seat: SeatId, account: AccountId | None = None
) -> tuple[Slot, Seat]:
    """Its slot first, then the seat as it is then. Raises NoSuchSeat."""
    found = await seats.read(tx, seat, account)
    if found is None:
        raise NoSuchSeat
    slot = (await lock_slots(tx, [found.slot]))[found.slot]
    fresh = await seats.read(tx, seat, account)
    assert fresh is not None
    return slot, fresh


async def own_fee(tx: Tx, account: AccountId, module: ModuleCode) -> Money:
    """Raises NoSuchModule or PickFirst."""
    row = await slots.own_module(tx, account, module)
    if row is None:
        raise NoSuchModule
    if not row["own"]:
        raise PickFirst(set=row["set_code"], module=module)
    return Money(minor=row["fee_minor"], currency=row["currency"])


async def require_fit_for(
    tx: Tx, desk: BookingDesk, account: AccountId, module: ModuleCode, now: datetime
) -> Fitness:
    """Raises HoursMissing or IncidentOpen."""
    found = (await desk.fitness(tx, account, [module], now))[module]
    require_fit(found)
    return found


def fee_order(
    order: OrderId, account: AccountId, wish: Wish, amount: Money
) -> NewOrder:
    return NewOrder(
        order=order,
        account=account,
        module=wish.module,
        kind=OrderKind.FEE,
        amount=amount,
    )


def is_over(seat: Seat, now: datetime) -> bool:
    return seat.held_until is not None and seat.held_until <= now


def has_one(seat: Seat) -> Refusal:
    is_booked = seat.state is SeatState.BOOKED
    kind = BookedAlready if is_booked else HeldAlready
    return kind(seat=str(seat.seat))
