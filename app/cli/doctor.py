"""`spom doctor`: what this machine has, what it lacks, and how to mend it."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import click
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.adapters.standing import NOT_SHOWN, standing_of
from app.cli.running import VAR

PACK = VAR / "models" / "faceplugin"
PATIENCE_S = 3
PORTS = (8080, 8081)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`state` is ok, warning or missing; `mend` says what to do."""

    name: str
    state: str
    mend: str = ""


@click.command()
def doctor() -> None:
    """Checks this machine; fails when it lacks something."""
    checks = list(examine())
    for check in checks:
        click.echo(
            f"{check.state:8} {check.name}{': ' if check.mend else ''}{check.mend}"
        )
    if any(check.state == "missing" for check in checks):
        sys.exit(1)


def examine() -> Iterator[Check]:
    yield _python()
    yield _node()
    yield _tool("npm", "install Node.js 20 or newer, which brings npm")
    yield _models()
    yield _recognition()
    yield asyncio.run(_database())
    yield _redis()
    for port in PORTS:
        yield _port(port)
    yield _browser()


def _python() -> Check:
    good = sys.version_info >= (3, 11)
    name = f"Python {sys.version.split()[0]}"
    return (
        Check(name=name, state="ok")
        if good
        else Check(name=name, state="missing", mend="install Python 3.11 or newer")
    )


def _node() -> Check:
    node = shutil.which("node")
    mend = "install Node.js 20 or newer"
    if node is None:
        return Check(name="Node.js", state="missing", mend=mend)
    asked = subprocess.run(
        [node, "--version"], capture_output=True, text=True, timeout=10, check=False
    )
    found = re.match(r"v(\d+)", asked.stdout)
    good = found is not None and int(found[1]) >= 20
    name = f"Node.js {asked.stdout.strip()}"
    if good:
        return Check(name=name, state="ok")
    return Check(name=name, state="missing", mend=mend)


def _tool(name: str, mend: str) -> Check:
    if shutil.which(name):
        return Check(name=name, state="ok")
    return Check(name=name, state="missing", mend=mend)


def _models() -> Check:
    command = [sys.executable, "-m", "media.faces.packs", "check", str(PACK)]
    asked = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    if asked.returncode == 0:
        return Check(name="face models", state="ok")
    return Check(name="face models", state="missing", mend=asked.stderr.strip())


def _recognition() -> Check:
    """A warning, not a fault: the house runs, on a threshold that is not proved."""
    it = standing_of(PACK)
    name = f"{it.pack or 'no pack'}, threshold {it.threshold:.3g} ({it.source})"
    if it.shown:
        return Check(name=name, state="ok")
    return Check(name=name, state="warning", mend=NOT_SHOWN)


async def _database() -> Check:
    url = os.environ.get("DATABASE_URL")  # noqa: TID251 (works without settings)
    if url is None:
        return Check(name="PostgreSQL: our own, `spom up` starts it", state="ok")
    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE_S)
        await connection.close()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        mend = f"DATABASE_URL leads to no database ({error})"
        return Check(name="PostgreSQL", state="missing", mend=mend)
    return Check(name="PostgreSQL", state="ok")


def _redis() -> Check:
    url = os.environ.get("REDIS_URL")  # noqa: TID251 (works without settings)
    if url is None:
        return Check(name="Valkey: our own, `spom up` starts it", state="ok")
    try:
        Redis.from_url(
            url, socket_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0)
        ).ping()
    except (OSError, ValueError, RedisError) as error:
        mend = f"REDIS_URL leads to no server ({error})"
        return Check(name="Redis", state="missing", mend=mend)
    return Check(name="Redis", state="ok")


def _port(port: int) -> Check:
    name = f"port {port}"
    if port_is_free("127.0.0.1", port):
        return Check(name=name, state="ok")
    return Check(
        name=name, state="warning", mend="taken (by `spom up` itself, if it runs)"
    )


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _browser() -> Check:
    for name in BROWSERS:
        if shutil.which(name):
            return Check(name=f"browser for tests ({name})", state="ok")
    return Check(
        name="browser for tests", state="warning", mend="`make test` will install one"
    )
