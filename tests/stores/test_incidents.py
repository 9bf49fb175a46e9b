"""Incidents on a real database: collected, decided, given back, answered."""

import asyncpg
import pytest

from app.accounts.domain.consents import Purpose
from app.accounts.domain.people import Role
from app.accounts.service.consents import Consents, current_notice
from app.accounts.store import consents as agreements
from app.adapters.objects import Objects
from app.adapters.signing import Signer
from app.proctoring.domain.incidents import (
    AnotherPerson,
    AppealOnce,
    Choice,
    SayWhy,
    Standing,
)
from app.proctoring.domain.words import Verdict
from app.proctoring.service.evidence import SEEN, Evidence, NoSuchPicture
from app.proctoring.service.incidents import (
    Incidents,
    NobodyToLookAt,
    NoSuchIncident,
    Told,
)
from tests.stores.ledger_world import SECRET, build_books

WHY = "the face is another one"
JPEG = b"\xff\xd8" + bytes(500)


@pytest.fixture
async def books(world):
    return await build_books(world)


@pytest.fixture
def incidents(books):
    return Incidents(books.house, books.world.desk)


@pytest.fixture
def evidence(books, tmp_path):
    house = books.house
    return Evidence(
        books.world.desk,
        house.envelopes,
        Objects(str(tmp_path)),
        Consents(house, Signer(SECRET)),
        house.trail,
    )


def reviewer(books, role=Role.PROCTOR):
    return books.staff[role]


def told_of(books) -> str:
    """The newest letter about a decision."""
    letters = [it for it in books.box.letters if it.kind == "incident_decided"]
    return letters[-1].text


async def failed(world, verdict=Verdict.MISMATCH):
    """A minute of time, then looks that fail until an incident is raised."""
    sitting = await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    leases = []
    for _ in range(world.desk.policy.retries + 1):
        leases.append(await world.look(verdict))
        world.clock.forward(20)
    return sitting, await world.value("SELECT incident_id FROM incident"), leases


async def test_leaving_at_a_failed_look_is_told_to_a_person_who_can_give_it_back(
    books, incidents
):
    """Time is not followed by glances here, so that one failed look voids it."""
    world = books.world
    sitting = await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    await world.look(Verdict.MISMATCH)
    await world.sittings.pause(world.student, sitting)
    void = await world.seconds("void")
    assert void > 50
    incident = await world.value("SELECT incident_id FROM incident")
    told = Told(choice=Choice.DISMISS, reason="")
    await incidents.decide(reviewer(books), incident, told)
    given = "SELECT seconds FROM correction WHERE state = 'approved'"
    assert 0 <= await world.value(given) - void < 1


async def test_what_belongs_together_is_one_incident(world):
    """The pause for absence in a doubt, the retries used up, a person needed."""
    _, incident, _ = await failed(world)
    for _ in range(world.desk.policy.tries_before_person):
        leases = await world.looks.claim_due()
        for lease in leases:
            world.clock.forward(1)
            await world.record(lease, Verdict.MISMATCH)
        world.clock.forward(61)
    assert await world.value("SELECT count(*) FROM incident") == 1
    parts = "SELECT count(*) FROM incident_part WHERE incident_id = $1"
    assert await world.value(parts, incident) == 3
    assert await world.value("SELECT reason FROM sitting") == "needs_person"


async def test_dismissing_gives_back_exactly_what_became_void(books, incidents):
    world = books.world
    _, incident, _ = await failed(world)
    void = await world.seconds("void")
    assert void > 50
    told = Told(choice=Choice.DISMISS, reason="")
    await incidents.decide(reviewer(books), incident, told)
    given = "SELECT seconds FROM correction WHERE state = 'approved'"
    assert 0 <= await world.value(given) - void < 1
    assert await world.seconds("void") == void  # No stretch is rewritten.
    assert await books.problems() == []
    assert "given back" in told_of(books)


