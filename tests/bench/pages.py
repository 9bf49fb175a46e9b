"""A thousand open pages, and how long news takes to them: through the live hub, and by
a bare broadcast of the same bytes."""

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import psutil

from app.adapters.bell import Bell
from app.booking.domain.words import Wish
from app.booking.service.desk import BookingDesk
from app.booking.service.seats import Seats
from app.kernel.ids import AccountId, ModuleCode, SlotId
from tests.booking_house import MODULE, MONTH, BookingHouse, Dweller
from tests.house import ROOT, answers, free_port
from workers.house import open_house

SOCKETS, BROWSERS = 1_000, 20
SLOTS_SHOWN, SEATS = 24, 400
"""Slots of the month that the pages watch, and seats of each."""


class TimedBell:
    """Notes when a change was committed: that is when it rings."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self.rung_at = 0.0

    async def ring(self, topics: Iterable[str]) -> None:
        self.rung_at = time.monotonic()
        await self._bell.ring(topics)


class Page:
    """An open socket, and the last it heard."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.heard = ""

    async def hear(self, news: str) -> float:
        """When it came; what is older than the news is passed over."""
        while news not in (text := await self._socket.receive_str(timeout=20)):
            pass
        self.heard = text
        return time.monotonic()


@dataclass(slots=True, kw_only=True)
class Audience:
    """Pages, and what makes them hear `news`; `cause` says when it did."""

    pages: list[Page]
    process: psutil.Process
    """The server's."""
    cause: Callable[[str], Awaitable[float]]
    news: Callable[[], str]

    async def hear(self) -> list[float]:
        """Milliseconds from the cause to each page."""
        news = self.news()
        async with asyncio.TaskGroup() as group:
            heard = [group.create_task(page.hear(news)) for page in self.pages]
            await asyncio.sleep(0.05)
            at = await self.cause(news)
        return [(it.result() - at) * 1_000 for it in heard]

    def cpu_ms(self) -> float:
        times = self.process.cpu_times()
        return (times.user + times.system) * 1_000


def allow_many_sockets() -> None:
    """Many systems let a process open a thousand files, unless it asks for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@asynccontextmanager
async def pages_of_the_hub(
    town: BookingHouse, dwellers: list[Dweller]
) -> AsyncIterator[Audience]:
    """The month of a centre, watched in `town`'s app; each change is a held seat."""
    async with open_house(town.settings) as house:
        booking = house.booking.desk
        bell = TimedBell(booking.bell)
        desk = BookingDesk(
            house=booking.house,
            bell=bell,  # type: ignore[arg-type]
            policy=booking.policy,
            fitness=booking.fitness,
            portals=booking.portals,
        )
        seats = Seats(desk)
        async with booking.db.connection() as tx:
            row = await tx.fetchrow("SELECT slot_id, centre_id FROM slot LIMIT 1")
        slot, topic = SlotId(row["slot_id"]), f"slots:{row['centre_id']}:{MONTH}"
        holders, free = iter(dwellers), iter(range(SEATS - 1, 0, -1))

        async def hold(_: str) -> float:
            who, wish = next(holders), Wish(slot=slot, module=ModuleCode(MODULE))
            await seats.hold(AccountId(who.account), f"bench-{who.account}", wish)
            return bell.rung_at

        where = [
            (f"{town.url}/live", dwellers[number % BROWSERS].headers)
            for number in range(SOCKETS)
        ]
        first = {"type": "subscribe", "topics": [topic]}
        async with open_pages(where, first) as pages:
            yield Audience(
                pages=pages,
                process=psutil.Process(town.running["app"].pid),
                cause=hold,
                news=lambda: f'"free": {next(free)},',
            )


@asynccontextmanager
async def pages_of_a_broadcast(news: Callable[[], str]) -> AsyncIterator[Audience]:
    """A process that says `news` to every socket, one after another."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.broadcast", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220 (short)
    url = f"http://127.0.0.1:{port}"
    try:
        await asyncio.to_thread(wait_for, f"{url}/healthz")
        async with aiohttp.ClientSession() as http:

            async def say(text: str) -> float:
                async with http.post(f"{url}/say", data=text.encode()) as answer:
                    return float((await answer.json())["at"])

            async with open_pages([(f"{url}/ws", {})] * SOCKETS, first={}) as pages:
                yield Audience(
                    pages=pages,
                    process=psutil.Process(process.pid),
                    cause=say,
                    news=news,
                )
    finally:
        process.terminate()
        process.wait(10)


@asynccontextmanager
async def open_pages(
    where: list[tuple[str, dict[str, str]]], first: object
) -> AsyncIterator[list[Page]]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        sockets = []
        for url, headers in where:
            socket = await http.ws_connect(url, headers=headers)
            await socket.send_json(first)
            sockets.append(socket)
        yield [Page(it) for it in sockets]
        for socket in sockets:
            await socket.close()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while not answers(url):
        assert time.monotonic() < deadline, url
        time.sleep(0.1)
