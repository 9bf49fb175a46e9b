"""Any order, repeat, delay and loss of what a payment provider says, against the till.

The till knows what was really paid. After each step money in = seats + kept + refunds,
and whatever the books name was paid at the till, as much and once. In the end, asked
again and at the latest told, the books know all of it, and every payment has one
answer. The real services on the real database; only the clock, the letter box and the
till are ours.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.adapters import db
from app.adapters.payments import Captured, PayPage
from app.booking.domain.words import Wish
from app.booking.service.paying import GIVE_UP_AFTER, Settled
from app.kernel.ids import AccountId, SeatId, SlotId
from app.kernel.money import Money
from app.kernel.refusals import Refusal
from tests.stores.booking_world import MODULE, BookingWorld, build_booking_world, key
from tests.stores.entrance import run_machine

STUDENTS, SLOTS = 4, ((30, 1), (12, 2), (5, 1), (29, 3))
"""Slots: how many days ahead, how many seats. Five days ahead, moving has a fee."""
WHO, WHERE = st.integers(0, STUDENTS - 1), st.integers(0, len(SLOTS) - 1)
WHICH = st.integers(0, 11)
HOW = st.sampled_from(["right", "right", "right", "less", "dollars"])
MINUTES = st.sampled_from([1, 2, 9, 11, 125, 24 * 60, 3 * 24 * 60])
TABLES = "refund, payment, waiting, seat, test_order, answered, slot, centre"
A_DAY_S = 86_400


class Till(RuleBasedStateMachine):
    url = ""
    runner: asyncio.Runner

    @initialize()
    def begin(self) -> None:
        self.pages: list[PayPage] = []
        """Every pay page that was ever opened: browsers keep them."""
        self.done: Counter[str] = Counter()
        self.do(self._open())

    def do(self, work):
        return self.runner.run(work)

    def may(self, work):
        """Services may refuse; the books must balance all the same."""
        with suppress(Refusal):
            return self.do(work)

    async def _open(self) -> None:
        self.database = await db.connect(self.url, size=2)
        world = self.world = await build_booking_world(self.database)
        await world.run(f"TRUNCATE {TABLES} CASCADE")
        self.slots: list[SlotId] = [
            await world.slot(capacity, days=days) for days, capacity in SLOTS
        ]
        self.students: list[AccountId] = await world.students(STUDENTS)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            try:
                self.do(self._end())
            finally:
                self.do(self.database.close())

    # What students do.

    @rule(who=WHO, where=WHERE)
    def hold(self, who: int, where: int) -> None:
        self.may(self.world.hold(self.students[who], self.slots[where]))

    @rule(who=WHO, which=WHICH)
    def open_page(self, who: int, which: int) -> None:
        if seat := self.seat_of(who, which, "held"):
            page = self.may(self.world.begin(self.students[who], seat))
            self.pages += [page] if page else []

    @rule(which=WHICH, how=HOW)
    def pay(self, which: int, how: str) -> None:
        """On any page, of however long ago; nobody of ours hears of it yet."""
        if self.pages:
            page = self.pages[-1 - which % len(self.pages)]
            amount = as_paid(self.do(self._amount(page)), how)
            self.world.till.pay(page, self.world.clock.now(), amount=amount)

    @rule(who=WHO, where=WHERE, told=st.booleans())
    def hold_and_pay(self, who: int, where: int, told: bool) -> None:
        self.hold(who, where)
        self.pay_held(who, told=told)

    @rule(who=WHO, told=st.booleans())
    def pay_held(self, who: int, told: bool) -> None:
        before = len(self.pages)
        self.open_page(who, 0)
        if len(self.pages) > before:
            self.pay(0, "right")
            if told:
                self.tell(0)

    @rule(who=WHO, which=WHICH)
    def release(self, who: int, which: int) -> None:
        if seat := self.seat_of(who, which, "held", "offered"):
            self.may(self.world.seats.release(self.students[who], key(), seat))

    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        if seat := self.seat_of(who, 0, "booked"):
            self.may(self.world.changing.cancel(self.students[who], key(), seat))

    @rule(who=WHO, where=WHERE)
    def move(self, who: int, where: int) -> None:
        if seat := self.seat_of(who, 0, "booked"):
            to = self.slots[where]
            self.may(self.world.changing.hold_move(self.students[who], key(), seat, to))

    @rule(who=WHO, where=WHERE)
    def move_for_a_fee(self, who: int, where: int) -> None:
        """From the slot that is near."""
        self.hold_and_pay(who, 2, told=True)
        self.move(who, where)
        self.pay_held(who, told=False)

    @rule(who=WHO, where=WHERE)
    def join(self, who: int, where: int) -> None:
        wish = Wish(slot=self.slots[where], module=MODULE)
        self.may(self.world.lines.join(self.students[who], key(), wish))

    @rule(who=WHO)
    def take(self, who: int) -> None:
        if seat := self.seat_of(who, 0, "offered"):
            self.may(self.world.lines.take(self.students[who], key(), seat))

    # What the provider and the world do.

    @rule(which=WHICH)
    def tell(self, which: int) -> None:
        """A webhook: of any payment, in any order, and again."""
        if paid := self.captured():
            self.do(self._tell(paid[-1 - which % len(paid)]))

    @rule()
    def tell_all_at_once(self) -> None:
        async def tell() -> None:
            paid = self.captured()[-4:]
            await asyncio.gather(*(self.world.paying.settle(it) for it in paid))

        self.do(tell())

    @rule()
    def ask_again(self) -> None:
        self.do(self.world.paying.ask_again())

    @rule()
    def sweep(self) -> None:
        self.do(self.world.seats.sweep())

    @rule(minutes=MINUTES)
    def wait(self, minutes: int) -> None:
        self.world.clock.forward(minutes * 60)

    @rule()
    def is_away_or_back(self) -> None:
        self.world.till.away = not self.world.till.away

    @rule(who=WHO)
    def is_unfit_or_fit(self, who: int) -> None:
        self.world.incidents ^= {self.students[who]}

    # What must hold.

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "world"):
            self.do(self.world.requires_balance())
            self.do(self._requires_one_answer_each())
            self.do(self._books_name_what_was_paid())

    async def _tell(self, it: Captured) -> None:
        """What settling answers, in the oracle's own words; and a letter each time."""
        expected = await self._expected(it)
        letters = len(self.world.box.letters)
        settled = await self.world.paying.settle(it)
        assert settled in expected, (settled, expected)
        self.done[settled] += 1
        assert (len(self.world.box.letters) > letters) == (settled != Settled.KNOWN)

    async def _expected(self, it: Captured) -> set[Settled]:
        row = await self._row(ORDER, it.provider_order)
        if it.provider_payment in await self._named():
            return {Settled.KNOWN}
        amount = Money(minor=row["amount_minor"], currency=row["currency"])
        unfit = row["kind"] == "fee" and row["account_id"] in self.world.incidents
        if it.amount != amount or row["used"] or unfit or row["given_up"]:
            return {Settled.GIVEN_BACK}
        if row["held"]:
            left = row["kind"] == "move" and not row["comes_from_a_booking"]
            return {Settled.GIVEN_BACK if left else Settled.BOOKED}
        over = {Settled.GIVEN_BACK}
        return over if row["kind"] == "move" else over | {Settled.BOOKED}

    async def _named(self) -> list[str]:
        async with self.database.connection() as tx:
            rows = await tx.fetch("SELECT provider_payment FROM payment")
        return [row["provider_payment"] for row in rows]

    async def _books_name_what_was_paid(self) -> None:
        """Nothing that was not paid, and nothing twice."""
        async with self.database.connection() as tx:
            rows = await tx.fetch(
                """SELECT provider_order, provider_payment, p.amount_minor, p.currency
                   FROM payment p JOIN test_order USING (order_id)"""
            )
        named = Counter(tuple(row) for row in rows)
        assert set(named) <= {line_of(it) for it in self.captured()}
        assert set(named.values()) <= {1}

    async def _requires_one_answer_each(self) -> None:
        """Asked of the tables, not of the triggers that guard them."""
        async with self.database.connection() as tx:
            assert await tx.fetch(NOT_ONE_ANSWER) == []
            assert await tx.fetch(SEATS_NOBODY_PAID) == []

    async def _end(self) -> None:
        """Whatever was lost is asked for; what is too old for that, told at last."""
        world: BookingWorld = self.world
        world.till.away = False
        for _ in range(6):
            while await world.paying.ask_again():
                pass
            world.clock.forward(A_DAY_S)
        named = await self._named()
        missing = [it for it in self.captured() if it.provider_payment not in named]
        for it in missing:
            row = await self._row(ORDER, it.provider_order)
            assert it.paid_at > row["made_at"] + GIVE_UP_AFTER, "nobody asked for it"
            await self._tell(it)
        await self._books_name_what_was_paid()
        assert len(await self._named()) == len(self.captured())
        await world.requires_balance()
        await self._requires_one_answer_each()

    async def _amount(self, page: PayPage) -> Money:
        row = await self._row(ORDER, page.fields["order"])
        return Money(minor=row["amount_minor"], currency=row["currency"])

    async def _row(self, query: str, *arguments: object):
        async with self.database.connection() as tx:
            return await tx.fetchrow(query, *arguments)

    def captured(self) -> list[Captured]:
        paid = [it for order in self.world.till.paid.values() for it in order]
        return sorted(paid, key=lambda it: (it.paid_at, it.provider_payment))

    def seat_of(self, who: int, which: int, *states: str) -> SeatId | None:
        async def find() -> list[SeatId]:
            async with self.database.connection() as tx:
                rows = await tx.fetch(
                    """SELECT seat_id FROM seat
                       WHERE account_id = $1 AND state = ANY($2)
                       ORDER BY replaces IS NULL, held_at DESC""",
                    self.students[who],
                    states,
                )
            return [SeatId(row["seat_id"]) for row in rows]

        found = self.do(find())
        return found[which % len(found)] if found else None


