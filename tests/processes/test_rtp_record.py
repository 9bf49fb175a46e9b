"""Counted time against an independent record: when RTP really left for the server.

The record is made in the sending process, from the packets themselves; the server knows
nothing of it. `pytest -s` prints how far the ledger is off.
"""

import asyncio
import time
from dataclasses import dataclass, field

import asyncpg

from tests.processes.test_whip_client import Student, student
from workers.loadtest.cameras import EncodedCamera, encode_clip, read_clip
from workers.loadtest.whip import WhipClient

__all__ = ["student"]
LAPSE_S = 5
"""Of the tests' house: a longer silence ends a stretch, a shorter one does not."""
OFF_MOST_S = 0.2
"""For two starts and ends and a short silence. An hour with as many is this far off:
what lies between two edges is counted by the clock, however long it is."""


@dataclass
class Record:
    """Wall-clock times of RTP packets as they were sent."""

    times: list[float] = field(default_factory=list)
    silent: bool = False

    def listen_to(self, client: WhipClient) -> None:
        transport = client.sender.transport
        send = transport._send_rtp

        async def noted(data: bytes) -> None:
            if self.silent:
                return
            is_rtcp = 192 <= data[1] <= 223
            if not is_rtcp:
                self.times.append(time.time())
            await send(data)

        transport._send_rtp = noted

    def runs(self) -> list[tuple[float, float]]:
        """Unbroken pieces: packets no further apart than the lapse."""
        found: list[list[float]] = []
        for at in self.times:
            if not found or at - found[-1][1] > LAPSE_S:
                found.append([at, at])
            found[-1][1] = at
        return [(start, end) for start, end in found]


class Page:
    """The socket of a page that is open, visible and used, as a browser keeps it."""

    def __init__(self, student: Student, opened: dict[str, object]) -> None:
        self._student, self._opened = student, opened

    async def keep(self) -> None:
        socket = await self._student.http.ws_connect(f"{self._student.url}/live")
        said = {name: self._opened[name] for name in ("sitting", "epoch")}
        await socket.send_json({"type": "streaming", **said})
        try:
            while True:
                await socket.send_json({"type": "presence", **said, "visible": True})
                await asyncio.sleep(1)
        finally:
            await socket.close()


async def rows(house, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(house.database_url)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def test_the_ledger_agrees_with_an_independent_record_of_rtp(
    house, student, clips
):
    opened = await student.open("ASHA001")
    camera = EncodedCamera(encode_clip(read_clip(clips(("asha", 4, 1)))[:60]))
    client, record = WhipClient(opened["whip"], opened["ticket"], camera), Record()
    record.listen_to(client)
    await client.start()
    page = asyncio.ensure_future(Page(student, opened).keep())
    try:
        for studies_s, silent_s in ((4.3, 2.1), (3.2, 6.4), (4.7, 0)):
            await house.until("SELECT state FROM sitting", "running")
            await asyncio.sleep(studies_s)
            record.silent = True
            await asyncio.sleep(silent_s)
            record.silent = False
        record.silent = True
        await house.until("SELECT state FROM sitting", "paused")
    finally:
        page.cancel()
        await client.stop()
    counted = await house.value(
        "SELECT sum(extract(epoch FROM ended_at - started_at))::float8 FROM stretch"
    )
    starts = await rows(
        house,
        """SELECT extract(epoch FROM judged_at)::float8 AS at FROM look
           WHERE verdict = 'match' ORDER BY judged_at""",
    )
    expected = 0.0
    for began, ended in record.runs():
        running_from = next(row["at"] for row in starts if row["at"] > began)
        expected += ended - running_from
    off = counted - expected
    hour = f"{off:+.3f} s over {len(record.runs())} runs of {expected:.1f} s in all"
    print(f"ledger against RTP: {hour}")  # noqa: T201
    assert len(record.runs()) == 2
    assert expected > 10
    assert abs(off) <= OFF_MOST_S, hour
