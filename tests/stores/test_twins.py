"""Two students before the same picture: who is compared, what follows, and what a
person gets to see of both."""

from uuid import uuid4

import pytest

from app.accounts.domain.consents import Consent, Purpose
from app.accounts.domain.people import Role
from app.accounts.service.consents import Consents, current_notice
from app.accounts.store import consents as agreements
from app.adapters.objects import Objects
from app.adapters.signing import Signer
from app.proctoring.domain.incidents import COLLECT
from app.proctoring.domain.marks import BANDS
from app.proctoring.domain.unpictured import AWAITED, TOOK_BACK, UNAGREED
from app.proctoring.domain.words import Verdict
from app.proctoring.service.cases import Cases
from app.proctoring.service.clips import Clips
from app.proctoring.service.evidence import Evidence
from app.proctoring.service.incidents import Incidents
from app.proctoring.service.twins import Glimpsed, Twins
from app.proctoring.store import incident_pages as pages
from tests.domain.test_marks import flipped, picture
from tests.stores.entrance import LetterBox, gatehouse_on
from tests.stores.ledger_world import SECRET, build_books
from tests.stores.world import World, build_world

JPEG = b"\xff\xd8" + bytes(500)
EVERY_S = 12
MOMENTS = range(6)
SUSPECTED = "SELECT count(*) FROM sign WHERE sign = 'same_clip'"


@pytest.fixture
def twins(world, redis):
    return Twins(world.desk, Clips(redis))


async def running(world):
    sitting = await world.open()
    await world.look()
    return sitting


async def show(world, twins, *cameras):
    """Each camera: the sitting, and the picture of each moment."""
    for moments in zip(*(pictures for _, pictures in cameras), strict=True):
        world.clock.forward(EVERY_S)
        now = world.clock.now()
        sittings = (sitting for sitting, _ in cameras)
        seen = zip(sittings, moments, strict=True)
        await twins.compare([Glimpsed(sitting, now, it) for sitting, it in seen])


async def test_two_sittings_of_one_account_are_no_twins(world, twins):
    clip = [picture(it) for it in MOMENTS]
    first = await running(world)
    await show(world, twins, (first, clip))
    await world.sittings.withdraw(world.student)
    second = await running(world)
    for _ in range(3):
        await show(world, twins, (second, clip))
    assert await world.value(SUSPECTED) == 0


async def test_two_accounts_before_one_clip_are(world, twins):
    """The control."""
    other = await build_world(world.db)
    sittings = await running(world), await running(other)
    clip = [picture(it) for it in MOMENTS]
    again = [flipped(it, 2) for it in clip]
    await show(world, twins, (sittings[0], clip), (sittings[1], again))
    assert await world.value(SUSPECTED) == 2


@pytest.mark.parametrize("purpose", [Purpose.CAMERA, Purpose.BIOMETRICS])
async def test_withdrawing_takes_the_marks_back(world, twins, redis, purpose):
    house = gatehouse_on(world.db, world.clock, LetterBox())
    consents, version = Consents(house, Signer("s" * 40)), current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    other = await build_world(world.db)
    clip = [picture(it) for it in MOMENTS]
    theirs = [picture(it + 100) for it in MOMENTS]
    sitting = await running(world)
    await show(world, twins, (sitting, clip), (await running(other), theirs))
    await twins.forget_withdrawn()
    assert len(await redis.keys("marks:*")) == 2
    await consents.withdraw(world.student, purpose)
    await twins.forget_withdrawn()
    assert await redis.keys(f"*{world.student}*") == []
    assert len(await redis.keys("clip:*")) == len(MOMENTS) * BANDS
    # A glance that was on its way goes the next time.
    await show(world, twins, (sitting, clip))
    await twins.forget_withdrawn()
    assert await redis.keys(f"*{world.student}*") == []
    await consents.give(world.student, list(Purpose), version, "a browser")
    await show(world, twins, (sitting, clip))
    await twins.forget_withdrawn()
    assert await redis.keys(f"*{world.student}*") != []


async def test_a_glance_of_an_ended_or_unknown_sitting_is_not_kept(world, twins, redis):
    late, other = await running(world), await build_world(world.db)
    await world.sittings.withdraw(world.student)
    clip = [picture(it) for it in MOMENTS]
    await show(world, twins, (late, clip), (other.student, clip))
    assert await redis.keys("*") == []
    await show(world, twins, (await running(other), clip))
    assert await world.value(SUSPECTED) == 0
    assert await redis.keys("clip:*") != []


# --- what follows -----------------------------------------------------------------


CASES = "SELECT count(*) FROM incident WHERE kind = 'same_clip'"
TURNS = "SELECT count(*) FROM look WHERE why = 'challenge' AND ask IS NOT NULL"


async def neighbour(world):
    """Another student of the same house, by the same clock."""
    student = (await build_world(world.db)).student
    return World(world.db, world.clock, world.desk, student)


async def case_of(world, student):
    return await world.value(
        "SELECT incident_id FROM incident WHERE account_id = $1", student
    )


async def two_cases(world, twins):
    """Two students run, and are found before one clip."""
    other = await neighbour(world)
    sittings = await running(world), await running(other)
    await twins.suspect(*sittings)
    return other, sittings


