"""What money that came in is used for: a seat, a move, or the way back.

Every function works inside a transaction that has locked the order and the slots.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from asyncpg import CheckViolationError, UniqueViolationError

from app.adapters.db import Tx
from app.booking.domain.seats import unfit
from app.booking.domain.words import (
    Captured,
    Order,
    OrderKind,
    Payment,
    RefundReason,
    Seat,
    SeatState,
    Slot,
    Wish,
)
from app.booking.service import told
from app.booking.service.desk import BookingDesk, News, lock_slots
from app.booking.service.lining import settle_slot
from app.booking.store import lines, orders, seats
from app.booking.store.seats import NewSeat
from app.kernel.ids import SeatId


@dataclass(frozen=True, slots=True, kw_only=True)
class Using:
    """A payment of an order, and the newest seat that it was to book."""

    order: Order
    captured: Captured
    seat: Seat | None


async def use(tx: Tx, desk: BookingDesk, it: Using, now: datetime, news: News) -> bool:
    """Whether it booked or moved a seat; else all of it goes back."""
    reason = await _why_back(tx, desk, it, now)
    if reason is None:
        is_used = (
            await _move(tx, desk, it, now, news)
            if it.order.kind is OrderKind.MOVE
            else await _book(tx, desk, it, now, news)
        )
        if is_used:
            return True
        reason = RefundReason.TOO_LATE
    await _give_back(tx, desk, it, reason, now, news)
    return False


async def _why_back(
    tx: Tx, desk: BookingDesk, it: Using, now: datetime
) -> RefundReason | None:
    """None: the money may be used."""
    if it.captured.amount != it.order.amount:
        return RefundReason.WRONG_AMOUNT
    if await orders.is_used(tx, it.order.order):
        return RefundReason.PAID_TWICE
    seat = it.seat
    if seat is None or seat.state not in (SeatState.HELD, SeatState.EXPIRED):
        return RefundReason.TOO_LATE  # Given back by the student, or by us.
    if it.order.kind is OrderKind.FEE:
        module = seat.module
        fit = (await desk.fitness(tx, seat.account, [module], now))[module]
        return None if unfit(fit) is None else RefundReason.NOT_FIT
    return None


async def _book(
    tx: Tx, desk: BookingDesk, it: Using, now: datetime, news: News
) -> bool:
    seat = it.seat
    assert seat is not None
    slot = (await lock_slots(tx, [seat.slot]))[seat.slot]
    held = seat.state is SeatState.HELD
    if held and not _still_to_come(slot, seat, now):
        await seats.end(tx, seat.seat, SeatState.RELEASED, now)
        return False
    if not held:
        again = await _hold_again(tx, desk, seat, slot, now, news)
        if again is None:
            return False
        seat = again
    await seats.book(tx, seat.seat, now)
    payment = await orders.insert_payment(
        tx, it.order.order, it.captured, now, buys_seat=True
    )
    await _is_booked(tx, desk, seat, slot, now, news)
    await told.booked(tx, desk, seat, payment, again=not held)
    return True


async def _hold_again(
    tx: Tx, desk: BookingDesk, seat: Seat, slot: Slot, now: datetime, news: News
) -> Seat | None:
    """A seat in the same slot for who paid after the hold was over, if there is one."""
    if not _still_to_come(slot, seat, now):
        return None
    await settle_slot(tx, desk, slot, now, news)
    wish = Wish(slot=slot.slot, module=seat.module, accessible=seat.accessible)
    it = NewSeat(
        seat=SeatId(uuid4()),
        account=seat.account,
        wish=wish,
        state=SeatState.HELD,
        until=now,
        order=seat.order,
    )
    try:
        async with tx.transaction():
            return await seats.insert(tx, it, now)
    except (CheckViolationError, UniqueViolationError):
        return None


def _still_to_come(slot: Slot, seat: Seat, now: datetime) -> bool:
    """Booking may be closed meanwhile; the test must not have begun."""
    fits = slot.modules is None or seat.module in slot.modules
    return fits and slot.cancelled_at is None and now < slot.starts_at


async def _move(
    tx: Tx, desk: BookingDesk, it: Using, now: datetime, news: News
) -> bool:
    """Too late, or the old seat is gone: False, and the old booking stays as it is."""
    seat = it.seat
    assert seat is not None
    if seat.state is not SeatState.HELD or seat.replaces is None:
        return False
    before = await seats.read(tx, seat.replaces)
    if before is None or before.state is not SeatState.BOOKED:
        await seats.end(tx, seat.seat, SeatState.RELEASED, now)
        return False
    await move(tx, desk, before, seat, now, news)
    minor = it.captured.amount.minor
    await orders.insert_payment(tx, it.order.order, it.captured, now, kept=minor)
    return True


async def move(
    tx: Tx, desk: BookingDesk, before: Seat, to: Seat, now: datetime, news: News
) -> None:
    """The booking goes on in another seat, with the same money behind it."""
    locked = await lock_slots(tx, [before.slot, to.slot])
    await seats.move_away(tx, before.seat, to.seat, now)
    await seats.book(tx, to.seat, now)
    await settle_slot(tx, desk, locked[before.slot], now, news)
    news.of(locked[before.slot], to.account)
    await _is_booked(tx, desk, to, locked[to.slot], now, news)
    await told.moved(tx, desk, to)


async def book_free(
    tx: Tx, desk: BookingDesk, seat: Seat, slot: Slot, now: datetime, news: News
) -> None:
    """A test that costs nothing."""
    await seats.book(tx, seat.seat, now)
    await _is_booked(tx, desk, seat, slot, now, news)
    await told.booked(tx, desk, seat, None)


async def _is_booked(
    tx: Tx, desk: BookingDesk, seat: Seat, slot: Slot, now: datetime, news: News
) -> None:
    """Who has a seat waits for no other."""
    news.of(slot, seat.account)
    await lines.end_of_module(tx, seat.account, seat.module, now)


async def _give_back(
    tx: Tx,
    desk: BookingDesk,
    it: Using,
    reason: RefundReason,
    now: datetime,
    news: News,
) -> None:
    payment: Payment = await orders.insert_payment(tx, it.order.order, it.captured, now)
    minor = payment.amount.minor
    await orders.insert_refund(tx, payment.payment, minor, reason, now)
    if reason is RefundReason.NOT_FIT and it.seat and it.seat.state is SeatState.HELD:
        await seats.end(tx, it.seat.seat, SeatState.RELEASED, now)
        slot = (await lock_slots(tx, [it.seat.slot]))[it.seat.slot]
        await settle_slot(tx, desk, slot, now, news)
        news.of(slot)
    await told.given_back(tx, desk, it.seat, payment, reason)
