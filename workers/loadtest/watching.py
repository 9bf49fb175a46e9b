"""A scripted proctor: watches the wall and writes to students.

Each message holds the moment it was sent; whoever gets it knows how long it took.
"""

import asyncio
import random
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp

from workers.loadtest.endings import Over, texts
from workers.loadtest.sitter import Tell
from workers.loadtest.visitor import LoginFailed, Visitor

WRITE_EVERY_S = 3.0
AGAIN_S = 3.0
WAITED_MOST_S = 30.0


@dataclass(kw_only=True, eq=False)
class Watching(Visitor):
    """`run()` until cancelled."""

    tell: Tell
    seed: int
    _sittings: dict[str, bool] = field(default_factory=dict)
    """Whether anything is unread, by sitting: more the wall does not show."""
    _written: dict[str, float] = field(default_factory=dict)
    """When, by sitting; until the wall shows it."""

    async def run(self) -> None:
        self._chance = random.Random(self.seed)
        try:
            while True:
                try:
                    await self._watch()
                except* Over as over:
                    self.tell("failed", word=f"proctor_{over.exceptions[0]}")
                except* (aiohttp.ClientError, OSError, LoginFailed) as faults:
                    kind = type(faults.exceptions[0]).__name__
                    self.tell("failed", word=f"proctor_{kind}")
                await asyncio.sleep(AGAIN_S)
        finally:
            await self.leave()

    async def _watch(self) -> None:
        await self.log_in()
        async with self.http.ws_connect(f"{self.url}/live") as socket:
            await socket.send_json({"type": "subscribe", "topics": ["wall"]})
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write())
                async for told in texts(socket):
                    self._see(told.get("state") or {})

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S * self._chance.uniform(0.7, 1.3))
            free = self.free()
            if not free:
                continue
            sitting = self._chance.choice(free)
            self._written[sitting] = monotonic()
            words = {"words": f"load test {monotonic():.6f}"}
            status = await self.post(f"/api/wall/{sitting}/message", words)
            if status != 204:
                self._written.pop(sitting, None)
                self.tell("failed", word=f"message_{status}")

    def free(self) -> list[str]:
        """Sittings where a message that arrives can be seen to."""
        shown = self._sittings.items()
        return [it for it, unread in shown if not unread and it not in self._written]

    def _see(self, state: dict[str, Any]) -> None:
        now = monotonic()
        shown = state.get("sittings", ())
        self._sittings = {it["id"]: it["unread"] for it in shown if _is_on(it)}
        for sitting, at in list(self._written.items()):
            if self._sittings.get(sitting):
                self.tell("wall_s", now - at)
                del self._written[sitting]
            elif sitting not in self._sittings:
                del self._written[sitting]
            elif now - at > WAITED_MOST_S:
                self.tell("failed", word="wall_never_told")
                del self._written[sitting]


def _is_on(sitting: dict[str, Any]) -> bool:
    return sitting["state"] in ("running", "paused")