ORDER = """
SELECT o.*,
    EXISTS (SELECT FROM payment p WHERE p.order_id = o.order_id
            AND (p.buys_seat OR p.kept_minor > 0)) AS used,
    mine.state = 'held' AS held,
    mine.state NOT IN ('held', 'expired') AS given_up,
    EXISTS (SELECT FROM seat b WHERE b.seat_id = mine.replaces
            AND b.state = 'booked') AS comes_from_a_booking
FROM test_order o, LATERAL (
    SELECT * FROM seat s
    WHERE CASE o.kind WHEN 'move' THEN s.move_order_id = o.order_id
          ELSE s.order_id = o.order_id AND s.move_order_id IS NULL END
    ORDER BY s.held_at DESC, s.ended_at DESC NULLS FIRST LIMIT 1) AS mine
WHERE o.provider_order = $1"""
"""With what became of the newest seat that it was to pay."""
NOT_ONE_ANSWER = """
SELECT p.payment_id FROM payment p JOIN test_order o USING (order_id), LATERAL (
    SELECT coalesce(sum(r.amount_minor), 0) AS back FROM refund r
    WHERE r.payment_id = p.payment_id) AS given
WHERE p.buys_seat::integer * p.amount_minor + p.kept_minor + given.back
        <> p.amount_minor
   OR p.buys_seat AND 1 <> (SELECT count(*) FROM seat s WHERE s.order_id = p.order_id
        AND s.state IN ('booked', 'attended', 'absent'))
   OR p.buys_seat AND given.back > 0
   OR o.kind = 'move' AND p.kept_minor > 0
        AND NOT EXISTS (SELECT FROM seat s WHERE s.move_order_id = o.order_id
            AND s.booked_at IS NOT NULL)"""