async def test_both_become_cases_that_name_each_other(world, twins):
    other, sittings = await two_cases(world, twins)
    assert await world.value(CASES) == 2
    assert await world.value(TURNS) == 2
    mine, theirs = [await case_of(world, it.student) for it in (world, other)]
    async with world.db.connection() as tx:
        assert [it["incident_id"] for it in await pages.twins(tx, mine)] == [theirs]
        assert [it["incident_id"] for it in await pages.twins(tx, theirs)] == [mine]
    for sitting in sittings:
        risk = "SELECT risk FROM sitting WHERE sitting_id = $1"
        assert await world.value(risk, sitting) >= 0.6


async def test_the_same_two_collect_into_the_open_cases(world, twins):
    _, (one, other) = await two_cases(world, twins)
    parts = "SELECT count(*) FROM incident_part"
    for pair in ((one, other), (other, one)):
        await twins.suspect(*pair)  # With each glance: nothing more is written.
    assert await world.value(parts) == 2
    world.clock.forward(world.desk.policy.suspect_again_s + 1)
    await twins.suspect(other, one)
    assert await world.value(CASES) == 2
    assert await world.value(parts) == 4


async def test_what_is_decided_stays_and_is_raised_anew_only_after_a_while(
    world, twins
):
    _, pair = await two_cases(world, twins)
    await world.value("UPDATE incident SET state='decided', choice='warn' RETURNING 1")
    await twins.suspect(*pair)
    assert await world.value(CASES) == 2
    world.clock.forward(world.desk.policy.suspect_again_s + 1)
    await twins.suspect(*pair)
    assert await world.value(CASES) == 4


async def test_another_sitting_of_the_other_joins_the_open_case(world, twins):
    other, (one, _) = await two_cases(world, twins)
    await world.sittings.withdraw(other.student)
    await twins.suspect(one, await other.open())
    mine = await case_of(world, world.student)
    assert await world.value(CASES) == 3
    async with world.db.connection() as tx:
        assert len(await pages.twins(tx, mine)) == 2


async def test_whose_sitting_has_ended_is_a_case_and_not_asked(world, twins):
    other = await neighbour(world)
    ended = await running(other)
    await other.sittings.withdraw(other.student)
    await twins.suspect(await running(world), ended)
    assert await world.value(CASES) == 2
    assert await world.value(TURNS) == 1


async def test_one_s_own_or_an_unknown_sitting_is_no_case(world, twins):
    first = await running(world)
    await world.sittings.withdraw(world.student)
    second = await running(world)
    await twins.suspect(first, second)
    await twins.suspect(uuid4(), second)
    assert await world.value(CASES) == 0


# --- pictures ---------------------------------------------------------------------


@pytest.fixture
async def books(world):
    return await build_books(world)


@pytest.fixture
def consents(books):
    return Consents(books.house, Signer(SECRET))


@pytest.fixture
def evidence(books, consents, tmp_path):
    house = books.house
    objects = Objects(str(tmp_path))
    return Evidence(books.world.desk, house.envelopes, objects, consents, house.trail)


async def unpictured(books, evidence, incident) -> str:
    cases = Cases(
        books.world.desk, Incidents(books.house, books.world.desk), evidence, None
    )
    return (await cases.show(books.staff[Role.PROCTOR].account, incident)).unpictured


async def passed(world, evidence):
    """The look that was asked for, and whoever did not look before, is recognised."""
    leases = await world.looks.claim_due()
    world.clock.forward(1)
    kept = []
    for it in leases:
        await world.record(it, Verdict.MATCH)
        kept.append(await evidence.passed(it.sitting, it.look, [JPEG] * 5))
    return kept


async def test_the_next_look_is_kept_though_it_passes_of_who_agrees(
    world, books, twins, consents, evidence
):
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    other, _ = await two_cases(world, twins)
    mine, theirs = [await case_of(world, it.student) for it in (world, other)]
    assert await unpictured(books, evidence, mine) == AWAITED
    world.clock.forward(3)
    assert sorted(await passed(world, evidence)) == [0, 3]
    assert len(await evidence.of(mine)) == 3
    assert await evidence.of(theirs) == []
    assert await unpictured(books, evidence, theirs) == UNAGREED
    # Only the next: after it, whoever is recognised leaves no picture.
    await world.due_at_once("interval")
    assert await passed(world, evidence) == [0, 0]
    await consents.withdraw(world.student, Purpose.EVIDENCE)
    await evidence.forget_withdrawn()
    assert await evidence.of(mine) == []
    assert await unpictured(books, evidence, mine) == TOOK_BACK


async def test_consent_to_older_words_keeps_no_passed_look(
    world, books, twins, consents, evidence
):
    async with world.db.transaction() as tx:
        older = Consent(
            purpose=Purpose.EVIDENCE,
            version=1,
            given_at=world.clock.now(),
            given_on="a browser",
        )
        await agreements.give(tx, world.student, older)
    await two_cases(world, twins)
    world.clock.forward(3)
    assert await passed(world, evidence) == [0, 0]
    mine = await case_of(world, world.student)
    assert await unpictured(books, evidence, mine) == UNAGREED


async def test_a_look_that_came_before_or_much_later_is_not_kept(
    world, twins, consents, evidence
):
    version = current_notice().version
    await consents.give(world.student, list(Purpose), version, "a browser")
    sitting = await world.open()
    (before,) = await world.looks.claim_due()
    world.clock.forward(1)
    other = await neighbour(world)
    await other.sittings.withdraw(other.student)
    await twins.suspect(sitting, await running(other))
    await world.record(before, Verdict.MATCH)
    assert await evidence.passed(sitting, before.look, [JPEG]) == 0
    world.clock.forward(COLLECT.total_seconds() + 60)
    assert set(await passed(world, evidence)) == {0}
