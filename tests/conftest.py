"""Real servers for the tests that need them: one PostgreSQL and one Valkey a run."""

import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from app.adapters import db
from app.adapters.embedded import start_postgres, start_valkey
from app.adapters.migrations import migrate
from app.adapters.redis import connect as connect_redis
from tests.house import House
from tests.people import people_database

ROOT = Path(__file__).parents[1]
SHARED_FACES = ROOT.parent / "shared" / "faces"


@pytest.fixture(scope="session")
def service_folder():
    folder = Path(tempfile.mkdtemp(prefix="spom-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(service_folder):
    server = start_postgres(service_folder, durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def template_database(postgres_server):
    await migrate(postgres_server.url())
    return "spom"


async def _administer(server, command: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute(command)
    await connection.close()


@pytest.fixture(scope="session")
def content_folder(tmp_path_factory):
    """Pictures and videos of the sample course."""
    return tmp_path_factory.mktemp("content")


@pytest.fixture(scope="session")
async def peopled_database(postgres_server, template_database, content_folder):
    """A template with people and the sample course in it, made once."""
    await _administer(
        postgres_server, f"CREATE DATABASE peopled TEMPLATE {template_database}"
    )
    await people_database(postgres_server.url("peopled"), content_folder)
    return "peopled"


@pytest.fixture
async def database_url(request, postgres_server, template_database):
    """A fresh, migrated database; with the people in it where a test asks for them."""
    template = template_database
    if "accounts" in request.fixturenames:
        template = request.getfixturevalue("peopled_database")
    name = f"t{uuid4().hex}"
    await _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres_server.url(name)
    await _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def own_database(postgres_server, template_database):
    """Makes one more, migrated, for a house of its own; its URL."""

    async def make(name: str) -> str:
        name = f"{name}{uuid4().hex[:8]}"
        create = f"CREATE DATABASE {name} TEMPLATE {template_database}"
        await _administer(postgres_server, create)
        return postgres_server.url(name)

    return make


@pytest.fixture(scope="session")
async def standing_house(own_database, valkey_server, tmp_path_factory):
    """Every process, started once; `house` hands it out as if it were new."""
    redis_url = f"{valkey_server.url}?db=1"
    url = await own_database("house")
    started = House(tmp_path_factory.mktemp("house"), url, redis_url)
    try:
        started.start_all()
        yield started
    finally:
        started.stop_all()


@pytest.fixture
async def house(standing_house):
    await standing_house.reset()
    yield standing_house
    standing_house.start_missing()


@pytest.fixture
async def database(database_url):
    opened = await db.connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def valkey_server(service_folder):
    server = start_valkey(service_folder)
    yield server
    server.stop()


@pytest.fixture
async def redis_url(valkey_server):
    """An empty Valkey; the standing house has a database of its own beside it."""
    valkey_server.client().flushdb()
    return valkey_server.url


@pytest.fixture
async def redis(redis_url):
    client = connect_redis(redis_url)
    yield client
    await client.aclose()
