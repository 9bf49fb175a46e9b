"""All four, one after another, as one table: `make bench` (about five minutes)."""

import logging
import sys
import tempfile
from pathlib import Path

import asyncpg
import structlog
import uvloop

from app.adapters.embedded import Postgres, start_postgres, start_valkey
from app.adapters.migrations import migrate
from app.adapters.redis import connect
from tests.bench import engine, hub, ledger, media
from tests.bench.table import Line, say, table


def main() -> int:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    lines = [*media.measure(), *engine.measure()]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server, valkey = start_postgres(folder, durable=False), start_valkey(folder)
        try:
            lines += uvloop.run(with_servers(server, valkey.url, folder))
        finally:
            server.stop()
            valkey.stop()
    sys.stdout.write(f"{table(lines)}\n")
    beyond = [it for it in lines if not it.is_well]
    for it in beyond:
        say(f"Fails {it.bound}: {it.what}, beside {it.beside}")
    return int(bool(beyond))


async def with_servers(server: Postgres, redis_url: str, folder: Path) -> list[Line]:
    connection = await asyncpg.connect(server.url("postgres"))
    for name in ("hub", "ledger"):
        await connection.execute(f"CREATE DATABASE {name}")
        await migrate(server.url(name))
    await connection.close()
    redis = connect(redis_url)
    lines = await hub.measure(server.url("hub"), redis_url, folder)
    lines += await ledger.measure(server.url("ledger"), redis)
    await redis.aclose()
    return lines


if __name__ == "__main__":
    sys.exit(main())
