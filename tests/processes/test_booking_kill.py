"""The app killed at random moments while a town books its tests over HTTP.

Two hundred students want 180 seats. Their browsers ask again with the same key
whatever breaks; payments are told, told twice, or never. In the end every student has
one answer: one seat that one payment bought, or "full" from every slot. Whatever else
was paid goes back, and no seat is lost or sold twice.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aiohttp
import pytest

from app.adapters import db
from app.adapters.db import Tx
from tests.booking_house import MODULE, BookingHouse, Dweller
from tests.stores.booking_world import BookingWorld
from tests.stores.world import HandClock
from workers.house import open_house

STUDENTS, SLOTS, EACH = 200, 10, 18
AT_ONCE, APPS, KILLS = 12, 4, 6
OUTCOMES = ("pay", "pay", "twice", "never", "lost", "forged")
SEED = 11
BROKEN = (aiohttp.ClientError, ConnectionError, TimeoutError)


@pytest.fixture
async def town(tmp_path, database_url, redis_url):
    it = BookingHouse(tmp_path, database_url, redis_url, apps=APPS)
    for name in it.processes:
        it.start(name)
    it.wait_until_well()
    yield it
    it.stop_all()


@dataclass
class Buying:
    """What browsers of a town do, through whichever process answers."""

    town: BookingHouse
    http: aiohttp.ClientSession
    slots: list[UUID]
    answers: dict[UUID, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.well = list(self.town.processes)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.one_more = asyncio.Event()

    async def say(
        self, path: str, headers: dict[str, str], chance, method="POST", **more
    ):
        """Once; None where nobody answered it."""
        url = self.town.url_of(chance.choice(self.well))
        more = {**more, "headers": headers, "allow_redirects": False}
        try:
            async with self.http.request(method, f"{url}{path}", **more) as answer:
                await answer.read()
        except BROKEN:
            self.asked["cut off"] += 1
            answer = None
        if answer is not None and answer.status not in (429, 503):
            return answer
        self.asked["again"] += 1
        await asyncio.sleep(0.1)
        return None

    async def ask(
        self, who: Dweller, path: str, chance: random.Random, body: object = None
    ) -> tuple[int, dict[str, object]]:
        """Again and again with one key, until it is answered."""
        headers = {**who.headers, "Idempotency-Key": uuid4().hex}
        while (answer := await self.say(path, headers, chance, json=body)) is None:
            pass
        return answer.status, await answer.json(content_type=None)

    async def buy(self, who: Dweller, chance: random.Random) -> None:
        for slot in chance.sample(self.slots, len(self.slots)):
            wish = {"slot": str(slot), "module": MODULE}
            status, said = await self.ask(who, "/api/tests/holds", chance, wish)
            if status == 200:
                await self.pay(who, str(said["seat"]), chance)
                self.answers[who.account] = "seat"
                return
            assert (status, said["code"]) == (409, "slot_full"), said
        self.answers[who.account] = "full"

    async def pay(self, who: Dweller, seat: str, chance: random.Random) -> None:
        path = f"/api/tests/seats/{seat}/pay"
        status, there = await self.ask(who, path, chance)
        assert status == 200, there
        outcome = chance.choice(OUTCOMES)
        await self.pay_there(there, outcome, chance)
        if outcome == "forged":
            await self.pay_there(there, "pay", chance)

    async def pay_there(self, there, outcome: str, chance: random.Random) -> None:
        """Who does not know whether it went through pays once more. A browser that is
        to come back asks once, and may fail to."""
        headers = {"Origin": self.town.url, "Accept": "text/html"}
        form = {**there["fields"], "outcome": outcome}
        path = there["action"].removeprefix(self.town.url)
        while (paid := await self.say(path, headers, chance, data=form)) is None:
            pass
        if paid.status == 303:
            back = paid.headers["Location"].removeprefix(self.town.url)
            await self.say(back, headers, chance, method="GET")


async def kill_now_and_then(buying: Buying) -> None:
    """At random moments; what is killed is started again. One is always left: nobody
    goes on while there is no other."""
    chance, town = random.Random(SEED), buying.town
    moments = sorted(chance.sample(range(5, STUDENTS - 10), KILLS))
    for moment in moments:
        while len(buying.answers) < moment:
            buying.one_more.clear()
            await buying.one_more.wait()
        buying.may_go_on.clear()
        while len(buying.well) < 2:
            await asyncio.sleep(0.1)
            well = [await asyncio.to_thread(town.is_well, it) for it in town.processes]
            buying.well = [
                it for it, is_well in zip(town.processes, well, strict=True) if is_well
            ]
        buying.may_go_on.set()
        await asyncio.sleep(chance.uniform(0, 0.1))
        name = chance.choice(buying.well)
        town.kill(name)
        buying.asked["kills"] += 1
        buying.well.remove(name)
        town.start(name)


async def all_buy(buying: Buying, students: list[Dweller]) -> None:
    queue = iter(enumerate(students))

    async def browser() -> None:
        for number, who in queue:
            await buying.may_go_on.wait()
            await buying.buy(who, random.Random(f"{SEED}:{number}"))
            buying.one_more.set()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(browser())


async def hear_what_was_lost(town: BookingHouse) -> None:
    """What the keeper does, without waiting for a minute or hours to pass."""
    async with open_house(town.settings) as house:
        async with house.desk.db.transaction() as tx:
            await tx.execute(
                "UPDATE test_order SET ask_at = now() WHERE ask_at IS NOT NULL"
            )
        while await house.booking.paying.ask_again():
            pass


PAID_AND_NOT_HEARD = """
SELECT count(*) FROM sandbox_payment s WHERE 1 <> (
    SELECT count(*) FROM payment p WHERE p.provider_payment = s.sandbox_payment
      AND (p.amount_minor, p.currency) = (s.amount_minor, s.currency)
      AND (p.buys_seat OR p.amount_minor = (
          SELECT sum(r.amount_minor) FROM refund r WHERE r.payment_id = p.payment_id)))
