"""A house is taken away and put back from its copies, as docs/operations.md says."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from app.adapters import db
from app.adapters.audit import Trail
from app.adapters.audit.anchors import anchor_now
from app.adapters.clock import AnchoredClock
from app.adapters.embedded import Postgres, start_postgres
from app.adapters.envelopes import Envelopes, Purpose
from app.adapters.files import Files
from app.adapters.key_ring import KeyAway, KeyRing
from app.adapters.objects import Objects
from app.adapters.sealing import Sealer
from app.kernel.ids import AccountId

ROOT = Path(__file__).parents[2]
SECRET = "s" * 40
TEMPLATE, PICTURE = b"a template" * 200, b"a picture" * 4000
OBJECT = "evidence/aa/0001.bin"
CONTEXT = "kept:1"


@dataclass
class Place:
    """A house's things: the database, and what lies beside it."""

    url: str
    redis_url: str
    folder: Path
    secret: str = SECRET

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "REDIS_URL": self.redis_url,
            "SPOM_SECRET": self.secret,
            "SPOM_DEVELOPMENT": "true",
            "SPOM_CONTENT": str(self.folder / "content"),
            "SPOM_EVIDENCE": str(self.folder / "evidence"),
            "SPOM_KEYS": str(self.folder / "keys.json"),
            "SPOM_ANCHORS": str(self.folder / "anchors.jsonl"),
            "SPOM_PACK": str(ROOT / "var" / "models" / "faceplugin"),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def spom(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("app", *arguments)

    def audit(self) -> subprocess.CompletedProcess[str]:
        return self.spom(
            "audit", "verify", "--anchors", str(self.folder / "anchors.jsonl")
        )

    @property
    def envelopes(self) -> Envelopes:
        return Envelopes(KeyRing(self.secret, self.folder / "keys.json"))


def well(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def new_server():
    folder = Path(tempfile.mkdtemp(prefix="spom-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    server = start_postgres(folder, durable=False)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def old(postgres_server, redis_url, tmp_path):
    """Demo people, courses, banks, seats and hours; keys, evidence, anchors."""
    connection = await asyncpg.connect(postgres_server.url("postgres"))
    await connection.execute("CREATE DATABASE taken_away TEMPLATE template0")
    place = Place(postgres_server.url("taken_away"), redis_url, tmp_path / "old")
    well(place.spom("migrate"))
    well(place.spom("keys", "add"))
    well(place.spom("keys", "rotate"))
    well(place.run("workers.demo"))
    await seal_things(place)
    yield place
    await connection.execute("DROP DATABASE IF EXISTS taken_away WITH (FORCE)")
    await connection.close()


async def seal_things(place: Place) -> None:
    database, clock = await db.connect(place.url, size=1), AnchoredClock()
    async with database.transaction() as tx:
        await clock.anchor(tx)
        asha = await account(tx)
        sealed = [
            await place.envelopes.seal(tx, asha, purpose, plain, context=CONTEXT)
            for purpose, plain in (
                (Purpose.TEMPLATE, TEMPLATE),
                (Purpose.EVIDENCE, PICTURE),
            )
        ]
    (place.folder / "template.sealed").write_bytes(sealed[0])
    objects = Objects(place.environment["SPOM_EVIDENCE"])
    await objects.put(OBJECT, sealed[1])
    anchors = Path(place.environment["SPOM_ANCHORS"])
    assert await anchor_now(database, Trail(Sealer(SECRET)), anchors, clock)
    await database.close()


async def account(tx) -> AccountId:
    return AccountId(
        await tx.fetchval("SELECT account_id FROM account WHERE srn = 'ASHA001'")
    )


async def opened(place: Place) -> tuple[bytes, bytes]:
    """Raises KeyAway, or Unreadable."""
    database = await db.connect(place.url, size=1)
    objects = Objects(place.environment["SPOM_EVIDENCE"])
    try:
        async with database.connection() as tx:
            asha, open_ = await account(tx), place.envelopes.open
            template = (place.folder / "template.sealed").read_bytes()
            picture = await objects.get(OBJECT)
            return (
                await open_(tx, asha, Purpose.TEMPLATE, template, context=CONTEXT),
                await open_(tx, asha, Purpose.EVIDENCE, picture, context=CONTEXT),
            )
    finally:
        await database.close()


async def everything(url: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and what they say."""
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
    )
    found = {}
    for (name,) in tables:
        row = await connection.fetchrow(
            f"SELECT count(*), coalesce(md5(string_agg(it::text, '|'"
            f" ORDER BY it::text)), '') FROM \"{name}\" it"
        )
        found[name] = (row[0], row[1])
    await connection.close()
    return found


async def content(place: Place) -> int:
    """How many files of modules are named; each is there, and the one it was."""
    connection = await asyncpg.connect(place.url)
    names = [it[0] for it in await connection.fetch("SELECT sha256 FROM content_file")]
    await connection.close()
    files = Files(place.folder / "content")
    for name in names:
        assert sha256(files.path_of(name).read_bytes()).digest() == name
    return len(names)


def restore(server: Postgres, dump: Path, url: str) -> None:
    options = ["--exit-on-error", "--single-transaction", "--no-owner"]
    postgres(server, "pg_restore", *options, f"--dbname={url}", str(dump))


def postgres(server: Postgres, tool: str, *arguments: str) -> None:
    """By the operator, who need not be the server's own user."""
    subprocess.run(
        [str(server.binaries / "bin" / tool), *arguments], check=True, timeout=120
    )


@pytest.fixture
async def restored(old, postgres_server, new_server, tmp_path):
    """Old and new: the old one's database and folder are gone."""
    before = await everything(old.url)
    files = await content(old)
    dump = tmp_path / "study.dump"
    options = ["--format=custom", "--no-owner", f"--file={dump}"]
    postgres(postgres_server, "pg_dump", *options, old.url)
    connection = await asyncpg.connect(postgres_server.url("postgres"))
    await connection.execute("DROP DATABASE taken_away WITH (FORCE)")
    await connection.close()
    place = Place(new_server.url(), old.redis_url, tmp_path / "new")
    restore(new_server, dump, place.url)
    old.folder.rename(place.folder)
    assert await everything(place.url) == before
    assert sum(count for count, _ in before.values()) > 200  # the control
    assert await content(place) == files > 0
    return place


async def test_a_house_put_back_on_another_server_is_whole(restored):
    assert "nothing, it is up to date" in well(restored.spom("migrate"))
    assert "the trail is whole" in well(restored.audit())
    verified = well(restored.spom("ledger", "verify"))
    assert "every second is accounted for" in verified
    assert "NOT HERE" not in well(restored.spom("keys", "list"))
    assert await opened(restored) == (TEMPLATE, PICTURE)
    # And it goes on: the same demo again changes nothing and refuses nothing.
    well(restored.run("workers.demo"))
    assert "the trail is whole" in well(restored.audit())
    await cut_the_trail(restored)
    await lose_the_key(restored)
    another_secret(restored)


async def cut_the_trail(place: Place) -> None:
    """A dump of before the last act, told by the anchor of after it."""
    connection = await asyncpg.connect(place.url)
    await connection.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
    await connection.execute(
        "DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)"
    )
    await connection.close()
    cut = place.audit()
    assert cut.returncode == 1
    assert "cut off" in cut.stderr or "missing" in cut.stderr


async def lose_the_key(place: Place) -> None:
    keys = place.folder / "keys.json"
    kept = keys.rename(place.folder / "kept.json")
    well(place.spom("keys", "add", "--id", "another"))
    with pytest.raises(KeyAway):
        await opened(place)
    listed = place.spom("keys", "list")
    assert listed.returncode == 1
    assert "NOT HERE" in listed.stdout
    kept.replace(keys)
    assert await opened(place) == (TEMPLATE, PICTURE)


def another_secret(place: Place) -> None:
    place.secret = "t" * 40
    assert place.audit().returncode == 1
