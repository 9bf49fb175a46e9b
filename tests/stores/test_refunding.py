"""Money on its way back: once, whatever is lost, and told to whom it belongs."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.adapters.payments import ProviderAway, RefundIs, RefundRefused
from app.adapters.payments.sandbox import Sandbox
from app.booking.domain.reconciling import Wrong
from app.booking.domain.refunds import (
    NoSuchRefund,
    NotRefused,
    OtherProvider,
)
from app.booking.domain.words import RefundReason
from app.booking.service.answered import forget_old_answers
from app.booking.service.paying import Paying
from app.booking.service.reconciling import Reconciling
from app.booking.service.refunds import Refunds
from app.booking.service.returning import seat_paid_for
from app.kernel.ids import RefundId
from app.kernel.money import Money
from app.settings import Settings
from tests.stores.booking_world import (
    FEE,
    T0,
    TillProvider,
    build_booking_world,
    key,
)
from workers.booking_keeper import Duty, do, duties
from workers.house import open_house


@dataclass
class Bank(TillProvider):
    """Also gives back. `lost`: so many answers, after the deed; `refuses`: why."""

    at_once: bool = False
    lost: int = 0
    refuses: str | None = None
    made: dict[str, RefundIs] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    async def refund(self, refund, provider_payment, amount_minor) -> RefundIs:
        self.calls.append("refund")
        if self.away:
            raise ProviderAway
        if self.refuses:
            raise RefundRefused(self.refuses)
        if refund not in self.made:
            self.made[refund] = RefundIs(
                provider_refund=f"rfnd_{len(self.made) + 1}",
                provider_payment=provider_payment,
                amount_minor=amount_minor,
                done=self.at_once,
                notes={"refund": refund},
            )
        if self.lost:
            self.lost -= 1
            raise ProviderAway
        return self.made[refund]

    async def refund_is(self, refund, provider_payment, provider_refund):
        self.calls.append("refund_is")
        if self.away:
            raise ProviderAway
        return self.made.get(refund)

    async def listed(self, since, until):
        paid = [it for each in self.paid.values() for it in each]
        within = [it for it in paid if since <= it.paid_at < until]
        return within, list(self.made.values())

    def change(self, **other) -> RefundIs:
        """The newest one."""
        name, it = list(self.made.items())[-1]
        self.made[name] = replace(it, **other)
        return self.made[name]


@pytest.fixture
async def world(database):
    world = await build_booking_world(database)
    world.bank = Bank()
    world.paying = Paying(world.desk, world.bank)
    world.till = world.bank
    world.refunds = Refunds(world.desk, world.bank)
    return world


async def owed(world):
    """A student who paid a wrong amount, and the refund that is planned for it."""
    student = await world.student()
    slot = await world.slot()
    seat = await world.hold(student, slot)
    wrong = Money(minor=FEE.minor - 1, currency="INR")
    await world.paying.settle(await world.pay(student, seat, amount=wrong))
    world.box.letters.clear()
    row = await world.value(
        """SELECT refund_id FROM refund JOIN payment USING (payment_id)
           JOIN test_order USING (order_id) WHERE account_id = $1""",
        student,
    )
    return student, RefundId(UUID(str(row)))


async def standing(world, refund):
    async with world.db.connection() as tx:
        row = await tx.fetchrow("SELECT * FROM refund WHERE refund_id = $1", refund)
    return row


async def state(world, refund):
    return (await standing(world, refund))["state"]


def letters(world):
    return [it for it in world.box.letters if it.kind == "test_refund"]


async def test_a_refund_is_sent_and_done_and_the_student_is_told_once(world):
    student, refund = await owed(world)
    assert await world.refunds.run() == 1
    row = await standing(world, refund)
    assert (row["state"], row["provider_refund"]) == ("sent", "rfnd_1")
    [letter] = letters(world)
    assert letter.about == student
    assert "₹499.99" in letter.text
    assert "/tests/seats/" in letter.text
    world.bank.change(done=True)
    world.clock.forward(5)
    await world.refunds.run()
    row = await standing(world, refund)
    assert (row["state"], row["settled_at"]) == ("done", world.clock.now())
    assert len(letters(world)) == 1
    assert world.bank.calls == ["refund", "refund_is"]


async def test_nothing_due_asks_nobody(world):
    assert await world.refunds.run() == 0
    await owed(world)
    await world.refunds.run()
    assert await world.refunds.run() == 0


async def test_a_lost_answer_is_looked_for_and_nothing_is_sent_twice(world):
    _, refund = await owed(world)
    world.bank.lost = 1
    await world.refunds.run()
    assert await state(world, refund) == "asked"
    world.clock.forward(5)
    await world.refunds.run()
    assert await state(world, refund) == "sent"
    assert world.bank.calls == ["refund", "refund_is"]
    assert len(world.bank.made) == 1


async def test_a_keeper_that_was_killed_after_sending_sends_nothing_twice(world):
    _, refund = await owed(world)
    killed = asyncio.Event()

    class Killed(Bank):
        async def refund(self, *given):
            await Bank.refund(world.bank, *given)
            killed.set()
            await asyncio.Event().wait()

    keeper = asyncio.create_task(Refunds(world.desk, Killed()).run())
    await killed.wait()
    assert await world.refunds.run() == 0  # leased
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    assert await state(world, refund) == "asked"
    world.clock.forward(61)
    assert await world.refunds.run() == 1
    assert await state(world, refund) == "sent"
    assert world.bank.calls == ["refund", "refund_is"]
    assert len(letters(world)) == 1


async def test_two_keepers_send_one_refund(world):
    await owed(world)
    other = Refunds(world.desk, world.bank)
    assert sum(await asyncio.gather(world.refunds.run(), other.run())) == 1
    assert world.bank.calls == ["refund"]


async def test_a_provider_that_is_away_is_asked_later_and_later(world):
    _, refund = await owed(world)
    world.bank.away = True
    for attempts, pause in enumerate([5, 10, 20], start=1):
        assert await world.refunds.run() == 1
        row = await standing(world, refund)
        assert (row["state"], row["attempts"]) == ("asked", attempts)
        assert row["due_at"] - world.clock.now() == timedelta(seconds=pause)
        world.clock.forward(pause - 1)
        assert await world.refunds.run() == 0
        world.clock.forward(1)
    world.bank.away = False
    await world.refunds.run()
    assert await state(world, refund) == "sent"


async def test_one_that_fails_does_not_stop_the_others(world):
    _, bad = await owed(world)
    _, good = await owed(world)
    before = world.bank.refund

    async def refund(name, *given):
        if name == str(bad):
            raise RuntimeError("a bug")
        return await before(name, *given)

    world.bank.refund = refund
    assert await world.refunds.run() == 2
    assert await state(world, good) == "sent"
    row = await standing(world, bad)
    assert (row["state"], row["lease_until"]) == ("asked", None)


async def test_a_refused_one_waits_for_a_person(world):
    _, refund = await owed(world)
    world.bank.refuses = "too old"
    await world.refunds.run()
    row = await standing(world, refund)
    assert (row["state"], row["said"]) == ("refused", "too old")
    assert letters(world) == []
    assert [it.kind for it in world.box.letters] == ["test_refund_refused"]
    world.clock.forward(86_400)
    assert await world.refunds.run() == 0


async def test_tried_again_it_is_another_refund_and_the_first_word_stays(world):
    student, refund = await owed(world)
    admin = await world.student()
    world.bank.refuses = "too old"
    await world.refunds.run()
    world.bank.refuses = None
    await world.refunds.try_again(admin, refund)
    row = await standing(world, refund)
    assert (row["state"], row["tries"], row["said"]) == ("asked", 2, "too old")
    await world.refunds.run()
    assert list(world.bank.made) == [f"{refund}-2"]
    row = await standing(world, refund)
    assert (row["state"], row["said"]) == ("sent", "too old")
    assert await acts(world) == [("refund.tried_again", admin, student)]
    with pytest.raises(NotRefused):
        await world.refunds.try_again(admin, refund)


async def acts(world):
    async with world.db.connection() as tx:
        rows = await tx.fetch("SELECT what, by, whom FROM audit_event ORDER BY seq")
    return [tuple(row) for row in rows]


async def test_a_failed_one_that_succeeded_after_all_is_not_sent_again(world):
    """The provider took its time: between the refusal and the second try it paid."""
    _, refund = await owed(world)
    await world.refunds.run()
    failed = world.bank.change(refused="no")
    await world.refunds.heard(failed)
    assert await state(world, refund) == "refused"
    world.bank.change(refused=None, done=True)
    await world.refunds.try_again(await world.student(), refund)
    await world.refunds.run()
    assert await state(world, refund) == "done"
    assert len(world.bank.made) == 1


async def test_a_failed_one_is_sent_anew_when_tried_again(world):
    _, refund = await owed(world)
    await world.refunds.run()
    await world.refunds.heard(world.bank.change(refused="no"))
    await world.refunds.try_again(await world.student(), refund)
    await world.refunds.run()
    row = await standing(world, refund)
    assert (row["state"], row["provider_refund"]) == ("sent", "rfnd_2")
    # What comes late of the first try changes nothing, but that it was paid would.
    first = world.bank.made[str(refund)]
    await world.refunds.heard(first)
    assert await state(world, refund) == "sent"
    await world.refunds.heard(replace(first, refused=None, done=True))
    assert await state(world, refund) == "done"


async def test_a_person_settles_it_by_hand_and_says_how(world):
    student, refund = await owed(world)
    admin = await world.student()
    with pytest.raises(NotRefused):
        await world.refunds.settle_by_hand(admin, refund, "cash")
    world.bank.refuses = "too old"
    await world.refunds.run()
    await world.refunds.settle_by_hand(admin, refund, "by bank transfer 4711")
    row = await standing(world, refund)
    assert (row["state"], row["said"]) == ("done", "by bank transfer 4711")
    assert world.box.letters[-1].kind == "test_refund_by_hand"
    assert await acts(world) == [("refund.settled_by_hand", admin, student)]
    with pytest.raises(NotRefused):
        await world.refunds.settle_by_hand(admin, refund, "again")
    with pytest.raises(NotRefused):
        await world.refunds.try_again(admin, refund)
    assert await world.refunds.run() == 0


async def test_what_another_provider_took_is_given_back_by_hand_alone(world):
    _, refund = await owed(world)
    other = Refunds(world.desk, Bank(name="other"))
    assert await other.run() == 0
    admin = await world.student()
    with pytest.raises(OtherProvider):
        await other.try_again(admin, refund)
    await other.settle_by_hand(admin, refund, "in their dashboard")
    assert await state(world, refund) == "done"


async def test_a_refund_of_nobody_is_not_there(world):
    with pytest.raises(NoSuchRefund):
        await world.refunds.try_again(await world.student(), RefundId(uuid4()))


async def test_heard_twice_and_in_any_order_it_is_done_once(world):
    _, refund = await owed(world)
    pending = replace(
        await world.bank.refund(str(refund), await paid_as(world), FEE.minor - 1)
    )
    done = replace(pending, done=True)
    failed = replace(pending, refused="no")
    for it in (done, pending, failed, done):
        await world.refunds.heard(it)
        assert await state(world, refund) == "done"
    assert len(letters(world)) == 1
    assert await world.refunds.run() == 0


async def paid_as(world):
    return str(await world.value("SELECT provider_payment FROM payment"))


async def test_a_message_may_be_quicker_than_the_answer(world):
    _, refund = await owed(world)
    before = world.bank.refund

    async def answer_late(*given):
        it = await before(*given)
        await world.refunds.heard(replace(it, done=True))
        return it

    world.bank.refund = answer_late
    await world.refunds.run()
    assert await state(world, refund) == "done"
    assert len(letters(world)) == 1


async def test_messages_of_what_is_not_ours_change_nothing(world):
    _, refund = await owed(world)
    await world.refunds.run()
    mine = world.bank.change(done=True)
    other_payment = replace(mine, provider_payment="pay_of_others")
    other_name = replace(mine, notes={"refund": str(uuid4())}, provider_refund="x")
    other_amount = replace(mine, amount_minor=1)
    for it in (other_payment, other_name, other_amount):
        await world.refunds.heard(it)
        assert await state(world, refund) == "sent"
    await world.refunds.heard(replace(mine, notes={}))  # by their name of it
    assert await state(world, refund) == "done"


async def test_the_student_s_page_is_rung(world):
    student, _ = await owed(world)
    async with world.bell.listen() as rings:
        await rings.take(within_s=0, or_all_every_s=5)
        await world.refunds.run()
        rung = await rings.take(within_s=0, or_all_every_s=5)
    assert f"seats:{student}" in rung.topics


async def test_the_sandbox_gives_back_too(world):
    sandbox = Sandbox(world.db, world.clock, "secret", "http://localhost:8080")
    paying, refunds = Paying(world.desk, sandbox), Refunds(world.desk, sandbox)
    student, slot = await world.student(), await world.slot()
    seat = await world.hold(student, slot)
    page = await paying.begin(student, key(), seat)
    order = page.action.rpartition("/")[2]
    for refuses in (False, False, True):  # The first buys the seat.
        await sandbox.pay(order, FEE, refuses_refunds=refuses)
        world.clock.forward(1)
    await paying.learn(order)
    assert await seat_paid_for(world.desk, "sandbox", order) == seat
    assert await seat_paid_for(world.desk, "sandbox", "order_of_nobody") is None
    await refunds.run()
    world.clock.forward(5)
    await refunds.run()
    async with world.db.connection() as tx:
        rows = await tx.fetch("SELECT state, reason FROM refund ORDER BY state")
    assert [tuple(row) for row in rows] == [
        ("done", RefundReason.PAID_TWICE),
        ("refused", RefundReason.PAID_TWICE),
    ]
    books = await Reconciling(world.desk, sandbox).compare(
        T0 - timedelta(days=1), T0 + timedelta(days=1)
    )
    assert (books.differences, books.checked) == ([], 4)


async def test_books_that_differ_are_shown(world):
    await owed(world)
    await world.refunds.run()
    day = timedelta(days=1)

    async def wrongs():
        found = await Reconciling(world.desk, world.bank).compare(T0 - day, T0 + day)
        return [(it.kind, it.wrong) for it in found.differences]

    assert await wrongs() == []
    world.bank.change(done=True)
    assert await wrongs() == []  # under way here: the keeper hears of it
    world.bank.change(amount_minor=1)
    assert await wrongs() == [("refund", Wrong.OTHER_AMOUNT)]
    world.bank.change(refused="no")
    assert await wrongs() == [("refund", Wrong.OTHER_STATE)]
    order = next(iter(world.bank.paid))
    page = await world.begin(*await held(world))
    world.bank.pay(page, world.clock.now())
    del world.bank.paid[order]
    assert sorted(await wrongs()) == [
        ("payment", Wrong.MISSING_HERE),
        ("payment", Wrong.MISSING_THERE),
        ("refund", Wrong.OTHER_STATE),
    ]


async def held(world):
    student = await world.student()
    return student, await world.hold(student, await world.slot())


async def test_a_refund_of_what_was_never_captured_is_no_difference(world):
    world.bank.made["auto"] = RefundIs(
        provider_refund="rfnd_auto",
        provider_payment="pay_never_captured",
        amount_minor=5,
        done=True,
    )
    day = timedelta(days=1)
    found = await Reconciling(world.desk, world.bank).compare(T0 - day, T0 + day)
    assert found.differences == []


async def test_answers_of_old_requests_are_forgotten_and_new_ones_are_kept(world):
    await held(world)
    count = "SELECT count(*) FROM answered"
    await forget_old_answers(world.desk)
    assert await world.value(count) == 1
    world.clock.forward(3 * 86_400 + 1)
    await forget_old_answers(world.desk)
    assert await world.value(count) == 0


async def test_a_duty_that_fails_is_done_the_next_time():
    done = []

    async def act():
        done.append(1)
        raise RuntimeError("a bug")

    duty = Duty(name="sweep", every_s=1, act=act)
    await do(duty)
    await do(duty)
    assert len(done) == 2


async def test_every_duty_of_the_keeper_runs_in_its_house(database_url, redis_url):
    settings = Settings(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        secret="s" * 40,
        development=True,
    )
    async with open_house(settings) as house:
        named = [duty.name for duty in duties(house)]
        for duty in duties(house):
            await duty.act()
    assert named == ["sweep", "refunds", "ask_again", "absent", "remind", "forget"]
