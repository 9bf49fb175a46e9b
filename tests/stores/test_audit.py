"""The trail in the real tables: it cannot be changed, and if it is, it is found."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from app.adapters import db
from app.adapters.audit import Act, Trail
from app.adapters.audit.anchors import BadAnchors, anchor_now, read_anchors
from app.adapters.sealing import Sealer
from tests.stores.entrance import SetClock

TRAIL = Trail(Sealer("s" * 40))
NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
WITHOUT_TRIGGERS = "SET session_replication_role = replica"


async def write(database, count: int) -> None:
    for number in range(count):
        async with database.transaction() as tx:
            act = Act(
                at=NOW,
                by=uuid4(),
                what="account.unlocked",
                whom=uuid4(),
                details={"number": number, "why": "स"},
            )
            await TRAIL.write(tx, act)


async def write_and_fail(database) -> None:
    async with database.transaction() as tx:
        await TRAIL.write(tx, Act(at=NOW, by=None, what="a.b"))
        _ = 1 / 0


async def found(database, anchors=()) -> list[str]:
    verifier = await TRAIL.verify(database, anchors)
    return [str(problem) for problem in verifier.problems]


async def test_what_was_written_is_whole_and_read_back(database):
    await write(database, 5)
    assert await found(database) == []
    async with database.connection() as tx:
        events = await TRAIL.recent(tx, limit=2)
    assert [event.seq for event in events] == [5, 4]
    assert json.loads(events[0].details) == {"number": 4, "why": "स"}


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE audit_event SET what = 'a.b' WHERE seq = 2",
        "DELETE FROM audit_event WHERE seq = 2",
        "TRUNCATE audit_event",
        "DELETE FROM audit_head",
    ],
)
async def test_the_database_itself_refuses_every_change(database, command):
    await write(database, 3)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with database.transaction() as tx:
            await tx.execute(command)
    assert await found(database) == []


SWAP = """
    UPDATE audit_event a SET at = b.at, by = b.by, what = b.what, whom = b.whom,
        details = b.details, previous = b.previous, hash = a.hash
    FROM audit_event b WHERE (a.seq, b.seq) IN ((2, 3), (3, 2))"""


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE audit_event SET details = '{}' WHERE seq = 2",
        "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE seq = 4",
        "UPDATE audit_event SET by = NULL WHERE seq = 1",
        "DELETE FROM audit_event WHERE seq = 2",
        "DELETE FROM audit_event WHERE seq = 4",
        "DELETE FROM audit_event WHERE seq > 1",
        SWAP,
        "DELETE FROM audit_event WHERE seq = 4; UPDATE audit_head SET seq = 3,"
        "hash = (SELECT hash FROM audit_event WHERE seq = 3)",
        "UPDATE audit_event SET seq = 9 WHERE seq = 4",
    ],
)
async def test_whoever_gets_round_the_triggers_is_found(
    database, database_url, command
):
    await write(database, 4)
    assert await found(database) == []
    intruder = await asyncpg.connect(database_url)
    await intruder.execute(WITHOUT_TRIGGERS)
    await intruder.execute(command)
    await intruder.close()
    assert await found(database) != []


async def test_twenty_writers_at_once_leave_one_chain(database_url):
    crowd = await db.connect(database_url, size=20)
    await asyncio.gather(*(write(crowd, 5) for _ in range(20)))
    verifier = await TRAIL.verify(crowd)
    await crowd.close()
    assert (verifier.checked, verifier.problems) == (100, [])


async def test_an_act_that_is_rolled_back_leaves_no_gap(database):
    await write(database, 1)
    with pytest.raises(ZeroDivisionError):
        await write_and_fail(database)
    await write(database, 1)
    verifier = await TRAIL.verify(database)
    assert (verifier.checked, verifier.problems) == (2, [])


async def test_an_older_database_put_back_is_found_by_its_anchors(database, tmp_path):
    path, clock = tmp_path / "far" / "anchors.jsonl", SetClock()
    await write(database, 2)
    assert await anchor_now(database, TRAIL, path, clock)
    assert not await anchor_now(database, TRAIL, path, clock)  # nothing new
    await write(database, 1)
    assert await anchor_now(database, TRAIL, path, clock)
    anchors = read_anchors(path)
    assert [anchor.seq for anchor in anchors] == [2, 3]
    assert await found(database, anchors) == []
    older = TRAIL.sign(2, anchors[0].hash)
    async with database.transaction() as tx:
        await tx.execute(WITHOUT_TRIGGERS)
        await tx.execute("DELETE FROM audit_event WHERE seq = 3")
        await tx.execute(
            "UPDATE audit_head SET seq = 2, hash = $1, mac = $2", older.hash, older.mac
        )
        await tx.execute("RESET session_replication_role")
    assert await found(database) == []  # alone, the database cannot know
    [problem] = await found(database, anchors)
    assert "event 3" in problem


def test_a_damaged_file_of_anchors_names_its_line(tmp_path):
    path = tmp_path / "anchors.jsonl"
    path.write_text('{"seq": 1, "hash": "00", "mac": "00"}\nrubbish\n')
    with pytest.raises(BadAnchors, match="line 2"):
        read_anchors(path)
