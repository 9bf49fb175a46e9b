"""A scripted student who connects again as the page does, when the video goes nowhere.

A browser notices a dead node by ICE after some eight seconds; aiortc takes longer.
"""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from app.adapters.tasks import alongside
from workers.loadtest.student import ScriptedStudent
from workers.loadtest.visitor import LoginFailed
from workers.loadtest.whip import WhipRefused

FIRST_S, MOST_S = 0.5, 8.0
SPREAD_S = 1.5
"""As `static/js/models/backoff.js` and `static/js/transport/moving.js` have it."""
LOOK_EVERY_S = 0.05
_FAULTS = (aiohttp.ClientError, LoginFailed, WhipRefused, ConnectionError, TimeoutError)


@dataclass(kw_only=True, eq=False)
class ReconnectingStudent(ScriptedStudent):
    """Use as `async with`."""

    heeds: bool = True
    """Whether it does what the server says of its video. Pages do."""
    connected_at: list[float] = field(default_factory=list)
    """When each of its streams was connected (monotonic seconds)."""
    _gone: bool = False

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self._life.enter_async_context(alongside(self._keep_connected()))
        return self

    async def __aexit__(self, *raised: object) -> None:
        with suppress(*_FAULTS):
            await super().__aexit__(*raised)
        await self.http.close()

    async def stream(self) -> None:
        await super().stream()
        self._gone = False
        self.connected_at.append(time.monotonic())

    def heard(self, topic: str, state: dict[str, Any]) -> None:
        ours = {name: state.get(name) for name in self.said} == self.said
        if topic == "stream" and ours and self.heeds:
            self._gone = True

    async def _keep_connected(self) -> None:
        while True:
            await self._until_lost()
            spread_s = random.random() * SPREAD_S if self._gone else 0.0
            await asyncio.sleep(spread_s)
            await self._hang_up()
            await self._connect_again()
            await self.say("streaming")

    async def _until_lost(self) -> None:
        while not self._gone:
            if self.client.peer.connectionState in ("closed", "failed"):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _hang_up(self) -> None:
        with suppress(*_FAULTS):
            await self.client.stop()
        await self.client.peer.close()

    async def _connect_again(self) -> None:
        wait_s = FIRST_S
        while True:
            await asyncio.sleep(wait_s * random.uniform(0.5, 1))
            try:
                return await self.stream()
            except _FAULTS:
                wait_s = min(MOST_S, wait_s * 2)
