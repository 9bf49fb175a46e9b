"""What the status page asks the database."""

from datetime import timedelta

from app.adapters.outbox import Letter, Outbox
from app.adapters.sealing import Sealer
from app.proctoring.domain.words import Verdict
from app.proctoring.service.pulse import Pulse
from tests.stores.entrance import BEGINNING, SECRET


async def post(outbox: Outbox, tx, channel: str, minute: int) -> None:
    at = BEGINNING + timedelta(minutes=minute)
    letter = Letter(
        channel=channel,
        to="asha@example.org",
        kind="code",
        subject="",
        text="",
        useful_until=at + timedelta(minutes=10),
    )
    await outbox.post(tx, letter, at)


async def send_newest(outbox: Outbox, tx) -> None:
    newest = await tx.fetchval(
        """SELECT letter_id FROM outbox WHERE state = 'waiting'
           ORDER BY posted_at DESC LIMIT 1"""
    )
    await outbox.settle(tx, newest, "sent", BEGINNING + timedelta(hours=1))


async def test_mail_waits_since_the_first_letter_that_nothing_overtook(database):
    outbox = Outbox(Sealer(SECRET))
    async with database.transaction() as tx:
        assert await outbox.waiting_since(tx, "email") is None
        await post(outbox, tx, "email", 1)
        await post(outbox, tx, "email", 2)
        first = BEGINNING + timedelta(minutes=1)
        assert await outbox.waiting_since(tx, "email") == first
        assert await outbox.waiting_since(tx, "sms") is None
        # One letter that a mailbox puts off is no fault of the queue.
        await send_newest(outbox, tx)
        assert await outbox.waiting_since(tx, "email") is None
        await post(outbox, tx, "email", 5)
        fifth = BEGINNING + timedelta(minutes=5)
        assert await outbox.waiting_since(tx, "email") == fifth


async def test_a_due_look_that_no_sampler_takes_is_seen(world):
    pulse = Pulse(world.db, world.clock, world.desk.policy)
    assert (await pulse.read()).waiting_since is None
    await world.open()
    due = world.clock.now()
    world.clock.forward(90)
    beat = await pulse.read()
    assert (beat.judged, beat.failed, beat.waiting_since) == (0, 0, due)
    [lease] = await world.looks.claim_due()
    assert (await pulse.read()).waiting_since is None
    await world.looks.give_back(lease)
    assert (await pulse.read()).waiting_since is None


async def test_a_look_that_only_a_sampler_would_unveil_is_missed(world):
    pulse = Pulse(world.db, world.clock, world.desk.policy)
    await world.open()
    await world.look()
    looked = await world.value("SELECT looked_at FROM sitting")
    await world.study(630)
    assert (await pulse.read()).waiting_since is None
    await world.study(60)
    assert (await pulse.read()).waiting_since == looked + timedelta(seconds=600)


async def test_looks_that_fail_for_us_are_counted_and_others_are_not(world):
    pulse = Pulse(world.db, world.clock, world.desk.policy)
    await world.open()
    await world.look(Verdict.SYSTEM_UNAVAILABLE)
    beat = await pulse.read()
    assert (beat.judged, beat.failed) == (1, 1)
    world.clock.forward(60)
    await world.seen()
    await world.look(Verdict.MATCH)
    assert (await pulse.read()).failed == 0
