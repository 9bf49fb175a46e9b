"""Answers of several students in one statement: nobody pays for a neighbour."""

import asyncio

import asyncpg
import pytest

from app.exams.service.drawing import Wanted
from app.exams.service.keeping import Keeping
from app.exams.store import answers as store
from app.exams.store.answers import Writer
from app.kernel.ids import AccountId, ModuleCode
from tests.stores.booking_world import MODULE
from tests.stores.exam_world import build_exam_world

KEPT = "SELECT count(*) FROM exam_answer WHERE exam_id = $1"
PATIENCE_S = 3


@pytest.fixture
async def hall(database):
    return await build_exam_world(database, remote=True)


@pytest.fixture
async def two(hall):
    """Two who sit, as they write."""
    writers = []
    for _ in range(2):
        account, now = await hall.booking.student(), hall.clock.now()
        async with hall.db.transaction() as tx:
            wanted = Wanted(account=account, module=ModuleCode(MODULE))
            opened = await hall.exams.open(tx, wanted, now)
            it = await hall.exams.begin(tx, opened.exam, now)
        writers.append(Writer(exam=it.exam, account=account, epoch=it.epoch, now=now))
    return writers


@pytest.fixture
def statements(monkeypatch):
    """How many entries went into each statement."""
    seen, save = [], store.save

    async def counted(tx, entries, **how):
        seen.append(len(entries))
        return await save(tx, entries, **how)

    monkeypatch.setattr(store, "save", counted)
    return seen


def answers(*places: int, turn: int = 1, said: str = "1"):
    return [(place, turn, said) for place in places]


async def test_two_who_answer_at_once_share_a_statement(hall, two, statements):
    keeping = Keeping(hall.db)
    found = await asyncio.gather(
        keeping.save((two[0], answers(1, 2))), keeping.save((two[1], answers(3)))
    )
    assert statements == [2]
    assert [[(it["position"], it["kept"]) for it in rows] for rows in found] == [
        [(1, True), (2, True)],
        [(3, True)],
    ]
    assert [await hall.value(KEPT, it.exam) for it in two] == [2, 1]


async def test_who_is_locked_keeps_nobody_waiting(hall, two, statements):
    keeping = Keeping(hall.db)
    async with hall.db.transaction() as tx:
        await tx.execute("SELECT FROM exam WHERE exam_id = $1 FOR UPDATE", two[0].exam)
        locked = asyncio.create_task(keeping.save((two[0], answers(1))))
        free = asyncio.create_task(keeping.save((two[1], answers(1))))
        async with asyncio.timeout(PATIENCE_S):
            assert (await free)[0]["kept"]
        assert not locked.done()
    assert (await locked)[0]["kept"]
    assert statements == [2, 1]


async def test_a_failing_entry_fails_alone(hall, two):
    keeping = Keeping(hall.db)
    bad = answers(1, said="no JSON")
    found = await asyncio.gather(
        keeping.save((two[0], bad)),
        keeping.save((two[1], answers(1))),
        return_exceptions=True,
    )
    assert isinstance(found[0], asyncpg.PostgresError)
    assert found[1][0]["kept"]
    assert [await hall.value(KEPT, it.exam) for it in two] == [0, 1]


async def test_the_same_turn_twice_at_once_is_kept_once(hall, two):
    keeping = Keeping(hall.db)
    one, other = await asyncio.gather(
        keeping.save((two[0], answers(1, said="1"))),
        keeping.save((two[0], answers(1, said="2"))),
    )
    assert [(it["kept"], it["same"]) for it in one] == [(True, None)]
    assert [(it["kept"], it["same"]) for it in other] == [(False, False)]


async def test_nobody_writes_into_the_exam_of_a_neighbour(hall, two):
    keeping = Keeping(hall.db)
    writer = two[1]
    thief = Writer(
        exam=writer.exam,
        account=AccountId(two[0].account),
        epoch=writer.epoch,
        now=writer.now,
    )
    own, others = await asyncio.gather(
        keeping.save((two[0], answers(1))), keeping.save((thief, answers(1)))
    )
    assert own[0]["kept"]
    assert others == []
    assert await hall.value(KEPT, writer.exam) == 0
