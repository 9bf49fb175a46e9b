"""What strangers at its port cost a stream: `make bench-flood` (a minute and a half).

A student streams at 15 frames a second; beside it a process sends datagrams to the
student's port as fast as it is told, of junk and of checks that name nobody. Side by
side: a port of its own, and one that all streams of the node share. Prints which of the
student's packets were lost and the share of a core that the node spent, the student's
own sending included.
"""

import asyncio
import logging
import multiprocessing
import socket
import sys
import time
from contextlib import suppress

import structlog
import uvloop

from media.seam.place import Place
from tests.bench.table import say
from tests.media.attacks import Beside, address_of
from tests.media.studio import BOTH, open_studio

SECONDS, SETTLE_S = 4.0, 0.5
RATES = (10_000, 120_000)
JUNK = b"\x80" + bytes(199)
ATTRIBUTES = b"\x80\x22\x00\x00" * 360
CHECK = (
    b"\x00\x01"
    + len(ATTRIBUTES).to_bytes(2, "big")
    + b"\x21\x12\xa4\x42"
    + bytes(12)
    + ATTRIBUTES
)
"""As long as a datagram may be, and no user name among its attributes."""


def flood(address: tuple[str, int], datagram: bytes, rate: int) -> None:
    """A process: so many a second, if it can."""
    began, sent = time.monotonic(), 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        while (gone := time.monotonic() - began) < SECONDS:
            if sent >= gone * rate:
                time.sleep(0.0005)
                continue
            for _ in range(10):
                with suppress(BlockingIOError):
                    stranger.sendto(datagram, address)
            sent += 10


async def measure(place: Place, datagram: bytes, rate: int) -> str:
    async with open_studio(place=place) as studio:
        honest = Beside(studio)
        await honest.__aenter__()
        arguments = address_of(honest.peer), datagram, rate
        how = multiprocessing.get_context("spawn")
        process = how.Process(target=flood, args=arguments, daemon=True)
        process.start()
        await asyncio.sleep(SETTLE_S)
        honest.sent.clear()
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.sleep(SECONDS - 2 * SETTLE_S)
        share = (time.process_time() - cpu) / (time.monotonic() - began)
        await asyncio.to_thread(process.join)
        honest.client.sender.replaceTrack(None)
        await asyncio.sleep(SETTLE_S)
        lost = len(honest.sent - honest.arrived)
        honest._taps.close()
        await honest.client.stop()
        return f"{lost} of {len(honest.sent)} lost, {share:4.2f} of a core"


async def main() -> None:
    for kind, datagram in (("junk", JUNK), ("checks", CHECK)):
        for rate in RATES:
            for place, name in zip(BOTH["argvalues"], BOTH["ids"], strict=True):
                found = await measure(place, datagram, rate)
                say(f"{rate:7} {kind:6} a second, {name:6} port: {found}")


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    sys.exit(uvloop.run(main()))
