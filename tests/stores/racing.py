"""Many at once for a few hot slots, and a witness in the database of what was true.

A slot's row is locked by whoever changes its seats, until the commit: all that happens
to a slot has one order. The witness sits inside that lock. A trigger that only these
tests have counts the seats of the slot right when one more is tried (committed seats,
and this transaction's own), and writes what it saw into the slot's row; where the
schema then refuses the seat, PostgreSQL quotes the refused row, and so the error behind
each SlotFull carries what was true at that point of the one order. No clock of ours and
no guess about who came first is needed. "Full" was right if and only if

- a constraint about seats refused it (and no other check of the schema),
- as many seats of that pool were live as it has, not counting the one refused,
- and none of them was over: a hold or offer whose time is past is nobody's seat.

A free seat that is owed to the line is an offered seat by then, so it counts as live;
that a free seat never stays free while somebody waits is looked at in the end.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from asyncpg import CheckViolationError

from app.adapters import db
from app.adapters.db import Database
from app.adapters.payments import Captured
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.refusals import (
    BookedAlready,
    HeldAlready,
    HoldOver,
    SlotFull,
)
from app.booking.domain.words import Wish
from app.booking.service.paying import Settled
from app.kernel.ids import AccountId, SeatId, SlotId
from app.kernel.refusals import Refusal, Unavailable
from tests.stores.booking_world import (
    MODULE,
    BookingWorld,
    build_booking_world,
    key,
)

AT_ONCE = 32
LASTS_S = 1_800
"""By the clock of the world: three times as long as a hold."""
OFFER_MIN = 20
WITNESS = """
ALTER TABLE slot ADD COLUMN saw text;
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE live integer; past integer; room integer;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE held_until <= NEW.held_at)
    INTO live, past FROM seat s
    WHERE s.slot_id = NEW.slot_id AND s.accessible = NEW.accessible AND s.live;
    SELECT CASE WHEN NEW.accessible THEN accessible
                ELSE capacity - accessible - blocked END
    INTO room FROM slot WHERE slot_id = NEW.slot_id;
    PERFORM set_config('race.saw', format('live=%s over=%s of=%s', live, past, room),
        true);
    RETURN NEW;
END $$;
CREATE TRIGGER see BEFORE INSERT ON seat FOR EACH ROW EXECUTE FUNCTION see();
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.saw := current_setting('race.saw', true);
    RETURN NEW;
END $$;
CREATE TRIGGER tell BEFORE UPDATE OF taken, accessible_taken ON slot
    FOR EACH ROW EXECUTE FUNCTION tell();
"""
SAW = re.compile(r"live=(\d+) over=(\d+) of=(\d+)")
OVERSOLD = """
SELECT s.slot_id FROM slot s, LATERAL (
    SELECT count(*) FILTER (WHERE NOT t.accessible) AS plain,
        count(*) FILTER (WHERE t.accessible) AS accessible
    FROM seat t WHERE t.slot_id = s.slot_id AND t.live) AS live
WHERE live.plain > s.capacity - s.accessible - s.blocked
   OR live.accessible > s.accessible"""
MISCOUNTED = """
SELECT s.slot_id FROM slot s, LATERAL (
    SELECT count(*) FILTER (WHERE NOT t.accessible) AS plain,
        count(*) FILTER (WHERE t.accessible) AS accessible
    FROM seat t WHERE t.slot_id = s.slot_id AND t.live) AS live
WHERE (live.plain, live.accessible) <> (s.taken, s.accessible_taken)"""
IN_VAIN = """
SELECT w.slot_id FROM waiting w JOIN slot s USING (slot_id)
WHERE w.state = 'waiting'
  AND CASE WHEN w.accessible THEN s.accessible_taken < s.accessible
      ELSE s.taken + s.blocked < s.capacity - s.accessible END
  AND NOT EXISTS (
      SELECT FROM seat t WHERE t.account_id = w.account_id
        AND t.module_code = w.module_code AND t.state IN ('offered', 'held', 'booked'))
