"""`spom status`: all on one screen, whatever is away, and within seconds."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time

import pytest

from app.adapters.media_nodes import MediaNode, MediaNodes
from app.adapters.packs_in_use import PacksInUse
from app.operations.status.asking import or_unanswered
from app.operations.status.facts import Unanswered
from tests.house import free_port

NODE = MediaNode(name="media-1", url="http://localhost", streams=3, capacity=9)
ANSWERED_WITHIN_S = 12.0
"""Two seconds for the database to open, two for its clock and two for each part at
once; the rest is Python's start on a busy machine."""


@pytest.fixture
def status(database_url, redis_url, tmp_path):
    (tmp_path / "evidence").mkdir()
    well = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SPOM_SECRET": "s" * 40,
        "SPOM_EVIDENCE": str(tmp_path / "evidence"),
    }

    def run(*arguments: str, **instead: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", "status", *arguments],
            env={**well, **instead},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
async def alive(redis):
    """A media node that says every second that it lives, and a matcher."""

    async def beat() -> None:
        while True:
            await MediaNodes(redis).beat(NODE, [])
            await PacksInUse(redis).tell("a-pack")
            await asyncio.sleep(1)

    task = asyncio.create_task(beat())
    yield
    task.cancel()


async def marks(status, **instead: str) -> dict[str, str]:
    done = await asyncio.to_thread(status, "--json", **instead)
    told = json.loads(done.stdout)
    assert done.returncode == told["broken"], done.stderr
    assert done.stderr == ""
    return {it["part"]: it["mark"] for it in told["parts"]}


def wrong(told: dict[str, str], mark: str) -> set[str]:
    return {part for part, its in told.items() if its == mark}


@contextlib.contextmanager
def silent():
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_all_is_well(status, alive):
    told = await marks(status)
    assert set(told.values()) == {"well"}
    assert len(told) == 10
    shown = await asyncio.to_thread(status)
    assert shown.returncode == 0
    assert shown.stdout.startswith("All is well (")
    assert "media-1 3 of 9 streams" in shown.stdout
    assert "migrations up to date" in shown.stdout


async def test_without_a_media_node(status):
    told = await marks(status)
    assert wrong(told, "broken") == {"Media nodes"}
    shown = await asyncio.to_thread(status)
    assert shown.returncode == 1
    assert shown.stdout.startswith("BROKEN: Media nodes (")
    assert "broken   Media nodes" in shown.stdout
    assert "do: is `spom media` running" in shown.stdout


async def test_without_redis(status, alive):
    told = await marks(status, REDIS_URL=f"redis://127.0.0.1:{free_port()}")
    assert wrong(told, "broken") == {"Redis"}
    assert wrong(told, "look at") == {"Media nodes", "Queues"}


async def test_without_postgresql(status, alive):
    url = f"postgresql://spom@127.0.0.1:{free_port()}/spom"
    told = await marks(status, DATABASE_URL=url)
    assert wrong(told, "broken") == {"Database"}
    assert wrong(told, "well") == {"Redis", "Media nodes", "Queues", "Evidence store"}


async def test_where_everything_is_down_or_silent_it_answers_all_the_same(
    status, tmp_path
):
    with silent() as database, silent() as valkey:
        begun = time.monotonic()
        told = await marks(
            status,
            DATABASE_URL=f"postgresql://spom@127.0.0.1:{database}/spom",
            REDIS_URL=f"redis://127.0.0.1:{valkey}",
            SPOM_EVIDENCE=str(tmp_path / "not-mounted"),
        )
        assert time.monotonic() - begun < ANSWERED_WITHIN_S
    assert wrong(told, "broken") == {"Database", "Redis", "Evidence store"}
    assert wrong(told, "well") == set()
    assert not (tmp_path / "not-mounted").exists()


async def test_a_database_that_holds_its_answers_back_is_not_waited_for(
    status, alive, database
):
    async with database.transaction() as tx:
        await tx.execute("LOCK TABLE outbox, refund, look IN ACCESS EXCLUSIVE MODE")
        begun = time.monotonic()
        told = await marks(status)
        assert time.monotonic() - begun < ANSWERED_WITHIN_S
        shown = await asyncio.to_thread(status)
    assert shown.stdout.count("no answer: nothing within 2 s") == 3
    assert wrong(told, "broken") == {"Looks", "Letters", "Refunds"}
    assert wrong(told, "look at") == set()


async def test_who_does_not_let_go_when_told_to_is_left_behind(monkeypatch):
    monkeypatch.setattr("app.operations.status.asking.PATIENCE_S", 0.05)

    async def stubborn() -> None:
        for _ in range(2):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.5)

    async with asyncio.timeout(0.4):
        assert await or_unanswered(stubborn()) == Unanswered(
            why="nothing within 0.05 s"
        )


async def test_a_migration_that_is_not_applied_is_named(status, alive, database):
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM migration WHERE name LIKE '0034%'")
    shown = await asyncio.to_thread(status)
    assert shown.returncode == 1
    assert "1 migrations are not applied, 0034_" in shown.stdout
    assert "do: `spom migrate`" in shown.stdout


async def test_a_key_that_is_missing_here_is_broken(status, alive, tmp_path):
    told = await marks(status, SPOM_KEYS=str(tmp_path / "no-keys.json"))
    assert wrong(told, "broken") == {"Keys"}
