"""Our own servers come back from any kind of death, and twice is once."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.adapters.embedded import ServiceFailed, start_postgres, start_valkey
from app.adapters.embedded.folders import own


@pytest.fixture
def folder():
    """Where the user PostgreSQL runs as can enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="spom-test-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def postgres(folder):
    server = start_postgres(folder, durable=False)
    yield server
    server.stop()


def note_of(server) -> Path:
    return server.data / "postmaster.pid"


def kill(server) -> None:
    pid = int(note_of(server).read_text().split()[0])
    family = psutil.Process(pid).children()
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_killed_postgres_starts_again_with_its_data(folder):
    server = start_postgres(folder)
    await ask(server.url(), "CREATE TABLE kept AS SELECT 42 AS value")
    kill(server)
    again = start_postgres(folder)
    assert await ask(again.url(), "SELECT value FROM kept") == 42
    again.stop()


async def test_a_start_takes_up_what_runs_already(postgres, folder, monkeypatch):
    before = note_of(postgres).read_text()
    monkeypatch.setattr(tempfile, "tempdir", "/var/tmp")
    again = start_postgres(folder)
    assert note_of(again).read_text() == before
    assert await ask(again.url(), "SELECT 1") == 1


def test_a_number_that_is_another_programs_now_is_no_server(postgres, folder):
    note = note_of(postgres).read_text()
    postgres.stop()
    with subprocess.Popen(["sleep", "60"]) as another:
        note_of(postgres).write_text(f"{another.pid}\n" + note.split("\n", 1)[1])
        again = start_postgres(folder, durable=False)
        another.kill()
    assert again.control("status").returncode == 0


def test_valkey_is_taken_up_stopped_and_started_again(folder):
    first = start_valkey(folder)
    assert start_valkey(folder) == first
    first.stop()
    assert not first.answers()
    again = start_valkey(folder)
    assert again.answers()
    again.stop()


def test_a_folder_somebody_else_planted_is_not_used(tmp_path):
    (tmp_path / "planted").symlink_to(tmp_path)
    with pytest.raises(ServiceFailed, match="belongs to somebody else"):
        own(tmp_path / "planted", None)
