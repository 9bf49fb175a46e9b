"""Inside a slot's lock: what is over is given back, and offered to who waits."""

from datetime import datetime
from uuid import uuid4

from asyncpg import CheckViolationError, UniqueViolationError

from app.adapters.db import Tx
from app.booking.domain.seats import offered_until
from app.booking.domain.words import SeatState, Slot, Wish
from app.booking.service import told
from app.booking.service.desk import BookingDesk, News
from app.booking.store import lines, seats
from app.booking.store.seats import NewSeat
from app.kernel.ids import AccountId, ModuleCode, SeatId

OFFERS_MOST = 20
"""In one transaction; the keeper goes on with the rest."""


async def settle_slot(
    tx: Tx, desk: BookingDesk, slot: Slot, now: datetime, news: News
) -> None:
    """Call it with the slot locked, whenever seats of it may have come free.

    A seat that is free while somebody waits for it is theirs before it is anybody's.
    """
    await expire_over(tx, slot, now, news)
    if slot.cancelled_at is not None or now >= slot.closes_at:
        await _end_line(tx, desk, slot, now, news)
        return
    await _offer(tx, desk, slot, now, news)


async def expire_over(tx: Tx, slot: Slot, now: datetime, news: News) -> None:
    """Gives back what is over, and offers it to nobody yet."""
    over = await seats.expire(tx, slot.slot, now)
    offers = [it.seat for it in over if it.replaces is None and it.order is None]
    if offers:
        await lines.end_offers(tx, offers, "passed", now)
    for it in over:
        news.of(slot, it.account)


async def _offer(
    tx: Tx, desk: BookingDesk, slot: Slot, now: datetime, news: News
) -> None:
    for row in await lines.next_in(tx, slot.slot, now, most=OFFERS_MOST):
        it = NewSeat(
            seat=SeatId(uuid4()),
            account=AccountId(row["account_id"]),
            wish=Wish(
                slot=slot.slot,
                module=ModuleCode(row["module_code"]),
                accessible=row["accessible"],
            ),
            state=SeatState.OFFERED,
            until=offered_until(slot, now, desk.policy),
        )
        try:
            async with tx.transaction():
                await seats.insert(tx, it, now)
        except (UniqueViolationError, CheckViolationError):
            continue  # They have taken another seat just now.
        await lines.offer(tx, row["waiting_id"], it.seat)
        await told.offered(tx, desk, it)
        news.of(slot, it.account)


async def _end_line(
    tx: Tx, desk: BookingDesk, slot: Slot, now: datetime, news: News
) -> None:
    for row in await lines.end_line(tx, slot.slot, now):
        account = AccountId(row["account_id"])
        await told.line_ended(tx, desk, slot, account, row["module_code"])
        news.of(slot, account)
