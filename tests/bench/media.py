"""What a stream costs that nobody looks at: our receiver, and aiortc's as it comes.

Each run has a process of its own for the receiver, so that memory and threads are its
alone, and one for the students, so that what they spend is not in it.
"""

import asyncio
import gc
import logging
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

import cv2
import psutil
import structlog
import uvloop

from tests.bench.receivers import Receiver, open_default, open_ours
from tests.bench.streams import Clip, burst, idle, students
from tests.bench.table import Line, say
from tests.media.studio import SHARED, until

ROUNDS = 3
SECONDS = 10
SETTLE_S = 3
"""Handshakes are over, and what is made at the first frame is made."""
LEAST_FRAMES = 0.8
"""Of those that were due; else the students were the ones who could not keep up."""
MB = 1 << 20
OPENED = {
    "ours": open_ours,
    "one port": partial(open_ours, SHARED),
    "default": open_default,
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one stream: CPU seconds an hour, MB and threads; and its frames a second."""

    cpu_s: float
    memory: float
    threads: float
    fps: float

    def __str__(self) -> str:
        each = f"{self.cpu_s:.1f} s an hour, {self.memory:.2f} MB"
        return f"{each}, {self.threads:.2f} threads, {self.fps:.1f} frames a second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    name: str
    clip: Clip
    streams: int
    most_cpu: float
    """Of the default's."""


def receive(side: str, streams: int, seconds: float, told: Connection) -> None:
    """A process: says where it listens, then what it spent."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    cv2.setNumThreads(1)

    async def run() -> None:
        async with OPENED[side]() as receiver:
            told.send((receiver.url, [receiver.ticket() for _ in range(streams)]))
            told.send(await _measured(receiver, streams, seconds))
            # Students may still be sending: they leave first, then we do.
            await asyncio.to_thread(told.recv)

    uvloop.run(run())  # As the media process does.


async def _measured(receiver: Receiver, streams: int, seconds: float) -> Spent:
    own = psutil.Process()
    gc.collect()
    memory, threads = own.memory_info().rss, own.num_threads()
    await until(lambda: receiver.flowing() == streams, within_s=60)
    await asyncio.sleep(SETTLE_S)
    frames, began, cpu = receiver.frames(), time.monotonic(), time.process_time()
    await asyncio.sleep(seconds)
    cpu, took = time.process_time() - cpu, time.monotonic() - began
    frames = receiver.frames() - frames
    gc.collect()
    return Spent(
        cpu_s=cpu / streams / took * 3600,
        memory=(own.memory_info().rss - memory) / streams / MB,
        threads=(own.num_threads() - threads) / streams,
        fps=frames / streams / took,
    )


def run(side: str, scene: Scene, seconds: float) -> Spent:
    how = multiprocessing.get_context("spawn")
    here, there = how.Pipe()
    arguments = side, scene.streams, seconds, there
    process = how.Process(target=receive, args=arguments, daemon=True)
    process.start()
    there.close()
    try:
        url, tickets = here.recv()
        with students(url, tickets, scene.clip):
            spent: Spent = here.recv()
        here.send("done")
        process.join(20)
    finally:
        process.terminate()
        process.join()
    if spent.fps < LEAST_FRAMES * scene.clip.fps:
        raise SystemExit(
            f"Only {spent.fps:.1f} frames a second of {scene.clip.fps} came ({side}): "
            "this machine is too busy to measure on."
        )
    return spent


def measure() -> list[Line]:
    looked_at = Scene(name="640 x 480, 15 fps", clip=burst(), streams=10, most_cpu=0.75)
    calm = Scene(name="320 x 240, 1 fps", clip=idle(), streams=40, most_cpu=0.85)
    return [*_lines_of(looked_at), *_lines_of(calm)]


def _lines_of(scene: Scene) -> list[Line]:
    found: dict[str, list[Spent]] = {side: [] for side in OPENED}
    for number in range(ROUNDS):
        for side, of_side in found.items():
            of_side.append(run(side, scene, SECONDS))
            say(f"{scene.name}, round {number + 1}, {side}: {of_side[-1]}")
    ours, shared, default = found.values()
    return [*lines_of(scene, ours, default), line_of_port(scene, shared, ours)]


def line_of_port(scene: Scene, shared: Sequence[Spent], own: Sequence[Spent]) -> Line:
    return Line(
        what=f"CPU of a stream that shares one port, {scene.name}",
        unit="s an hour",
        ours=[it.cpu_s for it in shared],
        beside="ours with a port of its own",
        theirs=[it.cpu_s for it in own],
        form=".1f",
        most=1.5,
    )


def lines_of(
    scene: Scene, ours: Sequence[Spent], theirs: Sequence[Spent]
) -> list[Line]:
    def line(what: str, unit: str, name: str, most: float, form: str) -> Line:
        return Line(
            what=f"{what} of a stream, {scene.name}",
            unit=unit,
            ours=[getattr(it, name) for it in ours],
            beside="aiortc's receiver as it comes",
            theirs=[getattr(it, name) for it in theirs],
            form=form,
            most=most,
        )

    return [
        line("CPU", "s an hour", "cpu_s", scene.most_cpu, ".1f"),
        line("Memory", "MB", "memory", 0.75, ".2f"),
        line("Threads", "", "threads", 0.5, ".2f"),
    ]
