"""Waiting in line for a full slot, and taking what is offered."""

from datetime import datetime
from uuid import UUID, uuid4

from asyncpg import UniqueViolationError

from app.adapters.db import Tx
from app.booking.domain.refusals import (
    HoldOver,
    InLineAlready,
    NotInLine,
    SeatsFree,
    TooManyLines,
)
from app.booking.domain.seats import (
    held_until,
    price,
    require_bookable,
    require_cooled,
)
from app.booking.domain.words import SeatState, Wish
from app.booking.service.desk import Answer, BookingDesk, News, lock_slots
from app.booking.service.lining import settle_slot
from app.booking.service.seats import (
    fee_order,
    has_one,
    is_over,
    lock_seat,
    own_fee,
    require_fit_for,
)
from app.booking.store import lines, orders, seats
from app.kernel.ids import AccountId, OrderId, SeatId, SlotId
from app.portals.domain import Portal


class Lines:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def join(self, account: AccountId, key: str, wish: Wish) -> None:
        """Raises SeatsFree, InLineAlready, BookedAlready, TooManyLines, PortalClosed,
        and what taking a seat there would."""
        await self._desk.portals.require_open(Portal.TESTS)

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            await own_fee(tx, account, wish.module)
            fit = await require_fit_for(tx, self._desk, account, wish.module, now)
            slot = (await lock_slots(tx, [wish.slot]))[wish.slot]
            require_bookable(slot, wish.module, now)
            require_cooled(fit, slot)
            await settle_slot(tx, self._desk, slot, now, news)
            slot = (await lock_slots(tx, [wish.slot]))[wish.slot]
            if slot.free_of(accessible=wish.accessible) > 0:
                raise SeatsFree
            mine = await seats.coming(tx, account, wish.module)
            if mine is not None and not is_over(mine, now):
                raise has_one(mine)
            if await lines.count_of(tx, account) >= self._desk.policy.lines_most:
                raise TooManyLines
            try:
                await lines.join(tx, uuid4(), account, wish, now)
            except UniqueViolationError as error:
                raise InLineAlready from error
            news.of(slot, account)
            return {}

        question = ("join", wish.slot, wish.module, wish.accessible)
        await self._desk.once(account, key, question, act)

    async def leave(self, account: AccountId, key: str, slot: SlotId) -> None:
        """Raises NotInLine."""

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            it = (await lock_slots(tx, [slot]))[slot]
            if not await lines.leave(tx, account, slot, now):
                raise NotInLine
            news.of(it, account)
            return {}

        await self._desk.once(account, key, ("leave", slot), act)

    async def take(self, account: AccountId, key: str, seat: SeatId) -> SeatId:
        """An offer becomes a hold, to be paid. Raises HoldOver, NoSuchSeat,
        HoursMissing, IncidentOpen, PortalClosed."""
        await self._desk.portals.require_open(Portal.TESTS)

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            slot, it = await lock_seat(tx, seat, account)
            if it.state is not SeatState.OFFERED or not it.held_until:
                raise HoldOver
            if it.held_until <= now:
                raise HoldOver
            fee = price(await own_fee(tx, account, it.module), slot)
            fit = await require_fit_for(tx, self._desk, account, it.module, now)
            require_cooled(fit, slot)
            wish = Wish(slot=it.slot, module=it.module, accessible=it.accessible)
            order = OrderId(uuid4())
            await orders.insert(tx, fee_order(order, account, wish, fee), now)
            until = held_until(now, self._desk.policy)
            await seats.take_offer(tx, seat, order, until)
            await lines.end_offers(tx, [seat], "taken", now)
            news.of(slot, account)
            return {"seat": str(seat)}

        answer = await self._desk.once(account, key, ("take", seat), act)
        return SeatId(UUID(str(answer["seat"])))
