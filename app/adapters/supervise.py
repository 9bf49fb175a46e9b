"""Runs a Procfile's processes side by side and keeps them running.

Honcho and its kin end everything when one process dies; a student's hours should not
hang on that, so here a process that ends by itself is started again.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STOP_WITHIN_S = 8
AGAIN_AFTER_S = (0.2, 0.5, 1, 2, 5)
SETTLED_S = 20
LINE_MAX = 256 * 1024
_COLOURS = (36, 35, 33, 32, 34, 31)


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
    """Owns the processes until `stop`. Each runs in a process group of its own."""

    def __init__(self, processes: list[Process], environment: Mapping[str, str]):
        self._processes = processes
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._width = max(len(process.name) for process in processes)

    async def run(self) -> None:
        """Until `stop`; then waits for every process to end."""
        async with asyncio.TaskGroup() as group:
            for number, process in enumerate(self._processes):
                group.create_task(self._keep(process, _COLOURS[number % 6]))
            group.create_task(self._end_all())

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
            self._say(process, colour, f"ended ({code}); again in {wait_s} s")
            await self._wait(wait_s)

    async def _run_once(self, process: Process, colour: int) -> int:
        child = await asyncio.create_subprocess_exec(
            *process.command.split(),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            limit=LINE_MAX,
        )
        self._running[process.name] = child
        assert child.stdout is not None
        try:
            async for line in child.stdout:
                self._say(process, colour, line.decode(errors="replace").rstrip())
        except ValueError:
            self._say(process, colour, "a line too long to print")
        return await child.wait()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _end_all(self) -> None:
        await self._stopping.wait()
        children = [c for c in self._running.values() if c.returncode is None]
        for child in children:
            _signal(child, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                for child in children:
                    await child.wait()
        except TimeoutError:
            for child in children:
                _signal(child, signal.SIGKILL)

    def _say(self, process: Process, colour: int, text: str) -> None:
        name = process.name.ljust(self._width)
        if sys.stdout.isatty():
            name = f"\x1b[{colour}m{name}\x1b[0m"
        sys.stdout.write(f"{name} | {text}\n")
        sys.stdout.flush()


def _signal(child: asyncio.subprocess.Process, sign: signal.Signals) -> None:
    try:
        os.killpg(child.pid, sign)
    except ProcessLookupError:
        return
