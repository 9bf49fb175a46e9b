"""Moving and cancelling a booking."""

from datetime import datetime
from uuid import UUID, uuid4

from app.adapters.db import Tx
from app.booking.domain.changing import (
    Terms,
    require_cancellable,
    require_movable,
    terms_of,
)
from app.booking.domain.refusals import (
    HeldAlready,
    NoSuchSeat,
    NoSuchSlot,
    OtherFee,
    SameSlot,
    SlotFull,
)
from app.booking.domain.seats import (
    held_until,
    price,
    require_bookable,
    require_cooled,
)
from app.booking.domain.words import (
    OrderKind,
    RefundReason,
    Seat,
    SeatState,
    Slot,
    Wish,
)
from app.booking.service import told
from app.booking.service.booking import move
from app.booking.service.desk import Answer, BookingDesk, News, lock_slots
from app.booking.service.lining import settle_slot
from app.booking.service.seats import (
    insert_seat,
    lock_seat,
    own_fee,
    require_fit_for,
    require_no_other,
)
from app.booking.store import kept, orders, seats, slots
from app.booking.store.orders import NewOrder
from app.booking.store.seats import NewSeat
from app.kernel.ids import AccountId, OrderId, SeatId, SlotId
from app.kernel.money import Money
from app.portals.domain import Portal


