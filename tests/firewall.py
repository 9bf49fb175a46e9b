"""A browser behind a firewall: a network namespace from which our pages can be asked
for, and of all else one address alone can be reached."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

OUTSIDE, INSIDE = "10.231.1.1", "10.231.1.2"
"""Both ends of the one cable."""
BEYOND = "10.231.2.1"
"""Ours, and out of reach from inside."""


class NoNamespaces(Exception):
    """This machine lets us make none; the message says what it said."""


class Firewall:
    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder

    @property
    def inside(self) -> list[str]:
        """What comes before a command to have it run inside."""
        return ["ip", "netns", "exec", self._name]

    def wrapped(self, program: str) -> str:
        """A program that does the same, inside."""
        path = self._folder / "inside"
        path.write_text(f'#!/bin/sh\nexec {" ".join(self.inside)} "{program}" "$@"\n')
        path.chmod(0o755)
        return str(path)

    @contextmanager
    def open_port(self, port: int):
        """TCP to this port of `localhost` inside comes out at ours."""
        path = self._folder / f"{port}.sock"
        forward = [sys.executable, "-m", "tests.forward"]
        ends = f"127.0.0.1:{port}", str(path)
        outer = subprocess.Popen([*forward, ends[1], ends[0]])
        inner = subprocess.Popen([*self.inside, *forward, *ends])
        try:
            yield
        finally:
            for process in (outer, inner):
                process.terminate()
                process.wait(5)

    @contextmanager
    def open_udp(self, port: int):
        """UDP to this port of BEYOND goes out, and to no other."""
        inside = f"ip -n {self._name}"
        rule = f"ipproto udp dport {port} table {port}"
        _run(f"{inside} route add {BEYOND} via {OUTSIDE} table {port}")
        _run(f"{inside} rule add {rule}")
        try:
            yield
        finally:
            _run(f"{inside} rule del {rule}")


@contextmanager
def firewall(folder: Path):
    """Raises NoNamespaces."""
    name = f"study{os.getpid()}"
    cable = f"s{os.getpid()}"
    commands = [
        f"ip netns add {name}",
        f"ip link add {cable} type veth peer name {cable}i netns {name}",
        f"ip addr add {OUTSIDE}/30 dev {cable}",
        f"ip link set {cable} up",
        f"ip addr add {BEYOND}/32 dev {cable}",
        f"ip -n {name} addr add {INSIDE}/30 dev {cable}i",
        f"ip -n {name} link set {cable}i up",
        f"ip -n {name} link set lo up",
    ]
    if not shutil.which("ip"):
        raise NoNamespaces("no iproute2")
    with ExitStack() as stack:
        stack.callback(_run, f"ip netns del {name}", check=False)
        stack.callback(_run, f"ip link del {cable}", check=False)
        for command in commands:
            _run(command)
        yield Firewall(name, folder)


def _run(command: str, *, check: bool = True) -> None:
    done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise NoNamespaces(f"{command}: {done.stderr.strip()}")