"""
SEATS_LOST = """
SELECT count(*) FROM slot s WHERE s.taken <> s.capacity OR s.taken <> (
    SELECT count(*) FROM seat t WHERE t.slot_id = s.slot_id AND t.state = 'booked')"""
SEATS = """
SELECT account_id, count(*) FILTER (WHERE state = 'booked') AS booked,
    count(*) FILTER (WHERE state <> 'booked') AS others FROM seat GROUP BY account_id"""


async def requires_one_answer_each(tx: Tx, buying: Buying) -> None:
    assert await tx.fetchval(PAID_AND_NOT_HEARD) == 0
    assert await tx.fetchval(SEATS_LOST) == 0
    bought = await tx.fetchval("SELECT count(*) FROM payment WHERE buys_seat")
    assert bought == SLOTS * EACH
    rows = await tx.fetch(SEATS)
    assert {(it["booked"], it["others"]) for it in rows} == {(1, 0)}
    told = {who for who, answer in buying.answers.items() if answer == "seat"}
    assert told == {it["account_id"] for it in rows}
    full = STUDENTS - SLOTS * EACH
    assert Counter(buying.answers.values()) == {"seat": SLOTS * EACH, "full": full}


LIES = (
    "UPDATE slot SET capacity = capacity + 1",
    "UPDATE sandbox_payment SET amount_minor = amount_minor + 1",
    """INSERT INTO sandbox_payment (sandbox_payment, sandbox_order, amount_minor,
           currency, paid_at)
       SELECT 'unheard', sandbox_order, amount_minor, currency, now()
       FROM sandbox_order LIMIT 1""",
)
"""A seat that nobody gets, and money that nobody answers."""


async def requires_the_check_to_see_lies(connection: Tx, buying: Buying) -> None:
    for lie in LIES:
        lying = connection.transaction()
        await lying.start()
        await connection.execute(lie)
        with pytest.raises(AssertionError):
            await requires_one_answer_each(connection, buying)
        await lying.rollback()


async def test_who_books_while_the_app_is_killed_has_one_clear_answer(town, capsys):
    students, slots = await town.fill(STUDENTS, SLOTS, EACH)
    async with aiohttp.ClientSession() as http:
        buying = Buying(town, http, slots)
        async with asyncio.TaskGroup() as group:
            group.create_task(kill_now_and_then(buying))
            await all_buy(buying, students)
    await hear_what_was_lost(town)
    with capsys.disabled():
        print(f"\n{dict(buying.asked)}")  # noqa: T201
    assert (buying.asked["kills"], buying.asked["cut off"] > 0) == (KILLS, True)
    database = await db.connect(town.database_url, size=1)
    async with database.connection() as tx:
        await requires_one_answer_each(tx, buying)
        await requires_the_check_to_see_lies(tx, buying)
    await BookingWorld(database, HandClock()).requires_balance()
    await database.close()