"""


def lie_in(refusal: SlotFull) -> str | None:
    """What was true instead, where a slot was called full and was not."""
    cause = refusal.__cause__
    if not isinstance(cause, CheckViolationError):
        return "no seat was tried"
    if not (cause.constraint_name or "").startswith("never_one_too_many"):
        return f"refused by {cause.constraint_name}"
    saw = SAW.search(cause.detail or "")
    if saw is None:
        return "nobody saw it"
    live, past, room = map(int, saw.groups())
    return None if live == room and past == 0 else saw.group()


@dataclass
class Racer:
    """A student as their own page shows them."""

    account: AccountId
    seat: SeatId | None = None
    is_booked: bool = False


@dataclass
class Found:
    """What a race showed."""

    tries: int = 0
    seconds: float = 0
    refused: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)
    oversold: set[UUID] = field(default_factory=set)
    miscounted: set[UUID] = field(default_factory=set)
    looks: int = 0

    def __str__(self) -> str:
        return (
            f"{self.tries} tries in {self.seconds:.1f} s, "
            f"{self.tries / self.seconds:.0f} a second, looked at {self.looks} times; "
            f"done {dict(self.done)}; refused {dict(self.refused)}"
        )


class Race:
    """`tries` of a mix that `seed` decides, by 32 tasks on as many connections."""

    def __init__(self, world: BookingWorld, *, tries: int, seed: int) -> None:
        self.world, self.seed = world, seed
        self.most, self.found = tries, Found()
        self.slots: list[tuple[SlotId, bool]] = []
        self.news: list[Captured] = []
        """Of payments that nobody of ours has heard of yet."""

    async def make_slots(self, count: int, capacity_most: int) -> None:
        chance = random.Random(self.seed)
        for number in range(count):
            capacity = chance.randint(1, capacity_most)
            accessible = chance.randint(1, capacity) // 2 if number % 3 == 0 else 0
            slot = await self.world.slot(capacity, accessible=accessible)
            self.slots.append((slot, accessible > 0))

    async def run(self, students: int) -> Found:
        crowd = [Racer(it) for it in await self.world.crowd(students)]
        begun, over = time.monotonic(), asyncio.Event()
        async with asyncio.TaskGroup() as looking:
            looking.create_task(self._look_on(over))
            async with asyncio.TaskGroup() as racing:
                for number in range(AT_ONCE):
                    chance = random.Random(f"{self.seed}:{number}")
                    mine = crowd[number::AT_ONCE]
                    racing.create_task(self._race(mine, chance))
            over.set()
        self.found.seconds = time.monotonic() - begun
        await self._look()
        return self.found

    async def _look_on(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._look()
            try:
                async with asyncio.timeout(1):
                    await over.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        """Each in one statement, so of one moment."""
        async with self.world.db.connection() as tx:
            self.found.oversold |= {it[0] for it in await tx.fetch(OVERSOLD)}
            self.found.miscounted |= {it[0] for it in await tx.fetch(MISCOUNTED)}
        self.found.looks += 1

    async def _race(self, mine: list[Racer], chance: random.Random) -> None:
        while self.found.tries < self.most:
            self.found.tries += 1
            self.world.clock.forward(LASTS_S / self.most)
            try:
                self.found.done[await self._try(chance.choice(mine), chance)] += 1
            except Unavailable:
                raise
            except SlotFull as refusal:
                self.found.refused["SlotFull"] += 1
                if lie := lie_in(refusal):
                    self.found.lies.append(lie)
            except Refusal as refusal:
                self.found.refused[type(refusal).__name__] += 1

    async def _try(self, it: Racer, chance: random.Random) -> str:
        luck = chance.random()
        if luck < 0.02:
            await self.world.seats.sweep()
            return "sweep"
        if luck < 0.06 and self.news:
            # At times twice: who told it first does not know whether we heard.
            late = chance.choice(self.news)
            if chance.random() < 0.7:
                self.news.remove(late)
            return f"late {await self.world.paying.settle(late)}"
        if it.seat is None:
            return await self._come(it, chance)
        if it.is_booked:
            return await self._booked(it, chance)
        return await self._held(it, chance)

    async def _come(self, it: Racer, chance: random.Random) -> str:
        slot, has_pool = chance.choice(self.slots)
        accessible = has_pool and chance.random() < 0.3
        wish = Wish(slot=slot, module=MODULE, accessible=accessible)
        if chance.random() < 0.15:
            await self.world.lines.join(it.account, key(), wish)
            return "join"
        try:
            it.seat = await self.world.seats.hold(it.account, key(), wish)
        except (HeldAlready, BookedAlready) as refusal:
            if "seat" in refusal.details:  # Offered, or seated again by a late payment.
                it.seat = SeatId(UUID(str(refusal.details["seat"])))
                it.is_booked = isinstance(refusal, BookedAlready)
            raise
        return "hold"

    async def _booked(self, it: Racer, chance: random.Random) -> str:
        seat, it.seat, it.is_booked = it.seat, None, False
        assert seat is not None
        await self.world.changing.cancel(it.account, key(), seat)
        return "cancel"

    async def _held(self, it: Racer, chance: random.Random) -> str:
        assert it.seat is not None
        luck = chance.random()
        if luck < 0.25:
            seat, it.seat = it.seat, None
            await self.world.seats.release(it.account, key(), seat)
            return "release"
        try:
            paid = await self.world.pay(it.account, it.seat)
        except HoldOver:
            return await self._take(it)
        if luck < 0.4:
            self.news.append(paid)
            it.seat = None
            return "pay"
        it.is_booked = await self.world.paying.settle(paid) is Settled.BOOKED
        it.seat = it.seat if it.is_booked else None
        return "book" if it.is_booked else "paid in vain"

    async def _take(self, it: Racer) -> str:
        """It was an offer of the line; or it is over."""
        seat, it.seat = it.seat, None
        assert seat is not None
        it.seat = await self.world.lines.take(it.account, key(), seat)
        return "take"

    async def come_to_rest(self) -> None:
        """Every payment is told at last, holds and offers are over, lines are done."""
        for paid in self.news:
            await self.world.paying.settle(paid)
        while await self._sweep_till_quiet():
            assert await self.in_vain() == set()
            self.world.clock.forward(OFFER_MIN * 60)

    async def _sweep_till_quiet(self) -> int:
        """How many slots needed it. Who gave a seat back in one slot may be offered
        one in another by the next sweep, and then nothing is left to do."""
        swept = 0
        for _ in range(50):
            if not (now := await self.world.seats.sweep()):
                return swept
            swept += now
        raise AssertionError("the sweep never comes to rest")

    async def in_vain(self) -> set[UUID]:
        """Slots with a free seat that somebody waits for who could have it."""
        async with self.world.db.connection() as tx:
            return {it[0] for it in await tx.fetch(IN_VAIN)}


@asynccontextmanager
async def race_on(
    url: str, *, tries: int, slots: int, students: int, seed: int, schema: str = ""
) -> AsyncIterator[tuple[Race, Found]]:
    """On a database of its own, with a witness; `schema` spoils it for the controls."""
    database = await db.connect(url, size=AT_ONCE)
    try:
        race = await _build(database, tries, seed, schema)
        await race.make_slots(slots, 60)
        yield race, await race.run(students)
    finally:
        await database.close()


async def _build(database: Database, tries: int, seed: int, schema: str) -> Race:
    policy = BookingPolicy(offer_min=OFFER_MIN, lines_most=3)
    world = await build_booking_world(database, policy=policy, at_once=AT_ONCE)
    await world.run(WITNESS + schema)
    return Race(world, tries=tries, seed=seed)
