"""Ends what an earlier `spom up` left running because it was killed itself."""

import json
import os
import signal
from pathlib import Path

import psutil

PATIENCE_S = 5


class Register:
    """A file of the processes we started. A number alone proves nothing after a
    reboot; with the moment it was started it does."""

    def __init__(self, path: Path):
        self._path = path

    def add(self, pid: int) -> None:
        try:
            row = {"pid": pid, "born": psutil.Process(pid).create_time()}
        except psutil.NoSuchProcess:
            return
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def end_all(self) -> int:
        """Ends those that still live, with their process groups; how many."""
        living = self._living()
        for process in living:
            _kill_group(process.pid)
        psutil.wait_procs(living, timeout=PATIENCE_S)
        self._path.unlink(missing_ok=True)
        return len(living)

    def _living(self) -> list[psutil.Process]:
        if not self._path.exists():
            return []
        living = []
        for line in self._path.read_text().splitlines():
            row = json.loads(line)
            try:
                process = psutil.Process(row["pid"])
                if abs(process.create_time() - row["born"]) < 0.1:
                    living.append(process)
            except psutil.NoSuchProcess:
                continue
        return living


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
