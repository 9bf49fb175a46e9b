"""Letters are sealed, sent once, kept while a gateway is away, and wiped."""

import asyncio
from datetime import timedelta

import pytest

from app.adapters.outbox import Letter, Outbox, TryLater, Undeliverable
from app.adapters.outbox.letters import next_try
from app.adapters.sealing import Sealer
from tests.stores.entrance import BEGINNING, SECRET, SetClock, gatehouse_on
from workers.courier import PostRound


class Gateway:
    """Fails as often as told, then takes letters."""

    def __init__(self, *faults: Exception) -> None:
        self.faults, self.taken = list(faults), []

    async def send(self, letter: Letter) -> None:
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append(letter)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def house(database, clock):
    return gatehouse_on(database, clock, Outbox(Sealer(SECRET)))


def letter(number: int = 1, **changes) -> Letter:
    given = {
        "channel": "email",
        "to": "asha@example.org",
        "kind": "code",
        "subject": "Your code",
        "text": f"Secret words {number}",
        "useful_until": BEGINNING + timedelta(minutes=10),
    }
    return Letter(**{**given, **changes})


async def post(house, *letters: Letter) -> None:
    async with house.db.transaction() as tx:
        for it in letters:
            await house.outbox.post(tx, it, house.clock.now())


def courier(house, gateway: Gateway | None, *, shown_only=False) -> PostRound:
    sent_by = {"email": gateway} if gateway else {}
    return PostRound(house, sent_by, shown_only=shown_only)


async def states(database) -> list[str]:
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT state FROM outbox ORDER BY posted_at")
    return [row["state"] for row in rows]


async def dump(database) -> str:
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT o::text AS line FROM outbox o")
    return "\n".join(row["line"] for row in rows)


async def test_a_letter_is_sent_once_and_wiped(house, database):
    gateway = Gateway()
    await post(house, letter())
    assert await courier(house, gateway).sweep() == 1
    assert await courier(house, gateway).sweep() == 0
    assert [it.text for it in gateway.taken] == ["Secret words 1"]
    assert await states(database) == ["sent"]
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT sealed FROM outbox") is None


async def test_whoever_steals_the_table_reads_nothing(house, database):
    await post(house, letter())
    text = await dump(database)
    hidden = ("Secret words", "asha@example.org")
    for secret in hidden:
        assert secret not in text
        assert secret.encode().hex() not in text
    # The control: without sealing it would be found.
    plain = letter().to_bytes()
    async with database.transaction() as tx:
        await tx.execute("UPDATE outbox SET sealed = $1", plain)
    assert b"Secret words".hex() in await dump(database)


async def test_what_is_rolled_back_sends_nothing(house, database):
    with pytest.raises(ZeroDivisionError):
        await post_and_fail(house)
    assert await states(database) == []


async def post_and_fail(house) -> None:
    async with house.db.transaction() as tx:
        await house.outbox.post(tx, letter(), house.clock.now())
        _ = 1 / 0


async def test_a_dead_gateway_delays_and_never_loses(house, clock, database):
    gateway = Gateway(TryLater("http_500"), TryLater("http_500"))
    await post(house, letter())
    for _ in range(3):
        assert await courier(house, gateway).sweep() == 1
        assert await courier(house, gateway).sweep() == 0  # not before it is due
        clock.forward(seconds=30)
    assert await states(database) == ["sent"]
    assert len(gateway.taken) == 1


async def test_pauses_grow_to_five_minutes():
    def pause(attempts: int, chance: float) -> float:
        return (next_try(attempts, chance, BEGINNING) - BEGINNING).total_seconds()

    assert [pause(n, 1) for n in (1, 2, 3, 20)] == [5, 10, 20, 300]
    assert pause(1, 0) == 2.5


async def test_a_code_that_is_dead_is_not_sent_any_more(house, clock, database):
    await post(house, letter())
    clock.forward(minutes=10)
    gateway = Gateway()
    await courier(house, gateway).sweep()
    assert (await states(database), gateway.taken) == (["too_late"], [])


async def test_a_refused_address_is_given_up_with_the_reason(house, database):
    await post(house, letter())
    await courier(house, Gateway(Undeliverable("smtp_550"))).sweep()
    assert await states(database) == ["undeliverable"]
    async with database.connection() as tx:
        assert await tx.fetchval("SELECT reason FROM outbox") == "smtp_550"


async def test_a_letter_to_nobody_is_dropped_unseen(house, database):
    gateway = Gateway()
    await post(house, letter(to=None))
    await courier(house, gateway).sweep()
    assert (await states(database), gateway.taken) == (["nobody"], [])


async def test_a_courier_that_dies_is_followed_by_another(house, clock, database):
    await post(house, letter())
    async with house.db.transaction() as tx:
        await house.outbox.claim(tx, clock.now())  # and then it was killed
    gateway = Gateway()
    assert await courier(house, gateway).sweep() == 0
    clock.forward(seconds=61)
    assert await courier(house, gateway).sweep() == 1
    assert len(gateway.taken) == 1


async def test_two_couriers_at_once_send_each_letter_once(house):
    await post(house, *(letter(number) for number in range(100)))
    gateway = Gateway()
    both = [courier(house, gateway) for _ in range(2)]

    async def work(one: PostRound) -> None:
        while await one.sweep():
            pass

    await asyncio.gather(*(work(one) for one in both))
    assert sorted(it.text for it in gateway.taken) == sorted(
        f"Secret words {number}" for number in range(100)
    )


async def test_without_a_gateway_letters_wait_or_are_shown_in_development(
    house, clock, database
):
    await post(house, letter())
    await courier(house, None).sweep()
    assert await states(database) == ["waiting"]
    clock.forward(seconds=30)
    await courier(house, None, shown_only=True).sweep()
    assert await states(database) == ["shown"]
    async with house.db.connection() as tx:
        [shown] = await house.outbox.shown(tx)
    assert shown.letter.text == "Secret words 1"
