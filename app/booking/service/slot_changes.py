"""Changing slots that students may have seats of: guarded, and told."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from asyncpg import UniqueViolationError

from app.adapters.audit import Act
from app.adapters.db import Tx
from app.booking.domain.planning import (
    Span,
    meeting,
    overlap,
    require_times,
    require_within,
)
from app.booking.domain.planning_refusals import (
    BadPattern,
    BadTimes,
    ModuleInUse,
    SlotBegun,
    SlotsOverlap,
    SlotTookPlace,
    TooFewSeats,
)
from app.booking.domain.refusals import NoSuchSlot
from app.booking.domain.words import Slot
from app.booking.service.desk import BookingDesk, News, lock_slots
from app.booking.service.lining import expire_over, settle_slot
from app.booking.service.planning import require_modules
from app.booking.service.slot_letters import tell_line_of_time, tell_of_time
from app.booking.store import planning, slots
from app.booking.store import slot_changes as store
from app.booking.store.kept import keep_known
from app.kernel.ids import AccountId, SlotId

Change: TypeAlias = Callable[[Tx, Slot, datetime], Awaitable[int]]
"""To how many students a letter went."""


class SlotChanges:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def seats(
        self, by: AccountId, slot: SlotId, capacity: int, accessible: int, blocked: int
    ) -> None:
        """More seats are offered to who waits. Raises TooFewSeats, BadPattern,
        SlotBegun or NoSuchSlot."""

        async def change(tx: Tx, it: Slot, now: datetime) -> int:
            require_room(it, capacity, accessible, blocked)
            if capacity > it.capacity or accessible > it.accessible:
                centre = await planning.read_centre(tx, it.centre, now)
                assert centre is not None
                most, accessibles = centre.it.capacity, centre.it.accessible
                require_within(capacity, accessible, most, accessibles)
            await store.set_seats(tx, slot, capacity, accessible, blocked)
            return 0

        await self._change(by, slot, "slot.seats_changed", change)

    async def booking(
        self, by: AccountId, slot: SlotId, opens_at: datetime, closes_at: datetime
    ) -> None:
        """When booking opens and closes. Raises BadTimes, SlotBegun or NoSuchSlot."""

        async def change(tx: Tx, it: Slot, now: datetime) -> int:
            require_times(span_of(it), opens_at, closes_at)
            await store.set_booking(tx, slot, opens_at, closes_at)
            return 0

        await self._change(by, slot, "slot.booking_changed", change)

    async def move(self, by: AccountId, slot: SlotId, span: Span) -> int:
        """To another time; everybody with a seat is told. Booking closes as long
        before the test as it did.

        Raises BadTimes, SlotsOverlap, SlotBegun, NoSuchSlot, and SlotTookPlace where
        students were marked at the door.
        """

        async def change(tx: Tx, it: Slot, now: datetime) -> int:
            if span == span_of(it):
                return 0
            await planning.lock_centre(tx, it.centre, now)
            opens_at, closes_at = await _times_there(tx, it, span, now)
            day = span.starts_at.astimezone(ZoneInfo(it.time_zone)).date()
            await keep_known(tx, [slot])
            await store.set_span(tx, slot, day, span, opens_at, closes_at)
            told = await tell_of_time(tx, self._desk, slot, it.starts_at, now)
            if closes_at <= now:  # Settling the slot ends the line, with its letters.
                return told + len(await store.people_waiting(tx, [slot]))
            return told + await tell_line_of_time(tx, self._desk, slot, it.starts_at)

        try:
            return await self._change(by, slot, "slot.moved", change)
        except UniqueViolationError as error:
            raise SlotsOverlap from error

    async def may_move(self, slot: SlotId, span: Span) -> bool:
        """Whether its line goes on there: not where booking is closed already. Raises
        what `move` does."""
        async with self._desk.db.connection() as tx:
            it = await slots.read(tx, slot)
            if it is None:
                raise NoSuchSlot
            now = self._desk.clock.now()
            if it.cancelled_at is not None or now >= it.starts_at:
                raise SlotBegun
            _, closes_at = await _times_there(tx, it, span, now)
        return closes_at > now

    async def modules(
        self, by: AccountId, slot: SlotId, codes: Sequence[str] | None
    ) -> None:
        """None: of every module. Raises ModuleInUse, NoSuchTestModule, SlotBegun or
        NoSuchSlot."""

        async def change(tx: Tx, it: Slot, now: datetime) -> int:
            await require_modules(tx, codes)
            used = await store.modules_used(tx, slot)
            missing = [code for code in used if codes is not None and code not in codes]
            if missing:
                raise ModuleInUse(
                    "Students have seats, or wait in line, for these modules in this "
                    f"slot: {', '.join(missing)}. Leave them in."
                )
            await store.set_modules(tx, slot, codes)
            return 0

        await self._change(by, slot, "slot.modules_changed", change)

    async def _change(
        self, by: AccountId, slot: SlotId, what: str, change: Change
    ) -> int:
        before = News()

        async def act(tx: Tx, now: datetime, news: News) -> int:
            it = (await lock_slots(tx, [slot]))[slot]
            if it.cancelled_at is not None or now >= it.starts_at:
                raise SlotBegun
            before.of(it)
            # Holds that are over must not stand in the way.
            await expire_over(tx, it, now, news)
            it = (await lock_slots(tx, [slot]))[slot]
            told = await change(tx, it, now)
            fresh = (await lock_slots(tx, [slot]))[slot]
            await settle_slot(tx, self._desk, fresh, now, news)
            people = await store.people_of(tx, [slot])
            people += await store.people_waiting(tx, [slot])
            news.of(fresh, *(AccountId(row["account_id"]) for row in people))
            await self._write(tx, by, what, slot, told)
            return told

        told = await self._desk.change(act)
        # It may have left a month that pages watch.
        await self._desk.tell(before)
        return told

    async def _write(
        self, tx: Tx, by: AccountId, what: str, slot: SlotId, told: int
    ) -> None:
        now = self._desk.clock.now()
        details: dict[str, str | int] = {"slot": str(slot), "told": told}
        act = Act(at=now, by=by, what=what, details=details)
        await self._desk.house.trail.write(tx, act)


async def _times_there(
    tx: Tx, it: Slot, span: Span, now: datetime
) -> tuple[datetime, datetime]:
    """When booking opens and closes there. Raises SlotTookPlace, BadTimes or
    SlotsOverlap."""
    if (await store.concerned(tx, it.slot))["marked"]:
        raise SlotTookPlace
    later = span.starts_at - it.starts_at
    opens_at, closes_at = it.opens_at, it.closes_at + later
    if opens_at >= closes_at:
        opens_at += later
    require_times(span, opens_at, closes_at)
    if span.starts_at <= now:
        raise BadTimes("The new time is past.")
    taken = await planning.spans(tx, it.centre, span.starts_at, span.ends_at)
    others = [one for one in taken if one != span_of(it)]
    if clash := meeting(span, others):
        raise overlap(span, clash, it.time_zone)
    return opens_at, closes_at


def span_of(it: Slot) -> Span:
    return Span(starts_at=it.starts_at, ends_at=it.ends_at)


def require_room(it: Slot, capacity: int, accessible: int, blocked: int) -> None:
    """Raises BadPattern or TooFewSeats, which says how many are taken."""
    if capacity < 1 or not 0 <= accessible <= capacity or blocked < 0:
        raise BadPattern(
            "A slot has at least one seat, and the accessible seats are a part of them."
        )
    if accessible < it.accessible_taken:
        raise TooFewSeats(
            f"Accessible seats taken or held: {it.accessible_taken}. There must be at "
            "least as many.",
            taken=it.accessible_taken,
        )
    if capacity - accessible < it.taken + blocked:
        raise TooFewSeats(
            f"With {it.taken} seats taken or held, {blocked} blocked and {accessible} "
            "accessible ones, the capacity cannot be below "
            f"{it.taken + blocked + accessible}.",
            taken=it.taken,
        )
