"""Seeds and draws in a real database: told of, veiled, unveiled, proved, tampered."""

import dataclasses
import json
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from app.adapters.sealing import Sealer
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.draws import commitment_of
from app.proctoring.domain.statistics import Summary
from app.proctoring.domain.watch import SittingEnded
from app.proctoring.domain.words import Verdict
from app.proctoring.service.chance import Seeds
from app.proctoring.service.desk import NoSuchSitting
from app.proctoring.service.proofs import Proofs
from app.proctoring.service.rates import NoReason, Rates, UnknownRate
from tests.stores.entrance import SECRET, LetterBox, gatehouse_on
from tests.stores.world import QUIET, World

VEILED = "SELECT count(*) FROM look WHERE due_at = 'infinity' AND judged_at IS NULL"
TRAIL = "SELECT details FROM audit_event WHERE what = $1 ORDER BY seq DESC LIMIT 1"


@pytest.fixture
def house(world):
    return gatehouse_on(world.db, world.clock, LetterBox())


@pytest.fixture
def proofs(house):
    return Proofs(house)


@pytest.fixture
def rates(world, house):
    return Rates(world.desk, house.trail)


@pytest.fixture
async def proctor(world):
    account = AccountId(uuid4())
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, 'PROC9', 'P', 'proctor', 'x', now(), now())""",
            account,
        )
    return account


async def pass_time(world: World, minutes: int) -> None:
    """The student studies, and every look is passed as it comes due."""
    for _ in range(minutes * 6):
        world.clock.forward(10)
        await world.seen()
        for lease in await world.looks.claim_due():
            world.clock.forward(1)
            await world.record(lease, Verdict.MATCH)


async def studied(world: World, minutes: int = 90) -> SittingId:
    sitting = await world.open()
    await pass_time(world, minutes)
    await world.end(sitting)
    return sitting


async def tamper(world: World, statement: str) -> None:
    """As somebody would who may do everything in the database."""
    async with world.db.transaction() as tx:
        await tx.execute("ALTER TABLE look DISABLE TRIGGER USER")
        await tx.execute(statement)
        await tx.execute("ALTER TABLE look ENABLE TRIGGER USER")


async def test_the_commitment_is_in_the_trail_before_anything_is_drawn(world, proofs):
    sitting = await world.open()
    told = json.loads(await world.value(TRAIL, "sitting.opened"))
    drawn = "SELECT count(*) FROM look WHERE draw IS NOT NULL"
    assert await world.value(drawn) == 0
    assert told == {
        "sitting": str(sitting),
        "commitment": commitment_of(QUIET).hex(),
    }
    found = await proofs.of(sitting)
    assert found.sitting.commitment == commitment_of(QUIET)
    assert found.seed is None
    assert found.proof is None
    with pytest.raises(NoSuchSitting):
        await proofs.of(sitting, owner=AccountId(uuid4()))


async def test_nobody_who_reads_the_database_foresees_a_look(world):
    await world.open()
    await world.look()
    assert await world.value(VEILED) == 2
    dump = ""
    async with world.db.connection() as tx:
        for table in ("look", "sitting", "sitting_seed", "audit_event"):
            dump += str([dict(it) for it in await tx.fetch(f"SELECT * FROM {table}")])
    assert QUIET.hex() not in dump
    assert str(QUIET) not in dump
    await pass_time(world, 12)
    came = "SELECT count(*) FROM look WHERE planned_at = due_at AND why = 'interval'"
    assert await world.value(came) == 1


async def test_another_process_and_a_restart_unveil_the_same(world):
    await world.open()
    await world.look()
    for _ in range(200):
        world.clock.forward(3)
        await world.seen()
        found = await type(world.looks)(world.desk).claim_due()
        if found:
            break
    passed = await world.value(
        "SELECT asked_at - planned_at FROM look WHERE planned_at IS NOT NULL"
    )
    assert timedelta() <= passed <= timedelta(seconds=3)


async def test_a_whole_sitting_is_proven_and_its_seed_revealed(world, proofs):
    sitting = await studied(world)
    found = await proofs.of(sitting)
    assert found.seed == QUIET
    assert found.proof.problems == []
    assert [it.problem for it in found.proof.lines if it.problem] == []
    kinds = {it.look.why for it in found.proof.lines}
    assert kinds == {"interval", "random"}
    assert len(found.proof.lines) >= 9


WRONG = {
    "planned at another time": """UPDATE look
        SET planned_at = planned_at - interval '1 s'""",
    "asked before it was due": "UPDATE look SET asked_at = drawn_at",
    "drawn by another rule": """UPDATE look SET drawn_by =
        jsonb_set(drawn_by, '{min_s}', '500')""",
    "another number": "UPDATE look SET draw = 77",
    "drawn at another time": "UPDATE look SET drawn_at = drawn_at + interval '1 s'",
    "no draw": """UPDATE look SET draw = NULL, drawn_at = NULL, drawn_by = NULL,
        planned_at = NULL""",
    "deleted": "DELETE FROM look",
}


@pytest.mark.parametrize("how", WRONG)
async def test_one_tampered_row_is_found(world, proofs, how):
    sitting = await studied(world, 45)
    assert (await proofs.of(sitting)).proof.holds
    row = await world.value(
        "SELECT look_id FROM look WHERE why = 'interval' AND draw = 2"
    )
    await tamper(world, f"{WRONG[how]} WHERE look_id = '{row}'")
    proof = (await proofs.of(sitting)).proof
    assert not proof.holds
    if how != "deleted":
        wrong = [it.look.look for it in proof.lines if it.problem]
        assert row in wrong or proof.problems


async def test_another_seed_or_commitment_is_found(world, proofs):
    sitting = await studied(world, 15)
    other = Sealer(SECRET).seal(bytes(32), context=f"seed:{sitting}")
    async with world.db.transaction() as tx:
        await tx.execute("ALTER TABLE sitting_seed DISABLE TRIGGER USER")
        await tx.execute(
            "UPDATE sitting_seed SET sealed = $1, commitment = $2",
            other,
            commitment_of(bytes(32)),
        )
    proof = (await proofs.of(sitting)).proof
    assert "the trail tells of another seed" in proof.problems
    async with world.db.transaction() as tx:
        await tx.execute("UPDATE sitting_seed SET sealed = '\\x01'")
    proof = (await proofs.of(sitting)).proof
    assert proof.problems == ["the seed cannot be opened"]


async def test_a_sitting_older_than_seeds_says_so(world, proofs):
    sitting = await world.open()
    async with world.db.transaction() as tx:
        await tx.execute("DELETE FROM sitting_seed")
        await tx.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        await tx.execute("DELETE FROM audit_event")
    await world.look()
    assert await world.value(VEILED) == 0
    await world.end(sitting)
    found = await proofs.of(sitting)
    assert (found.seed, found.proof) == (None, None)


async def test_a_deleted_seed_is_no_old_sitting(world, proofs):
    sitting = await studied(world, 15)
    async with world.db.transaction() as tx:
        await tx.execute("DELETE FROM sitting_seed")
    assert (await proofs.of(sitting)).proof.problems == ["the seed is gone"]


async def test_the_database_keeps_seed_and_draw(world):
    await world.open()
    await world.look()
    for statement in (
        "UPDATE sitting_seed SET sealed = 'x'",
        "UPDATE look SET draw = draw + 1 WHERE draw IS NOT NULL",
        "UPDATE look SET drawn_at = now() WHERE draw IS NOT NULL",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            async with world.db.transaction() as tx:
                await tx.execute(statement)


async def test_a_proctor_raises_the_rate_and_the_open_look_is_drawn_anew(
    world, rates, proctor, proofs
):
    sitting = await world.open()
    await world.look()
    await rates.set_rate(proctor, sitting, 30, "  looks  away often ")
    told = json.loads(await world.value(TRAIL, "sitting.rate"))
    assert told == {
        "sitting": str(sitting),
        "per_hour": "30",
        "why": "looks away often",
    }
    drawn = "SELECT max(draw) FROM look WHERE why = 'random'"
    assert await world.value(drawn) == 2
    rule = await world.value(
        "SELECT drawn_by ->> 'per_hour' FROM look WHERE why = 'random' AND draw = 2"
    )
    assert float(rule) == 30
    (row,) = (await world.states.wall(["all"]))["all"]["sittings"]
    assert row["random_per_hour"] == 30
    student = (await world.states.students([str(world.student)]))[str(world.student)]
    assert "per_hour" not in str(student)
    await pass_time(world, 60)
    count = await world.value(
        "SELECT count(*) FROM look WHERE why = 'random' AND verdict = 'match'"
    )
    assert 15 <= count <= 45
    await world.end(sitting)
    assert (await proofs.of(sitting)).proof.holds
    with pytest.raises(SittingEnded):
        await rates.set_rate(proctor, sitting, 4, "too late")
    await world.open()
    assert (
        await world.value("SELECT random_per_hour FROM sitting WHERE state <> 'ended'")
        is None
    )


@pytest.mark.parametrize("per_hour", [0, 0.4, 0.7, 60.5, float("nan"), -4])
async def test_only_known_rates(world, rates, proctor, per_hour):
    sitting = await world.open()
    with pytest.raises(UnknownRate):
        await rates.set_rate(proctor, sitting, per_hour, "because")


async def test_a_rate_needs_a_reason_and_a_sitting(world, rates, proctor):
    sitting = await world.open()
    with pytest.raises(NoReason):
        await rates.set_rate(proctor, sitting, 8, "  ")
    with pytest.raises(NoSuchSitting):
        await rates.set_rate(proctor, SittingId(uuid4()), 8, "because")


async def test_many_sittings_come_as_their_rates_let_expect(world, proofs):
    desk = dataclasses.replace(world.desk, seeds=Seeds(Sealer(SECRET)))
    free = dataclasses.replace(world, desk=desk)
    for _ in range(6):
        await studied(free, 20)
        free.clock.forward(60)
    summary = Summary()
    async for it in proofs.since(world.clock.now() - timedelta(days=1)):
        assert it.proof.holds, it.proof
        summary.take(it.proof.lines)
    assert summary.sittings == 6
    assert abs(summary.sigmas) < 5
