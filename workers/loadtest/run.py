"""Runs a load test: starts the crews, takes what they tell, shows how it goes.

Crews are processes of their own, so that one core is not the limit, and so that a crew
that cannot keep up shows in its own figures.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np
import psutil
from pydantic import TypeAdapter

from workers.loadtest.cost import Costs, Reads, per_student_hour
from workers.loadtest.crew import Crew
from workers.loadtest.faces import seated_faces
from workers.loadtest.people import Person
from workers.loadtest.plan import Part
from workers.loadtest.tally import Tally

STARTING_S = 6.0
STOP_WITHIN_S = 25.0
METER_EVERY_S = 5.0
TOLD_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A load test. `people` has a student for every part of `plan`."""

    url: str
    module: str
    plan: list[Part]
    people: list[Person]
    proctors: list[Person]
    ramp_s: float
    duration_s: float
    crews: int
    pack: Path
    spread: bool
    meter: Reads | None


@dataclass(slots=True, kw_only=True)
class Measured:
    """What came of it. `costs`: (seconds from the beginning, what was spent by then);
    `window`: from the end of the ramp to the end, where costs are worked out."""

    tally: Tally
    seconds: float
    costs: list[tuple[float, Costs, int]] = field(default_factory=list)
    per_student_hour: dict[str, float] = field(default_factory=dict)
    mb_per_student: dict[str, float] = field(default_factory=dict)
    crews_per_student_hour: float = 0.0
    looks_per_student_hour: float = 0.0
    streaming_at_the_end: int = 0
    window: tuple[float, float] = (0.0, 0.0)


Show = Callable[[Tally, float], None]


async def run(wanted: Wanted, show: Show) -> Measured:
    """Until the time is over, or until cancelled: then with what there is."""
    began = monotonic() + STARTING_S
    tally = Tally(began)
    measured = Measured(tally=tally, seconds=0.0)
    with tempfile.TemporaryDirectory(prefix="spom-loadtest-") as folder:
        faces = Path(folder) / "faces.npz"
        np.savez(faces, **seated_faces(wanted.pack))  # type: ignore[arg-type]
        crews = [
            it for it in _crews(wanted, began, faces) if it.students or it.proctors
        ]
        async with _working(crews, tally) as processes:
            await _watch(wanted, measured, processes, show)
    return measured


def _crews(wanted: Wanted, began: float, faces: Path) -> list[Crew]:
    """Students in turn, so that every crew's load grows alike."""
    both = list(zip(wanted.plan, wanted.people, strict=True))
    return [
        Crew(
            url=wanted.url,
            module=wanted.module,
            began=began,
            faces=str(faces),
            students=both[number :: wanted.crews],
            proctors=wanted.proctors[number :: wanted.crews],
            spread=wanted.spread,
        )
        for number in range(wanted.crews)
    ]


@asynccontextmanager
async def _working(
    crews: list[Crew], tally: Tally
) -> AsyncIterator[list[psutil.Process]]:
    """While the block runs, so do the crews; then they take leave."""
    children = [await _start(crew) for crew in crews]
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for child in children:
            group.create_task(take_from(child, tally, over))
        try:
            yield [psutil.Process(child.pid) for child in children]
        finally:
            over.set()
            for child in children:
                with suppress(ProcessLookupError):
                    child.terminate()
            await asyncio.gather(*(_end(child) for child in children))


async def _start(crew: Crew) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers.loadtest.crew"), stdin=pipe, stdout=pipe
    )
    assert child.stdin is not None
    child.stdin.write(TypeAdapter(Crew).dump_json(crew) + b"\n")
    await child.stdin.drain()
    return child


async def take_from(
    child: asyncio.subprocess.Process, tally: Tally, over: asyncio.Event
) -> None:
    """All that a crew tells. One that ends before the test is `over` is an error, and
    its students stream no more."""
    assert child.stdout is not None
    streaming = 0
    async for line in child.stdout:
        event = json.loads(line)
        streaming += {"up": 1, "down": -1}.get(event["is"], 0)
        tally.take(event)
    if not over.is_set():
        tally.fail("crew_ended")
        tally.change(-streaming, monotonic())


async def _end(child: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


async def _watch(
    wanted: Wanted, measured: Measured, crews: list[psutil.Process], show: Show
) -> None:
    tally, marks = measured.tally, list[_Mark]()
    try:
        await _until_over(wanted, measured, crews, show, marks)
    except asyncio.CancelledError:  # by Ctrl-C: with what there is
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
    last = _Mark.take(await _read(wanted.meter), crews, tally)
    measured.seconds = max(0.0, last.at - tally.began)
    measured.streaming_at_the_end = last.streaming
    if marks:
        _work_out(measured, marks[0], last)


async def _read(meter: Reads | None) -> Costs:
    """Beside the loop: figures may come from far."""
    return await asyncio.to_thread(meter.read) if meter else {}


async def _until_over(
    wanted: Wanted,
    measured: Measured,
    crews: list[psutil.Process],
    show: Show,
    marks: list["_Mark"],
) -> None:
    """`marks` has one once all have come."""
    tally, meter = measured.tally, wanted.meter
    until = tally.began + wanted.duration_s
    full_at = tally.began + wanted.ramp_s
    read_at = 0.0
    while (now := monotonic()) < until:
        if meter and now - read_at >= METER_EVERY_S and now >= tally.began:
            read_at = now
            at = now - tally.began
            measured.costs.append((at, await _read(meter), tally.streaming))
        if not marks and now >= full_at:
            marks.append(_Mark.take(await _read(meter), crews, tally))
        show(tally, now)
        await asyncio.sleep(TOLD_EVERY_S)


@dataclass(frozen=True, slots=True)
class _Mark:
    at: float
    costs: Costs
    crews_s: float
    student_s: float
    streaming: int
    looks: int

    @classmethod
    def take(cls, costs: Costs, crews: list[psutil.Process], tally: Tally) -> "_Mark":
        spent = 0.0
        for process in crews:
            with suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system
        now = monotonic()
        looks = sum(tally.figures[it].n for it in ("look_s", "turn_s"))
        return cls(now, costs, spent, tally.student_s(now), tally.streaming, looks)


def _work_out(measured: Measured, first: _Mark, last: _Mark) -> None:
    student_s = last.student_s - first.student_s
    measured.window = first.at - measured.tally.began, last.at - measured.tally.began
    measured.per_student_hour = per_student_hour(first.costs, last.costs, student_s)
    if student_s > 0:
        spent = last.crews_s - first.crews_s
        measured.crews_per_student_hour = spent * 3600 / student_s
        looks = last.looks - first.looks
        measured.looks_per_student_hour = looks * 3600 / student_s
    measured.mb_per_student = _memory(measured, last)


def _memory(measured: Measured, last: _Mark) -> dict[str, float]:
    """From when a quarter had come: what a process takes for its first is no student's
    cost."""
    few = [it for it in measured.costs if it[2] >= last.streaming / 4]
    if not few or few[0][2] >= last.streaming:
        return {}
    _, before, streaming = few[0]
    return {
        kind: (spent.memory - before[kind].memory) / 1e6 / (last.streaming - streaming)
        for kind, spent in last.costs.items()
        if kind in before
    }
