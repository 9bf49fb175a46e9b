"""Cancelling slots: every seat ends, all money goes back, everybody is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.audit import Act
from app.adapters.db import Row, Tx
from app.booking.domain.planning_refusals import SlotBegun, SlotTookPlace
from app.booking.domain.words import Slot
from app.booking.service.desk import BookingDesk, News, lock_slots
from app.booking.service.lining import expire_over, settle_slot
from app.booking.service.slot_letters import tell_of_end, tell_waiting
from app.booking.store import slot_changes as store
from app.kernel.ids import AccountId, OrderId, SlotId
from app.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whom cancelling a slot concerns, and what it gives back."""

    booked: int
    held: int
    offered: int
    marked: int
    waiting: int
    back: list[Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    cancelled: int
    released: int
    refunds: int
    lines: int


class SlotCancelling:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def concerned(self, slot: SlotId) -> Concerned:
        async with self._desk.db.connection() as tx:
            row = await store.concerned(tx, slot)
            back = await store.to_give_back(tx, slot)
        return Concerned(
            **dict(row),
            back=[
                Money(minor=it["amount_minor"], currency=it["currency"]) for it in back
            ],
        )

    async def cancel(self, by: AccountId, slot: SlotId) -> Ended:
        """Raises NoSuchSlot, SlotBegun where it is over or was cancelled before, and
        SlotTookPlace where students were marked at the door."""

        async def act(tx: Tx, now: datetime, news: News) -> Ended:
            beside = await store.slots_beside(tx, [slot])
            it = (await lock_slots(tx, [slot, *beside]))[slot]
            if it.cancelled_at is not None or now >= it.ends_at:
                raise SlotBegun("This slot is over, or was cancelled before.")
            if (await store.concerned(tx, slot))["marked"]:
                raise SlotTookPlace
            ended = await end_slots(tx, self._desk, [it], now, news)
            done = Act(
                at=now,
                by=by,
                what="slot.cancelled",
                details={
                    "slot": str(slot),
                    "cancelled": ended.cancelled,
                    "released": ended.released,
                    "refunds": ended.refunds,
                    "lines": ended.lines,
                },
            )
            await self._desk.house.trail.write(tx, done)
            return ended

        return await self._desk.change(act)


async def end_slots(
    tx: Tx, desk: BookingDesk, ended: Sequence[Slot], now: datetime, news: News
) -> Ended:
    """With the slots locked; a few statements, however many seats they have."""
    ids = [it.slot for it in ended]
    for it in ended:
        await expire_over(tx, it, now, news)
    beside = await lock_slots(tx, await store.slots_beside(tx, ids))
    people = await store.people_of(tx, ids)
    waiting = await store.people_waiting(tx, ids)
    await store.cancel_slots(tx, ids, now)
    released = await store.release_all(tx, ids, now)
    cancelled = await store.cancel_all(tx, ids, now)
    back = await store.give_back_fees(tx, _orders(cancelled), now)
    lines = await store.end_lines(tx, ids, now)
    await tell_of_end(tx, desk, people, back)
    await tell_waiting(tx, desk, waiting)
    told = [*people, *waiting, *released]
    for it in ended:
        news.of(it, *(AccountId(row["account_id"]) for row in told))
    for slot in beside.values():
        if slot.slot not in ids:
            await settle_slot(tx, desk, slot, now, news)
            news.of(slot)
    return Ended(
        cancelled=len(cancelled),
        released=len(released),
        refunds=len(back),
        lines=lines,
    )


def _orders(cancelled: Sequence[Row]) -> list[OrderId]:
    """Of the fees, and of moving there."""
    both = ((row["order_id"], row["move_order_id"]) for row in cancelled)
    return [OrderId(it) for orders in both for it in orders if it is not None]