@pytest.mark.parametrize("choice", [Choice.DISMISS, Choice.UPHOLD, Choice.WARN])
async def test_a_decision_lets_go_on_who_waits_for_a_person(books, incidents, choice):
    world = books.world
    _, incident, _ = await failed(world)
    async with world.db.transaction() as tx:
        await tx.execute("UPDATE sitting SET reason = 'needs_person'")
    told = Told(choice=choice, reason=WHY)
    await incidents.decide(reviewer(books), incident, told)
    assert await world.value("SELECT state FROM sitting") == "checking_in"


@pytest.mark.parametrize(
    ("choice", "state"),
    [(Choice.END, "ended"), (Choice.UPHOLD, "paused"), (Choice.WARN, "paused")],
)
async def test_a_decision_does_what_it_says_and_needs_a_reason(
    books, incidents, choice, state
):
    world = books.world
    _, incident, _ = await failed(world)
    with pytest.raises(SayWhy):
        await incidents.decide(
            reviewer(books), incident, Told(choice=choice, reason="")
        )
    await incidents.decide(reviewer(books), incident, Told(choice=choice, reason=WHY))
    assert await world.value("SELECT state FROM sitting") == state
    assert await world.value("SELECT count(*) FROM correction") == 0
    assert WHY in told_of(books)


async def test_asking_for_a_look_plans_one(books, incidents):
    world = books.world
    _, incident, _ = await failed(world)
    told = Told(choice=Choice.LOOK, reason="")
    await incidents.decide(reviewer(books), incident, told)
    open_ = "SELECT count(*) FROM look WHERE why = 'proctor' AND judged_at IS NULL"
    assert await world.value(open_) == 1


async def test_nobody_is_looked_at_in_a_sitting_that_has_ended(books, incidents):
    world = books.world
    sitting, incident, _ = await failed(world)
    await world.end(sitting)
    with pytest.raises(NobodyToLookAt):
        await incidents.decide(
            reviewer(books), incident, Told(choice=Choice.LOOK, reason="")
        )
    assert await world.value("SELECT state FROM incident") == "open"


async def test_an_answer_is_read_by_another_and_overturned_by_two(books, incidents):
    world = books.world
    _, incident, _ = await failed(world)
    first, second, third = (
        reviewer(books, role) for role in (Role.PROCTOR, Role.HELPDESK, Role.ADMIN)
    )
    upheld = Told(choice=Choice.UPHOLD, reason=WHY)
    await incidents.decide(first, incident, upheld)
    with pytest.raises(NoSuchIncident):
        await incidents.appeal(second.account, incident, "that was not me at all")
    await incidents.appeal(world.student, incident, "that was me with new glasses")
    with pytest.raises(AppealOnce):
        await incidents.appeal(world.student, incident, "that was me with new glasses")
    dismissed = Told(choice=Choice.DISMISS, reason="same person")
    with pytest.raises(AnotherPerson):
        await incidents.decide(first, incident, dismissed)
    await incidents.decide(second, incident, dismissed)
    assert await world.value("SELECT count(*) FROM correction") == 0
    with pytest.raises(AnotherPerson):
        await incidents.decide(second, incident, dismissed)
    await incidents.decide(third, incident, dismissed)
    assert await world.value("SELECT state FROM incident") == Standing.CLOSED
    assert await world.value("SELECT count(*) FROM correction") == 1
    assert await books.problems() == []


async def test_the_schema_itself_wants_another_person_and_keeps_what_was_said(
    books, incidents
):
    world = books.world
    _, incident, _ = await failed(world)
    by = reviewer(books)
    await incidents.decide(by, incident, Told(choice=Choice.UPHOLD, reason=WHY))
    with pytest.raises(asyncpg.UniqueViolationError):
        await world.value(
            """INSERT INTO incident_decision VALUES ($1, 'answer', 'dismiss', '', $2,
               now()) RETURNING 1""",
            incident,
            by.account,
        )
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await world.value("UPDATE incident_decision SET reason = 'x' RETURNING 1")


