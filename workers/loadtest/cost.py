"""What the server's processes spend: CPU seconds and memory, by kind of process.

Of a house on this machine, PostgreSQL and Valkey included. Its processes are known by
their command lines and by the database and Redis that they were given.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import psutil

KINDS = {
    "app": r"(spom|app) app$",
    "media": r"-m media$",
    "matcher": r"-m workers .*face_matcher",
    "workers": r"-m workers ",
}
"""Of ours: by the end of the command line, the first that fits."""
SERVERS = {"postgresql": r"/postgres ", "valkey": r"(valkey|redis)-server "}


@dataclass(frozen=True, slots=True)
class Spent:
    """`cpu_s` since the processes began, `memory` in bytes, `threads`."""

    cpu_s: float
    memory: int
    threads: int


Costs = Mapping[str, Spent]


class Reads(Protocol):
    """What the kinds of processes have spent up to now. May block for seconds."""

    def read(self) -> Costs: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Which one to look at."""

    database_url: str
    redis_url: str

    def kind_of(self, process: psutil.Process) -> str | None:
        """None: nothing of this house. Raises psutil.Error."""
        command = " ".join(process.cmdline())
        if "workers.loadtest" in command:
            return None
        for kind, way in KINDS.items():
            if re.search(way, command):
                ours = process.environ().get("DATABASE_URL", self.database_url)
                return kind if ours == self.database_url else None
        for kind, way in SERVERS.items():
            if re.search(way, command) and self._place_of(kind) in command:
                return kind
        return None

    def _place_of(self, kind: str) -> str:
        """The folder or file of its socket; "" where it listens on a port."""
        if kind == "valkey":
            parts = urlsplit(self.redis_url)
            return parts.path if parts.scheme == "unix" else ""
        return parse_qs(urlsplit(self.database_url).query).get("host", [""])[0]

    def processes(self) -> dict[str, list[psutil.Process]]:
        """By kind; those of a server with all its children."""
        found: defaultdict[str, list[psutil.Process]] = defaultdict(list)
        for process in psutil.process_iter():
            try:
                kind = self.kind_of(process)
                if kind is None:
                    continue
                found[kind].append(process)
                if kind in SERVERS:
                    found[kind] += process.children(recursive=True)
            except psutil.Error:
                continue
        return dict(found)


@dataclass(slots=True)
class Meter:
    """A process that ended counts with what it had spent when last read."""

    house: House
    _last: dict[str, dict[int, float]] = field(default_factory=dict)

    def read(self) -> dict[str, Spent]:
        found = self.house.processes()
        return {kind: self._of(kind, found[kind]) for kind in sorted(found)}

    def _of(self, kind: str, processes: list[psutil.Process]) -> Spent:
        memory = threads = 0
        last = self._last.setdefault(kind, {})
        for process in processes:
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    last[process.pid] = times.user + times.system
                    memory += memory_of(process, shares=kind in SERVERS)
                    threads += process.num_threads()
            except psutil.Error:
                continue
        return Spent(sum(last.values()), memory, threads)


def memory_of(process: psutil.Process, *, shares: bool) -> int:
    """Bytes. What processes of a server share is split among them (PSS), where we may
    ask: each of PostgreSQL's has its buffers in view, and all together have them once.
    """
    if shares:
        with suppress(psutil.AccessDenied, AttributeError):
            return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)


def per_student_hour(before: Costs, after: Costs, student_s: float) -> dict[str, float]:
    """CPU seconds an hour of one streaming student, by kind, and `all`."""
    if student_s <= 0:
        return {}
    spent = {
        kind: (after[kind].cpu_s - before[kind].cpu_s) * 3600 / student_s
        for kind in after
        if kind in before
    }
    return {**spent, "all": sum(spent.values())}
