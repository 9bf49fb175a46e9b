"""Migrations run once, in order, and never change afterwards."""

import asyncio

import asyncpg
import pytest

from app.adapters.migrations import MigrationRefused, migrate

FIRST = "-- pre: makes a shelf\nCREATE TABLE shelf (id int PRIMARY KEY);"
SECOND = "-- pre: fills it\nINSERT INTO shelf VALUES (1);"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "0001_shelf.sql").write_text(FIRST)
    (tmp_path / "0002_fill.sql").write_text(SECOND)
    return tmp_path


@pytest.fixture
async def empty_url(postgres_server):
    """A database without any migration."""
    name = "empty_for_migrations"
    connection = await asyncpg.connect(postgres_server.url("postgres"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres_server.url(name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def test_a_second_run_applies_nothing(empty_url, folder):
    assert await migrate(empty_url, folder) == ["0001_shelf.sql", "0002_fill.sql"]
    assert await migrate(empty_url, folder) == []


async def test_two_runs_at_once_apply_each_file_once(empty_url, folder):
    applied = await asyncio.gather(*(migrate(empty_url, folder) for _ in range(4)))
    assert sorted(applied) == [[], [], [], ["0001_shelf.sql", "0002_fill.sql"]]


async def test_a_changed_file_is_refused_by_name(empty_url, folder):
    await migrate(empty_url, folder)
    (folder / "0002_fill.sql").write_text(SECOND + " ")
    with pytest.raises(MigrationRefused, match=r"0002_fill\.sql has changed"):
        await migrate(empty_url, folder)


async def test_a_broken_file_leaves_nothing_of_itself(empty_url, folder):
    broken = "-- post: breaks\nCREATE TABLE half (id int); SELECT 1 / 0;"
    (folder / "0003_break.sql").write_text(broken)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_url, folder)
    (folder / "0003_break.sql").write_text(broken.replace("/ 0", "/ 1"))
    assert await migrate(empty_url, folder) == ["0003_break.sql"]


@pytest.mark.parametrize(
    ("name", "text"), [("3_short.sql", FIRST), ("0003_silent.sql", "SELECT 1")]
)
async def test_a_file_says_its_number_and_when_it_runs(empty_url, folder, name, text):
    (folder / name).write_text(text)
    with pytest.raises(MigrationRefused, match=name):
        await migrate(empty_url, folder)


POST = "-- post: takes away what the version before still reads\nDROP TABLE shelf;"
LATER = "-- pre: of the version after\nCREATE TABLE box (id int);"


async def test_while_older_processes_run_nothing_is_applied_that_ends_them(
    empty_url, folder
):
    await migrate(empty_url, folder)
    (folder / "0003_more.sql").write_text(LATER.replace("box", "crate"))
    (folder / "0004_no_shelf.sql").write_text(POST)
    (folder / "0005_box.sql").write_text(LATER)
    assert await migrate(empty_url, folder, only_pre=True) == ["0003_more.sql"]
    assert await migrate(empty_url, folder, only_pre=True) == []
    left = ["0004_no_shelf.sql", "0005_box.sql"]
    assert await migrate(empty_url, folder) == left


async def test_an_empty_database_has_no_older_processes(empty_url, folder):
    (folder / "0003_no_shelf.sql").write_text(POST)
    assert len(await migrate(empty_url, folder, only_pre=True)) == 3
