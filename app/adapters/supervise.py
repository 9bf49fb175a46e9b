"""Runs a Procfile's processes side by side and keeps them running.

Honcho and its kin end everything when one process dies; a student's hours should not
hang on that, so here a process that ends by itself is started again.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.adapters.leftovers import Register

STOP_WITHIN_S = 8
AGAIN_AFTER_S = (0.2, 0.5, 1, 2, 5)
SETTLED_S = 20
LINE_MAX = 256 * 1024
_COLOURS = (36, 35, 33, 32, 34, 31)

Child = asyncio.subprocess.Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    name: str
    command: str


def read_procfile(path: Path) -> list[Process]:
    """`name: command` lines, as Heroku reads them."""
    lines = [line for line in path.read_text().splitlines() if ":" in line]
    pairs = [line.split(":", 1) for line in lines if not line.startswith("#")]
    return [Process(name=name.strip(), command=it.strip()) for name, it in pairs]


class Supervisor:
    """Owns the processes until `stop`. Each runs in a process group of its own, and is
    noted in the register for the case that we are killed first."""

    def __init__(
        self,
        processes: list[Process],
        environment: Mapping[str, str],
        register: Register,
    ):
        self._processes = processes
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._register = register
        self._stopping = asyncio.Event()
        self._width = max(len(process.name) for process in processes)

    async def run(self) -> None:
        """Until `stop`; then waits for every process to end."""
        async with asyncio.TaskGroup() as group:
            for number, process in enumerate(self._processes):
                group.create_task(self._keep(process, _COLOURS[number % 6]))

    def stop(self) -> None:
        self._stopping.set()

    async def _keep(self, process: Process, colour: int) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            started = loop.time()
            code = await self._run_once(process, colour)
            if self._stopping.is_set():
                return
            failures = 0 if loop.time() - started > SETTLED_S else failures + 1
            wait_s = AGAIN_AFTER_S[min(failures, len(AGAIN_AFTER_S) - 1)]
            self._say(
                process,
                colour,
                f"ended with code {code}; starting it again in {wait_s} s",
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait_s)

    async def _run_once(self, process: Process, colour: int) -> int:
        """Its exit code; ends it on `stop`, and at once if we are cancelled."""
        child = await asyncio.create_subprocess_exec(
            *process.command.split(),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            limit=LINE_MAX,
        )
        self._register.add(child.pid)
        try:
            async with asyncio.TaskGroup() as group:
                end = group.create_task(self._end_when_stopping(child))
                await self._copy_output(child, process, colour)
                code = await child.wait()
                end.cancel()
        finally:
            _signal(child, signal.SIGKILL)
        return code

    async def _end_when_stopping(self, child: Child) -> None:
        await self._stopping.wait()
        _signal(child, signal.SIGTERM)
        await asyncio.sleep(STOP_WITHIN_S)
        _signal(child, signal.SIGKILL)

    async def _copy_output(self, child: Child, process: Process, colour: int) -> None:
        assert child.stdout is not None
        while not child.stdout.at_eof():
            try:
                line = await child.stdout.readline()
            except ValueError:
                line = b"(a line too long to print)"
            if line:
                self._say(process, colour, line.decode(errors="replace").rstrip())

    def _say(self, process: Process, colour: int, text: str) -> None:
        name = process.name.ljust(self._width)
        if sys.stdout.isatty():
            name = f"\x1b[{colour}m{name}\x1b[0m"
        # The terminal may be gone already; the processes still end in order.
        with suppress(OSError):
            print(f"{name} | {text}", flush=True)  # noqa: T201


def _signal(child: Child, sign: signal.Signals) -> None:
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(child.pid, sign)
