"""The live hub to a thousand sockets, beside a bare broadcast of the same bytes.

One change to each in turn; the servers are processes of their own, so their CPU time
is theirs. The hub's holds what it does for its pages besides: it reads the state,
watches their log-ins, and waits 60 ms for changes that belong together.
"""

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path

from tests.bench.pages import (
    BROWSERS,
    SEATS,
    SLOTS_SHOWN,
    SOCKETS,
    Audience,
    allow_many_sockets,
    pages_of_a_broadcast,
    pages_of_the_hub,
)
from tests.bench.table import Line, say
from tests.booking_house import BookingHouse

ROUNDS, CHANGES, WARM = 6, 10, 3
PAUSE_S = 0.1
MOST_CPU, MOST_LATENCY = 4.5, 25.0


async def measure(database_url: str, redis_url: str, folder: Path) -> list[Line]:
    """On a migrated database of its own."""
    allow_many_sockets()
    town = BookingHouse(folder, database_url, redis_url)
    changes = ROUNDS * CHANGES + WARM
    dwellers, _ = await town.fill(BROWSERS + changes, SLOTS_SHOWN, SEATS)
    town.start("app")
    try:
        await asyncio.to_thread(town.wait_until_well)
        async with (
            pages_of_the_hub(town, dwellers) as ours,
            pages_of_a_broadcast(lambda: ours.pages[0].heard) as theirs,
        ):
            return await _beside(ours, theirs)
    finally:
        town.stop_all()


async def _beside(ours: Audience, theirs: Audience) -> list[Line]:
    await _hear(ours, theirs, WARM)
    cpu: tuple[list[float], list[float]] = [], []
    last: tuple[list[float], list[float]] = [], []
    for number in range(ROUNDS):
        before = ours.cpu_ms(), theirs.cpu_ms()
        waits = await _hear(ours, theirs, CHANGES)
        for side, audience in enumerate((ours, theirs)):
            cpu[side].append((audience.cpu_ms() - before[side]) / CHANGES)
            last[side].append(statistics.median(waits[side]))
        say(
            f"hub, round {number + 1}: {cpu[0][-1]:.1f} and {cpu[1][-1]:.1f} ms "
            f"of CPU, the last page after {last[0][-1]:.0f} and {last[1][-1]:.0f} ms"
        )
    return [
        _line("CPU of a change", *cpu, MOST_CPU),
        _line("From commit to the last page", *last, MOST_LATENCY),
    ]


async def _hear(
    ours: Audience, theirs: Audience, changes: int
) -> tuple[list[float], list[float]]:
    """When the last page heard of each change."""
    waits: tuple[list[float], list[float]] = [], []
    for _ in range(changes):
        for found, audience in zip(waits, (ours, theirs), strict=True):
            found.append(max(await audience.hear()))
        await asyncio.sleep(PAUSE_S)
    return waits


def _line(
    what: str, ours: Sequence[float], theirs: Sequence[float], most: float
) -> Line:
    return Line(
        what=f"{what}, live hub to {SOCKETS:,} pages",
        unit="ms",
        ours=ours,
        beside="a bare aiohttp broadcast",
        theirs=theirs,
        form=".1f",
        most=most,
    )
