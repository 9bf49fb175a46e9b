"""A scripted student: logs in, opens a sitting, streams, and behaves as the page does.

What is before the camera is an `Actor`'s business: it is told what the page asks.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from app.adapters.tasks import alongside
from workers.loadtest.visitor import Actor, Visitor
from workers.loadtest.whip import WhipClient

PRESENCE_EVERY_S = 1.0
STATES_MAX = 5_000


@dataclass(kw_only=True, eq=False)
class ScriptedStudent(Visitor):
    """Use as `async with`."""

    module: str
    actor: Actor
    sitting: dict[str, Any] | None = None
    states: list[dict[str, Any]] = field(default_factory=list)
    """Every state the page was sent of its sitting, the newest last."""

    async def __aenter__(self) -> Self:
        await self.log_in()
        await self.stream()
        self._socket = await self.http.ws_connect(f"{self.url}/live")
        await self._socket.send_json({"type": "subscribe", "topics": ["student:me"]})
        await self.say("streaming")
        self._life = AsyncExitStack()
        await self._life.enter_async_context(alongside(self._be_present()))
        await self._life.enter_async_context(alongside(self._listen()))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._life.aclose()
        await self._socket.close()
        await self.client.stop()
        await self.http.close()

    async def stream(self) -> None:
        """Asks for a way in and streams there. Raises what `ask` and WhipClient do."""
        opened = await self.ask("/api/sittings", {"module": self.module})
        self.client = WhipClient(opened["whip"], opened["ticket"], self.actor.track)
        await self.client.start()
        self.id = opened["sitting"]
        self.said = {"sitting": opened["sitting"], "epoch": opened["epoch"]}

    async def say(self, what: str, **more: object) -> None:
        await self._socket.send_json({"type": what, **self.said, **more})

    def heard(self, topic: str, state: dict[str, Any]) -> None:
        """Whatever the server says; the sitting's state is kept besides."""

    async def until(
        self, true: Callable[[dict[str, Any]], bool], within_s: float = 30
    ) -> dict[str, Any]:
        """The first state of the sitting, seen or yet to come, that is as wanted."""
        async with asyncio.timeout(within_s):
            at = 0
            while True:
                while at < len(self.states):
                    if true(self.states[at]):
                        return self.states[at]
                    at += 1
                await asyncio.sleep(0.05)

    async def _be_present(self) -> None:
        while True:
            await self.say("presence", visible=True)
            await asyncio.sleep(PRESENCE_EVERY_S)

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            told = message.json()
            state = told.get("state") or {}
            self.heard(told.get("topic", ""), state)
            if "sitting" not in state or told.get("topic") == "stream":
                continue
            sitting = state.get("sitting")
            self.sitting = sitting
            if sitting is None:
                continue
            if len(self.states) < STATES_MAX:
                self.states.append(sitting)
            self.actor.told(looking=sitting["looking"], asked=sitting["asked"])
