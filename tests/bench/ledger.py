"""A checkpoint of three hundred students who are there, beside its bare statement.

The checkpoint is all of it: whose video arrives (read from Valkey), the transaction,
the statement that notes who was there, and the one that notes what they read. Beside
it the same rows, sent bare by asyncpg: the very statement, and the shortest that would
write as much and check nothing. No fsync on either side: it would flatter the ratio.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import asyncpg
from redis.asyncio import Redis

from app.adapters import db
from app.adapters.media_nodes import MediaNode, MediaNodes, VideoSeen
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.words import Verdict
from app.proctoring.service.presence import Presence, Told
from tests.bench.table import Line, say
from tests.stores.world import MODULE, World, build_world

STUDENTS = 300
ROUNDS, WARM = 25, 5
MOST, MOST_OF_SHORTEST = 4.0, 12.0
TOPIC = "reading"
PLAIN = {"jit": "off"}
"""As the app's connections are."""

_ACCOUNTS = """
INSERT INTO account (account_id, srn, name, role, password_hash, password_set_at,
    created_at)
SELECT it, 'L' || lpad(n::text, 6, '0'), 'Of many', 'student', 'x', now(), now()
FROM unnest($1::uuid[]) WITH ORDINALITY AS t (it, n)"""
_TOPIC = """
INSERT INTO topic (module_code, code, title, minutes, position, body)
VALUES ($1, $2, 'Topic', 1, 1, '')"""
_SHORTEST = """
UPDATE sitting SET seen_at = $2, active_at = $2 WHERE sitting_id = ANY($1::uuid[])"""
_RUNNING = "SELECT count(*) FROM sitting WHERE state = 'running'"


class Hall:
    """Students whose time runs, their pages, and the video of each."""

    def __init__(self, world: World, redis: Redis) -> None:
        self.world = world
        self.nodes = MediaNodes(redis)
        self.presence = Presence(world.desk, self.nodes)
        self.present: list[tuple[AccountId, SittingId]] = []

    async def fill(self) -> None:
        world = self.world
        accounts = [AccountId(uuid4()) for _ in range(STUDENTS)]
        async with world.db.transaction() as tx:
            await tx.execute(_ACCOUNTS, accounts)
            await tx.execute(_TOPIC, MODULE, TOPIC)
        for it in accounts:
            opened = await world.sittings.open(it, MODULE)
            await world.sittings.streaming(it, opened.sitting, opened.epoch)
            self.present.append((it, opened.sitting))
        while leases := await world.looks.claim_due():
            for lease in leases:
                assert await world.record(lease, Verdict.MATCH) is Verdict.MATCH
        assert await world.value(_RUNNING) == STUDENTS

    async def tell(self) -> None:
        """Three seconds on: every page says that it is there, and the node beats."""
        self.world.clock.forward(3)
        told = Told(visible=True, topic=TOPIC)
        for account, sitting in self.present:
            self.presence.report(sitting, account, sitting, 1, told)
        node = MediaNode(name="node", url="", streams=STUDENTS, capacity=STUDENTS)
        seen = [VideoSeen(sitting, 1) for _, sitting in self.present]
        await self.nodes.beat(node, seen)


async def measure(database_url: str, redis: Redis) -> list[Line]:
    """On a migrated database of its own."""
    heard: list[asyncpg.connection.LoggedQuery] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(heard.append)

    bare = await asyncpg.connect(database_url, server_settings=PLAIN)
    async with asyncpg.create_pool(
        database_url, min_size=1, max_size=1, init=listen, server_settings=PLAIN
    ) as pool:
        hall = Hall(await build_world(db.Database(pool)), redis)
        await hall.fill()
        took = []
        for _ in range(WARM + ROUNDS):
            await hall.tell()
            heard.clear()
            took.append(await _round(hall, bare, heard))
    await bare.close()
    ours, same, shortest = zip(*took[WARM:], strict=True)
    say(f"ledger, {ROUNDS} rounds")
    return [
        _line(ours, "its own UPDATE sent bare", same, MOST),
        _line(ours, "the shortest UPDATE of these rows", shortest, MOST_OF_SHORTEST),
    ]


async def _round(
    hall: Hall, bare: asyncpg.Connection, heard: list[asyncpg.connection.LoggedQuery]
) -> tuple[float, float, float]:
    """Milliseconds of the checkpoint, of its statement, and of the shortest."""
    began = time.perf_counter()
    await hall.presence.checkpoint()
    checkpoint = time.perf_counter() - began
    (sent,) = [it for it in heard if "UPDATE sitting" in it.query]
    began = time.perf_counter()
    rows = await bare.fetch(sent.query, *sent.args)
    same = time.perf_counter() - began
    assert len(rows) == STUDENTS  # Everybody is there, and nobody's time has lapsed.
    sittings, now = [it for _, it in hall.present], hall.world.clock.now()
    began = time.perf_counter()
    await bare.execute(_SHORTEST, sittings, now - timedelta(seconds=1))
    shortest = time.perf_counter() - began
    return checkpoint * 1_000, same * 1_000, shortest * 1_000


def _line(
    ours: Sequence[float], beside: str, theirs: Sequence[float], most: float
) -> Line:
    return Line(
        what=f"A checkpoint of {STUDENTS} present students",
        unit="ms",
        ours=ours,
        beside=beside,
        theirs=theirs,
        form=".1f",
        most=most,
    )