class Changing:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def terms(self, account: AccountId, seat: SeatId) -> Terms:
        """What may be done with a booked seat now. Raises NoSuchSeat."""
        async with self._desk.db.connection() as tx:
            it = await seats.read(tx, seat, account)
            if it is None or it.order is None:
                raise NoSuchSeat
            slot = await slots.read(tx, it.slot)
            assert slot is not None
            return await self._terms(tx, it, slot, self._desk.clock.now())

    async def may_move(self, account: AccountId, seat: SeatId, to: SlotId) -> Terms:
        """What moving there costs now. Raises NoSuchSlot and what `hold_move` does."""
        await self._desk.portals.require_open(Portal.TESTS)
        async with self._desk.db.connection() as tx:
            it = await seats.read(tx, seat, account)
            if it is None or it.order is None:
                raise NoSuchSeat
            held = await seats.to_take_place_of(tx, seat)
            before, there = await slots.read(tx, it.slot), await slots.read(tx, to)
            if before is None or there is None:
                raise NoSuchSlot
            terms = await self._require_move(tx, it, before, there)
            is_full = there.free_of(accessible=it.accessible) <= 0
            if is_full and (held is None or held.slot != to):
                raise SlotFull
            await require_no_other(tx, account, to, seat)
        return terms

    async def cancel(self, account: AccountId, key: str, seat: SeatId) -> Money:
        """What goes back, by itself. Raises NotComing, TooLateToChange, NoSuchSeat."""

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            it, beside, locked = await self._lock(tx, account, seat)
            terms = await self._terms(tx, it, locked[it.slot], now)
            require_cancellable(it, terms)
            for one in beside:
                await seats.end(tx, one.seat, SeatState.RELEASED, now)
            await seats.end(tx, it.seat, SeatState.CANCELLED, now)
            paid, back = await self._give_back(tx, it, terms, now)
            for slot in locked.values():
                await settle_slot(tx, self._desk, slot, now, news)
                news.of(slot, account)
            await told.cancelled(tx, self._desk, it, paid, back)
            return {"minor": back.minor, "currency": back.currency}

        answer = await self._desk.once(account, key, ("cancel", seat), act)
        minor = int(str(answer["minor"]))
        return Money(minor=minor, currency=str(answer["currency"]))

    async def seen(self, account: AccountId, seat: SeatId, version: str) -> bool:
        """The student has seen how we changed it; False: we have changed it since that
        version, or they have said it before. Raises NoSuchSeat."""

        async def act(tx: Tx, now: datetime, news: News) -> bool:
            await lock_seat(tx, seat, account)
            news.accounts.add(account)
            return await kept.is_known(tx, seat, version)

        return await self._desk.change(act)

    async def hold_move(
        self, account: AccountId, key: str, seat: SeatId, to: SlotId
    ) -> SeatId:
        """The new seat: booked at once where moving is free, else held to pay the fee.

        The old one stays booked until then. Raises SameSlot, SlotFull, OtherFee,
        MovedTooOften, TooLateToChange, NotComing, HoursMissing, IncidentOpen,
        PortalClosed, NoSuchSeat.
        """
        await self._desk.portals.require_open(Portal.TESTS)

        async def act(tx: Tx, now: datetime, news: News) -> Answer:
            it, beside, locked = await self._lock(tx, account, seat, to)
            terms = await self._require_move(tx, it, locked[it.slot], locked[to])
            for one in beside:
                await seats.end(tx, one.seat, SeatState.RELEASED, now)
            for slot in locked.values():
                await settle_slot(tx, self._desk, slot, now, news)
                news.of(slot, account)
            await require_no_other(tx, account, to, it.seat)
            new = await self._insert(tx, it, to, terms.fee, now)
            if terms.fee.minor == 0:
                await move(tx, self._desk, it, new, now, news)
            return {"seat": str(new.seat)}

        answer = await self._desk.once(account, key, ("move", seat, to), act)
        return SeatId(UUID(str(answer["seat"])))

    async def _require_move(self, tx: Tx, it: Seat, before: Slot, to: Slot) -> Terms:
        """All but a free seat, and no other test at that time."""
        if before.slot == to.slot:
            raise SameSlot
        now = self._desk.clock.now()
        terms = await self._terms(tx, it, before, now)
        require_movable(it, terms)
        fit = await require_fit_for(tx, self._desk, it.account, it.module, now)
        require_bookable(to, it.module, now)
        require_cooled(fit, to)
        await self._same_fee(tx, it, to)
        return terms

    async def _lock(
        self, tx: Tx, account: AccountId, seat: SeatId, *more: SlotId
    ) -> tuple[Seat, list[Seat], dict[SlotId, Slot]]:
        """The booking as it is, what is held to move it to, and the slots of both and
        `more`: locked in one go, so that two who swap never wait for each other."""
        found = await seats.read(tx, seat, account)
        if found is None or found.order is None:
            raise NoSuchSeat
        beside = await seats.to_take_place_of(tx, seat)
        wanted = {found.slot, *more} | ({beside.slot} if beside else set())
        locked = await lock_slots(tx, wanted)
        fresh = await seats.read(tx, seat, account)
        still = await seats.to_take_place_of(tx, seat)
        assert fresh is not None
        if still is not None and still.slot not in locked:
            raise HeldAlready  # In another tab, just now.
        return fresh, [still] if still else [], locked

    async def _terms(self, tx: Tx, it: Seat, slot: Slot, now: datetime) -> Terms:
        assert it.order is not None
        order = await orders.read(tx, it.order)
        return terms_of(
            it,
            starts_at=slot.starts_at,
            paid=order.amount,
            moves=await seats.moves(tx, it.order),
            now=now,
            policy=self._desk.policy,
        )

    async def _same_fee(self, tx: Tx, it: Seat, to: Slot) -> None:
        assert it.order is not None
        fee = await own_fee(tx, it.account, it.module)
        if price(fee, to) != (await orders.read(tx, it.order)).amount:
            raise OtherFee

    async def _give_back(
        self, tx: Tx, it: Seat, terms: Terms, now: datetime
    ) -> tuple[Money, Money]:
        """What was paid, and what of it comes back."""
        assert it.order is not None
        payment = await orders.lock_buying(tx, it.order)
        if payment is None:
            nothing = Money(minor=0, currency=terms.fee.currency)
            return nothing, nothing
        back = terms.back(payment.amount)
        await orders.buys_no_more(tx, payment.payment, terms.fee.minor)
        if back.minor > 0:
            reason = RefundReason.CANCELLED
            await orders.insert_refund(tx, payment.payment, back.minor, reason, now)
        return payment.amount, back

    async def _insert(
        self, tx: Tx, it: Seat, to: SlotId, fee: Money, now: datetime
    ) -> Seat:
        order = await self._fee_order(tx, it, fee, now) if fee.minor else None
        new = NewSeat(
            seat=SeatId(uuid4()),
            account=it.account,
            wish=Wish(slot=to, module=it.module, accessible=it.accessible),
            state=SeatState.HELD,
            until=held_until(now, self._desk.policy),
            order=it.order,
            move_order=order,
            replaces=it.seat,
        )
        return await insert_seat(tx, new, now)

    async def _fee_order(self, tx: Tx, it: Seat, fee: Money, now: datetime) -> OrderId:
        order = NewOrder(
            order=OrderId(uuid4()),
            account=it.account,
            module=it.module,
            kind=OrderKind.MOVE,
            amount=fee,
        )
        await orders.insert(tx, order, now)
        return order.order