async def test_only_one_reviewer_has_an_incident_at_a_time(books, incidents):
    _, incident, _ = await failed(books.world)
    first, second = reviewer(books), reviewer(books, Role.ADMIN)
    assert await incidents.take(first.account, incident)
    assert await incidents.take(first.account, incident)
    assert not await incidents.take(second.account, incident)
    books.world.clock.forward(301)
    assert await incidents.take(second.account, incident)


async def test_evidence_is_kept_sealed_only_with_consent(books, evidence):
    world = books.world
    _, incident, leases = await failed(world)
    assert await evidence.keep(leases[-1].look, [JPEG] * 5) == 0
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    assert await evidence.keep(leases[-1].look, [JPEG] * 5) == 3
    assert await evidence.keep(leases[-1].look, [JPEG] * 5) == 0
    assert len(await evidence.of(incident)) == 3
    assert await evidence.keep(leases[0].look, []) == 0


async def test_looks_that_failed_before_it_was_raised_belong_to_it(books, evidence):
    world = books.world
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    sitting = await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    kept = []
    for _ in range(world.desk.policy.retries + 1):
        lease = await world.look(Verdict.MISMATCH)
        kept.append(await evidence.failed(sitting, lease.look, [JPEG] * 5))
        await world.study(9)
    assert kept == [0, 0, 0, 3 + 3]
    assert await world.value("SELECT count(DISTINCT look_id) FROM evidence") == 4


async def test_a_student_who_is_recognised_after_all_leaves_no_picture(books, evidence):
    world = books.world
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    sitting = await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    lease = await world.look(Verdict.MISMATCH)
    assert await evidence.failed(sitting, lease.look, [JPEG]) == 0
    world.clock.forward(world.desk.policy.retry_after_s)
    passed = await world.look()
    assert await evidence.passed(sitting, passed.look, [JPEG]) == 0
    assert not evidence._first
    assert await world.value("SELECT count(*) FROM evidence") == 0


async def test_a_passed_look_leaves_no_picture(books, evidence):
    world = books.world
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    await failed(world)
    passed = await world.look()
    assert await evidence.keep(passed.look, [JPEG]) == 0


async def test_every_look_at_a_picture_is_in_the_trail(books, evidence):
    world, by = books.world, reviewer(books)
    _, incident, leases = await failed(world)
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    await evidence.keep(leases[-1].look, [JPEG, JPEG])
    for it in await evidence.of(incident):
        shown = await evidence.picture(by.account, incident, it.look, it.number)
        assert shown == JPEG
    async with world.db.transaction() as tx:
        acts = await books.house.trail.acts(tx, [SEEN], [world.student])
    assert [it.by for it in acts] == [by.account] * 2
    with pytest.raises(NoSuchPicture):
        await evidence.picture(by.account, incident, leases[0].look, 0)


async def test_withdrawing_makes_the_pictures_unreadable(books, evidence):
    world, by = books.world, reviewer(books)
    _, incident, leases = await failed(world)
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    await evidence.keep(leases[-1].look, [JPEG])
    await evidence.forget_withdrawn()
    assert len(await evidence.of(incident)) == 1
    await consents.withdraw(world.student, Purpose.EVIDENCE)
    with pytest.raises(NoSuchPicture):
        await evidence.picture(by.account, incident, leases[-1].look, 0)
    await evidence.forget_withdrawn()
    assert await evidence.of(incident) == []
    assert [it async for it in evidence._objects.all()] == []


async def test_agreeing_anew_takes_nothing_back(books, evidence):
    """One consent makes room for another: the picture stays."""
    world = books.world
    _, incident, leases = await failed(world)
    consents = Consents(books.house, Signer(SECRET))
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    await evidence.keep(leases[-1].look, [JPEG])
    async with world.db.transaction() as tx:
        await agreements.withdraw(
            tx, world.student, Purpose.EVIDENCE, world.clock.now()
        )
    await consents.give(world.student, [Purpose.EVIDENCE], version, "a browser")
    await evidence.forget_withdrawn()
    assert len(await evidence.of(incident)) == 1
