"""A student under load: logs in, streams, is looked at, drops off and comes back.

Everything that happens is told as an event, so that one process can run many:

    {"at": 12.5, "is": "look_s", "value": 0.61, "word": "match"}

`at` is CLOCK_MONOTONIC, which all processes of a machine share; `is` a figure of
`tally.FIGURES`, `up`, `down`, `ended` or `failed`.
"""

import asyncio
import itertools
import random
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp

from app.adapters.tasks import begin, end
from media.faces.pictures import Picture
from workers.loadtest.browser_camera import BrowserCamera, Bursts, Studio
from workers.loadtest.endings import (
    ENDINGS,
    TROUBLES,
    Over,
    close,
    texts,
    until_lost,
    word_of,
)
from workers.loadtest.faces import shows
from workers.loadtest.plan import DROP_EVERY_S, Part
from workers.loadtest.visitor import Visitor
from workers.loadtest.whip import WhipClient

Tell = Callable[..., None]
PRESENCE_EVERY_S = 3.0
"""As the page does."""
AWAY_S, SPREAD_S = (2.0, 8.0), (0.0, 1.5)
AGAIN_S = (1.0, 2.0, 4.0, 8.0)
"""Between tries to connect, as the page waits."""
READ_AFTER_S = (2.0, 4.0)
SAID = re.compile(r"^load test (\d+\.\d+)$")


@dataclass(kw_only=True, eq=False)
class Sitter(Visitor):
    """`run()` until cancelled. `face` is whose photo the account has."""

    module: str
    part: Part
    face: str
    faces: dict[str, Picture]
    studio: Studio
    tell: Tell
    _left_at: float | None = None
    _looked_at: float | None = None
    _turned: bool = False
    _here_since: float = 0.0
    _bursts: Bursts = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        self._chance = random.Random(self.part.seed)
        self._shows = shows(self.faces, self.face, self.part.seed)
        await self._take_camera()  # What it draws, the server is not timed for.
        began = monotonic()
        try:
            await self._again_and_again(self.log_in)
            self.tell("login_s", monotonic() - began)
            while True:
                await self._again_and_again(self._sit)
        finally:
            for task in list(self._reading):
                await end(task)
            await self.leave()

    async def _again_and_again(self, act: Callable[[], Any]) -> None:
        """Until it works; each failure is told."""
        for tries in itertools.count():
            try:
                await act()
                return
            except TROUBLES as error:
                self.tell("failed", word=word_of(error))
                wait_s = AGAIN_S[min(tries, len(AGAIN_S) - 1)]
                await asyncio.sleep(wait_s * self._chance.uniform(0.5, 1.5))

    async def _sit(self) -> None:
        """One connection, from opening the sitting to its end."""
        await self._take_camera()
        began = monotonic()
        opened = await self.ask(
            "/api/sittings", {"module": self.module, "instead": True}
        )
        client = WhipClient(opened["whip"], opened["ticket"], self._camera)
        self._camera.listen_to(client.sender)
        await client.start()
        try:
            async with self.http.ws_connect(f"{self.url}/live") as socket:
                self.tell("up")
                try:
                    await self._live(socket, client, opened, began)
                finally:
                    self.tell("down")
                    await self._tell_loss(client)
        finally:
            await close(client, leave=self._left_at is None)
        if self._left_at is not None:
            await asyncio.sleep(self._chance.uniform(*self._away_s))
            if self._away_s == AWAY_S:
                self._left_at = monotonic()  # who is moved waits from the end on

    async def _live(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        client: WhipClient,
        opened: dict[str, Any],
        began: float,
    ) -> None:
        said = {"sitting": opened["sitting"], "epoch": opened["epoch"]}
        self._here_since = monotonic()
        await socket.send_json({"type": "subscribe", "topics": ["student:me"]})
        await socket.send_json({"type": "streaming", **said})
        self._looked_at, self._turned = None, False
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._be_present(socket, said))
                group.create_task(self._listen(socket, said, began))
                group.create_task(until_lost(client))
                if self.part.kind == "drops":
                    group.create_task(self._until_dropped())
        except* Over as over:
            self._end(str(over.exceptions[0]))
        except* (aiohttp.ClientError, OSError) as group_error:
            self._end(word_of(group_error.exceptions[0]))

    def _end(self, why: str) -> None:
        self._left_at = monotonic()
        self._away_s = AWAY_S if why == "dropped" else SPREAD_S
        self.tell("ended" if why in ENDINGS else "failed", word=why)

    async def _be_present(
        self, socket: aiohttp.ClientWebSocketResponse, said: dict[str, Any]
    ) -> None:
        while True:
            await socket.send_json({"type": "presence", **said, "visible": True})
            await asyncio.sleep(PRESENCE_EVERY_S)

    async def _listen(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        said: dict[str, Any],
        began: float,
    ) -> None:
        there = False
        async for told in texts(socket):
            state = told.get("state") or {}
            if told.get("topic") != "stream":
                if state and not there:
                    there = True
                    self._tell_there(began)
                await self._take(state)
            elif {it: state.get(it) for it in said} == said:
                raise Over("moved")  # to another media node

    def _tell_there(self, began: float) -> None:
        """The camera is connected, and the page knows how things are."""
        if self._left_at is None:
            self.tell("open_s", monotonic() - began)
        else:
            self.tell("back_s", monotonic() - self._left_at)
            self._left_at = None

    async def _take(self, state: dict[str, Any]) -> None:
        now = monotonic()
        for message in state.get("messages", ()):
            self._take_message(message, now)
        sitting = state.get("sitting")
        if sitting is None:
            return
        looking = sitting["looking"]
        self._turned |= bool(looking and sitting["asked"])
        if looking and self._looked_at is None:
            self._looked_at = now
        elif not looking and self._looked_at is not None:
            word = sitting["verdict"] or "again"
            figure = "turn_s" if self._turned else "look_s"
            self.tell(figure, now - self._looked_at, word=word)
            self._looked_at, self._turned = None, False
            if word == "match" and self.part.kind in self._shows:
                await self._camera.point_at(self._shows[self.part.kind])
        self._camera.told(looking=looking, asked=sitting["asked"])

    def _take_message(self, message: dict[str, Any], now: float) -> None:
        said = SAID.match(message["words"])
        if said is None or message["id"] in self._read:
            return
        self._read.add(message["id"])
        written = float(said[1])
        if self._here_since <= written <= now:  # else while away, or by another test
            self.tell("live_s", now - written)
        begin(self._read_in_time(message["id"]), self._reading)

    async def _read_in_time(self, message: str) -> None:
        """As a person does, after a while."""
        await asyncio.sleep(self._chance.uniform(*READ_AFTER_S))
        with suppress(*TROUBLES):
            await self.post(f"/api/messages/{message}/read")

    async def _until_dropped(self) -> None:
        await asyncio.sleep(self._chance.expovariate(1 / DROP_EVERY_S) + 5)
        raise Over("dropped")

    async def _tell_loss(self, client: WhipClient) -> None:
        """As the server's receiver reports tell it (RFC 3550, 6.4.1)."""
        stats = await client.sender.getStats()
        for it in stats.values():
            if it.type == "remote-inbound-rtp" and it.packetsReceived > 0:
                lost = max(0, it.packetsLost)
                self.tell("loss", lost / (lost + it.packetsReceived))

    async def _take_camera(self) -> None:
        """A new one, with which the face of the photo is shown first."""
        right, seed = self._shows["right"], self.part.seed
        self._camera = BrowserCamera(right, self.studio, self._bursts, seed=seed)
        await self._camera.point_at(right)
