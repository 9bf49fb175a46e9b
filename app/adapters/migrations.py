"""Applies app/migrations/NNNN_name.sql in order, each in one transaction, once.

Its first comment says `pre` (may run before the new code is deployed) or `post`.
A file that was applied never changes; write a new one.
"""

import hashlib
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import asyncpg

from app.adapters.db import Tx

FOLDER = Path(__file__).parents[1] / "migrations"
LOCK_PATIENCE_S = 60
_LOCK = 7_305_118
_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")
_WHEN = re.compile(r"-- (pre|post):")


class MigrationRefused(Exception):
    """The message says which file is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def is_pre(self) -> bool:
        return self.sql.startswith("-- pre:")


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    """In order of number. Raises MigrationRefused for a wrong name or no pre/post."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        migration = Migration(name=path.name, sql=path.read_text())
        if not _NAME.fullmatch(path.name) or not _WHEN.match(migration.sql):
            raise MigrationRefused(
                f"{path.name}: name it NNNN_name.sql and begin it with '-- pre:' or "
                "'-- post:' and what it does."
            )
        found.append(migration)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Names of files: not applied yet, and not as they were when they were applied."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]


async def read_lag(connection: Tx, folder: Path = FOLDER) -> Lag:
    """How far the database is behind the files; changes nothing."""
    migrations = read_migrations(folder)
    done: dict[str, str] = {}
    if await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL"):
        rows = await connection.fetch("SELECT name, checksum FROM migration")
        done = {row["name"]: row["checksum"] for row in rows}
    return Lag(
        missing=tuple(it.name for it in migrations if it.name not in done),
        changed=tuple(
            it.name
            for it in migrations
            if done.get(it.name, it.checksum) != it.checksum
        ),
    )


async def migrate(
    url: str, folder: Path = FOLDER, *, only_pre: bool = False
) -> list[str]:
    """Applies what is missing; the names applied. Two at once wait for each other.

    `only_pre`: while older processes run, it goes no further than they can live with;
    an empty database, which has none, gets everything.

    Raises MigrationRefused, or asyncpg's error with nothing of that file applied.
    """
    migrations = read_migrations(folder)
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(f"SET lock_timeout = '{LOCK_PATIENCE_S}s'")
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute(
            """CREATE TABLE IF NOT EXISTS migration (
                   name text PRIMARY KEY, checksum text NOT NULL,
                   applied_at timestamptz NOT NULL DEFAULT now())"""
        )
        rows = await connection.fetch("SELECT name, checksum FROM migration")
        done = {row["name"]: row["checksum"] for row in rows}
        missing = _missing(migrations, done)
        if only_pre and done:
            missing = list(takewhile(lambda it: it.is_pre, missing))
        for migration in missing:
            await _apply(connection, migration)
    finally:
        await connection.close()
    return [migration.name for migration in missing]


def _missing(migrations: list[Migration], done: dict[str, str]) -> list[Migration]:
    for migration in migrations:
        if done.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationRefused(
                f"{migration.name} has changed since it was applied. Put it back as "
                "it was and write a new migration."
            )
    return [migration for migration in migrations if migration.name not in done]


async def _apply(
    connection: "asyncpg.Connection[asyncpg.Record]", migration: Migration
) -> None:
    async with connection.transaction():
        await connection.execute(migration.sql, timeout=300)
        await connection.execute(
            "INSERT INTO migration (name, checksum) VALUES ($1, $2)",
            migration.name,
            migration.checksum,
        )
