"""A media node in a process of its own, whose memory can be measured from outside.

`python -m tests.media.node_alone '{"check_size": false}'` takes the limits; it prints
the WHIP endpoint, and then answers each line of its input, `watch SITTING`,
`look SITTING` or `tell SITTING`, with one line of JSON.
"""

import asyncio
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import UUID

import psutil
import structlog

from app.kernel.ids import SittingId
from media.seam.limits import Limits
from tests.media.studio import Studio, open_studio


class Alone:
    """The test's end of such a process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.url = url
        self._process = process
        self._memory = psutil.Process(process.pid)

    @property
    def memory_mb(self) -> float:
        return self._memory.memory_info().rss / 1e6

    async def ask(self, word: str, sitting: SittingId):
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word} {sitting}\n".encode())
        async with asyncio.timeout(20):
            return json.loads(await self._process.stdout.readline())


class Running:
    """`async with Running(limits as JSON) as alone`."""

    def __init__(self, **limits: object) -> None:
        self._limits = limits

    async def __aenter__(self) -> Alone:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.media.node_alone",
            json.dumps(self._limits),
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            url = await self._process.stdout.readline()
        return Alone(self._process, url.decode().strip())

    async def __aexit__(self, *_: object) -> None:
        self._process.kill()
        await self._process.communicate()


@dataclass
class Node:
    studio: Studio
    taps: ExitStack
    arrived: dict[SittingId, set[int]] = field(default_factory=dict)

    async def answer(self, word: str, sitting: SittingId) -> object:
        peer = self.studio.ingest.peer_of(sitting, 1)
        if peer is None:
            return None
        if word == "watch":
            taken = self.arrived[sitting] = set()
            tap = peer.packets_tapped(lambda it: taken.add(it.sequence_number))
            self.taps.enter_context(tap)
        elif word == "look":
            return len(await self.studio.capturer.capture(peer))
        return {
            "frames": peer.frames,
            "dropped": peer.dropped,
            "sources": len(peer._link.dtls._rtp_router.ssrc_table),
            "arrived": sorted(self.arrived.get(sitting, ())),
        }


async def main() -> None:
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer
    )
    limits = Limits(**json.loads(sys.argv[1]))
    async with open_studio(limits=limits) as studio:
        with ExitStack() as taps:
            node = Node(studio, taps)
            sys.stdout.write(studio.url + "\n")
            sys.stdout.flush()
            while line := await lines.readline():
                word, sitting = line.decode().split()
                told = await node.answer(word, SittingId(UUID(sitting)))
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main())