"""Neither a seat nor the way back, or both, or only a part of it."""
SEATS_NOBODY_PAID = """
SELECT s.seat_id FROM seat s WHERE s.state IN ('booked', 'attended', 'absent')
  AND 1 <> (SELECT count(*) FROM payment p WHERE p.order_id = s.order_id
            AND p.buys_seat)"""


def as_paid(due: Money, how: str) -> Money:
    if how == "less":
        return Money(minor=due.minor - 100, currency=due.currency)
    return Money(minor=due.minor, currency="USD" if how == "dollars" else due.currency)


def line_of(it: Captured) -> tuple[str, str, int, str]:
    return (
        it.provider_order,
        it.provider_payment,
        it.amount.minor,
        it.amount.currency,
    )


@pytest.fixture
def machine_url(postgres_server):
    """A database of its own, used from an event loop of its own."""
    name = f"m{uuid4().hex}"

    async def administer(command: str) -> None:
        connection = await asyncpg.connect(postgres_server.url("postgres"))
        await connection.execute(command)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(administer(f"CREATE DATABASE {name} TEMPLATE spom"))
    yield postgres_server.url(name)
    with asyncio.Runner() as runner:
        runner.run(administer(f"DROP DATABASE {name} WITH (FORCE)"))


def spoil(url: str, schema: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(schema)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(run())


@pytest.mark.usefixtures("template_database")
def test_money_is_a_seat_kept_or_given_back_whatever_is_told_when(machine_url):
    run_machine(Till, machine_url, examples=40, steps=50)


RENAMES = """
CREATE FUNCTION rename() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.provider_payment := NEW.provider_payment || gen_random_uuid();
    RETURN NEW;
END $$;
CREATE TRIGGER rename BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION rename();
"""
"""No payment is known when it is told again."""
LOSES_REFUNDS = """
DROP TRIGGER books_of_payment ON payment;
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER lose BEFORE INSERT ON refund FOR EACH ROW EXECUTE FUNCTION lose();
"""
SELLS_TWICE = """
DROP TRIGGER books_of_payment ON payment;
DROP INDEX an_order_is_paid_once;
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.buys_seat := true; RETURN NEW; END $$;
CREATE TRIGGER again BEFORE INSERT ON payment FOR EACH ROW
    WHEN (NEW.kept_minor = 0) EXECUTE FUNCTION again();
"""
"""Money that goes back counts as a seat besides."""


@pytest.mark.usefixtures("template_database")
@pytest.mark.parametrize("schema", [RENAMES, LOSES_REFUNDS, SELLS_TWICE])
def test_the_machine_finds_what_is_wrong_with_the_books(machine_url, schema):
    spoil(machine_url, schema)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_machine(Till, machine_url, examples=20, steps=50, shrink=False)
