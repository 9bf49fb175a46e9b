"""A TURN server for tests: coturn, as docs/operations.md has it, on this machine."""

import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.house import free_port

SECRET = "a secret that the house and its TURN server share"
RELAYED = range(49_500, 49_700)


@dataclass(frozen=True)
class Coturn:
    address: str
    port: int

    @property
    def url(self) -> str:
        return f"turn:{self.address}:{self.port}?transport=udp"


@contextmanager
def coturn(folder: Path, address: str = "127.0.0.1", relay: str = "127.0.0.1"):
    """Takes clients at `address`, and sends on from `relay`."""
    port = free_port()
    log = folder / "coturn.log"
    command = [
        *("turnserver", "-n", "--use-auth-secret", "--realm=study"),
        f"--static-auth-secret={SECRET}",
        *(f"--listening-ip={address}", f"--listening-port={port}"),
        *(f"--relay-ip={relay}", "--allow-loopback-peers"),
        *(f"--min-port={RELAYED[0]}", f"--max-port={RELAYED[-1]}"),
        *("--no-tls", "--no-dtls", "--no-cli", "--no-tcp-relay"),
        *("--no-multicast-peers", "--simple-log", f"--log-file={log}"),
        *(f"--pidfile={folder / 'coturn.pid'}", f"--userdb={folder / 'turndb'}"),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(address, port, log)
        yield Coturn(address, port)
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection((address, port), 1).close()
        except OSError:
            said = log.read_text() if log.exists() else ""
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
