"""A centre, slots and students on a real database, with booking's services on it."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.adapters.bell import MemoryBell
from app.adapters.db import Database
from app.adapters.payments import Captured, PayPage, ProviderAway
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.words import Fitness, Wish
from app.booking.service.changing import Changing
from app.booking.service.desk import AT_ONCE, BookingDesk
from app.booking.service.lines import Lines
from app.booking.service.paying import Paying, Settled
from app.booking.service.seats import Seats
from app.kernel.ids import AccountId, CentreId, ModuleCode, SeatId, SlotId
from app.kernel.money import Money
from app.portals.service import Portals
from tests.stores.entrance import LetterBox, gatehouse_on
from tests.stores.world import HandClock

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
MODULE = ModuleCode("M1")
FEE = Money(minor=50_000, currency="INR")
HOUR_US = 3_600_000_000


@dataclass
class TillProvider:
    """A provider that keeps its word: what is paid at the till is told when asked."""

    name: str = "till"
    origins: tuple[str, ...] = ()
    away: bool = False
    opened: dict[str, str] = field(default_factory=dict)
    paid: dict[str, list[Captured]] = field(default_factory=dict)

    async def open_order(self, order: str, number: int, amount: Money) -> str:
        if self.away:
            raise ProviderAway
        return self.opened.setdefault(order, f"order_{number}")

    def pay_page(self, provider_order, amount, *, back, cancel) -> PayPage:
        return PayPage(action="https://till.example", fields={"order": provider_order})

    async def payments_of(self, provider_order: str) -> list[Captured]:
        if self.away:
            raise ProviderAway
        return list(self.paid.get(provider_order, []))

    def pay(self, page: PayPage, at: datetime, **other) -> Captured:
        """The student pays; nobody of ours hears of it yet."""
        order = page.fields["order"]
        it = Captured(
            provider_order=order,
            provider_payment=other.get("payment", f"pay_{uuid4().hex[:12]}"),
            amount=other.get("amount", FEE),
            paid_at=at,
        )
        self.paid.setdefault(order, []).append(it)
        return it


@dataclass
class BookingWorld:
    db: Database
    clock: HandClock
    policy: BookingPolicy = field(default_factory=BookingPolicy)
    hours_missing: set[AccountId] = field(default_factory=set)
    incidents: set[AccountId] = field(default_factory=set)
    cooling_till: dict[AccountId, datetime] = field(default_factory=dict)
    at_once: int = AT_ONCE

    def __post_init__(self) -> None:
        self.box = LetterBox()
        self.bell = MemoryBell()
        house = gatehouse_on(self.db, self.clock, self.box)
        self.house = house
        self.till = TillProvider()
        self.portals = Portals(self.db, self.clock, house.trail, self.bell)
        self.desk = BookingDesk(
            house=house,
            bell=self.bell,
            policy=self.policy,
            fitness=self.fitness,
            portals=self.portals,
            busy=asyncio.Semaphore(self.at_once),
        )
        self.seats = Seats(self.desk)
        self.paying = Paying(self.desk, self.till)
        self.changing = Changing(self.desk)
        self.lines = Lines(self.desk)

    async def fitness(self, tx, account, modules, now) -> dict[str, Fitness]:
        missing = account in self.hours_missing
        it = Fitness(
            required_us=40 * HOUR_US,
            confirmed_us=(30 if missing else 40) * HOUR_US,
            open_incidents=int(account in self.incidents),
            cooling_till=self.cooling_till.get(account),
        )
        return dict.fromkeys(modules, it)

    async def student(self) -> AccountId:
        account = AccountId(uuid4())
        await self.run(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at, email)
               VALUES ($1, $2, 'Test Student', 'student', 'x', now(), now(), $3)""",
            account,
            f"T{account.hex[:10].upper()}",
            f"{account.hex[:10]}@example.org",
        )
        return account

    async def students(self, count: int) -> list[AccountId]:
        return [await self.student() for _ in range(count)]

    async def crowd(self, count: int) -> list[AccountId]:
        """As many students as fill a city, in one statement."""
        async with self.db.transaction() as tx:
            rows = await tx.fetch(
                """INSERT INTO account (account_id, srn, name, role, password_hash,
                       password_set_at, created_at, email)
                   SELECT gen_random_uuid(), 'C' || lpad(n::text, 7, '0'), 'Of many',
                       'student', 'x', now(), now(), 'c' || n || '@example.org'
                   FROM generate_series(1, $1) AS n RETURNING account_id""",
                count,
            )
        return [AccountId(row["account_id"]) for row in rows]

    async def centre(self, **given: object) -> CentreId:
        centre = CentreId(uuid4())
        await self.run(
            """INSERT INTO centre (centre_id, code, name, city, address, time_zone,
                   capacity, accessible, fee_minor, currency, made_at)
               VALUES ($1, $2, 'Institute', $3, '1 Main Road', 'Asia/Kolkata', 100, 0,
                   $4, $5, now())""",
            centre,
            centre.hex[:10].upper(),
            given.get("city", "Kochi"),
            given.get("fee_minor"),
            given.get("currency"),
        )
        return centre

    async def slot(self, capacity: int = 1, **given: object) -> SlotId:
        """Thirty days ahead; `days`, `accessible`, `blocked`, `centre` may differ."""
        slot = SlotId(uuid4())
        centre = given.get("centre") or await self.centre()
        starts = T0 + timedelta(days=float(str(given.get("days", 30))))
        await self.run(
            """INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at,
                   closes_at, capacity, accessible, blocked, made_at, modules)
               VALUES ($1, $2, $3::timestamptz::date, $3, $3 + interval '2 hours',
                   $3 - interval '90 days', $3 - interval '1 hour', $4, $5, $6, now(),
                   $7)""",
            slot,
            centre,
            starts,
            capacity,
            given.get("accessible", 0),
            given.get("blocked", 0),
            given.get("modules"),
        )
        return slot

    async def hold(self, account: AccountId, slot: SlotId, **more) -> SeatId:
        wish = Wish(slot=slot, module=MODULE, accessible=more.get("accessible", False))
        return await self.seats.hold(account, more.get("key") or key(), wish)

    async def begin(self, account: AccountId, seat: SeatId) -> PayPage:
        page = await self.paying.begin(account, key(), seat)
        assert page is not None
        return page

    async def pay(self, account: AccountId, seat: SeatId, **other) -> Captured:
        page = await self.begin(account, seat)
        return self.till.pay(page, self.clock.now(), **other)

    async def book(self, account: AccountId, slot: SlotId) -> SeatId:
        seat = await self.hold(account, slot)
        paid = await self.pay(account, seat)
        assert await self.paying.settle(paid) is Settled.BOOKED
        return seat

    async def state(self, seat: SeatId) -> str:
        return str(await self.value("SELECT state FROM seat WHERE seat_id = $1", seat))

    async def run(self, query: str, *arguments: object) -> None:
        async with self.db.transaction() as tx:
            await tx.execute(query, *arguments)

    async def value(self, query: str, *arguments: object) -> object:
        async with self.db.connection() as tx:
            return await tx.fetchval(query, *arguments)

    async def books(self) -> tuple[int, int, int, int]:
        """Money in, behind seats, kept, and given or to be given back."""
        async with self.db.connection() as tx:
            row = await tx.fetchrow(
                """SELECT coalesce(sum(amount_minor), 0)::bigint AS came,
                       coalesce(sum(amount_minor) FILTER (WHERE buys_seat), 0)::bigint
                           AS seats,
                       coalesce(sum(kept_minor), 0)::bigint AS kept,
                       (SELECT coalesce(sum(amount_minor), 0)::bigint FROM refund)
                           AS back FROM payment"""
            )
        return tuple(row)

    async def requires_balance(self) -> None:
        """Money in = seats + kept + refunds, and as many seats as are paid."""
        came, seats, kept, back = await self.books()
        assert came == seats + kept + back
        paid = await self.value("SELECT count(*) FROM payment WHERE buys_seat")
        live = await self.value(
            "SELECT count(*) FROM seat WHERE state IN ('booked', 'attended', 'absent')"
        )
        assert paid == live
        drift = await self.value(
            """SELECT count(*) FROM slot s WHERE s.taken + s.accessible_taken <>
                   (SELECT count(*) FROM seat t WHERE t.slot_id = s.slot_id AND t.live)
               OR s.taken + s.blocked > s.capacity - s.accessible"""
        )
        assert drift == 0


async def build_booking_world(db: Database, **given) -> BookingWorld:
    clock = HandClock()
    clock.time = T0
    world = BookingWorld(db, clock, **given)
    await world.run(
        """INSERT INTO study_set (code, title, mandatory) VALUES ('A', 'Set', true)
           ON CONFLICT DO NOTHING"""
    )
    await world.run(
        """INSERT INTO module (code, set_code, title, hours, summary, position)
           VALUES ('M1', 'A', 'Module', 40, '', 1) ON CONFLICT DO NOTHING"""
    )
    return world


def key() -> str:
    return UUID(int=uuid4().int).hex
