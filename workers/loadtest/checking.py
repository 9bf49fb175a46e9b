"""A scripted device check: streams, asks how far it is, and turns the head as asked."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from workers.loadtest.visitor import Actor, Visitor
from workers.loadtest.whip import WhipClient

ASK_EVERY_S = 0.5
FACTS = {"camera": "Webcam", "cores": 4, "down_mbit": 9, "up_mbit": 9, "path": "direct"}


@dataclass(kw_only=True, eq=False)
class ScriptedCheck(Visitor):
    """`actor` is told what the page says."""

    actor: Actor
    guides: list[dict[str, Any]] = field(default_factory=list)
    """Each guide that differed from the one before."""

    async def run(self, within_s: float) -> dict[str, Any]:
        """From logging in to the conclusion. Raises LoginFailed or TimeoutError."""
        await self.log_in()
        try:
            async with asyncio.timeout(within_s):
                return await self._check()
        finally:
            await self.http.close()

    async def _check(self) -> dict[str, Any]:
        opened = await self.ask("/api/checks")
        client = WhipClient(opened["whip"], opened["ticket"], self.actor.track)
        await client.start()
        try:
            async with self.http.ws_connect(f"{self.url}/live") as socket:
                said = {"sitting": opened["sitting"], "epoch": opened["epoch"]}
                await socket.send_json({"type": "streaming", **said})
                return await self._conclude(f"/api/checks/{opened['check']}/conclude")
        finally:
            await client.stop()

    async def _conclude(self, path: str) -> dict[str, Any]:
        while True:
            found = await self.ask(path, FACTS)
            if not found["awaiting"]:
                return found
            guide = found["guide"]
            if guide and guide not in self.guides[-1:]:
                self.guides.append(guide)
            # Each try anew, as a student does whom the page tells "again".
            turning = guide is not None and guide["looking"]
            self.actor.told(looking=True, asked=guide["ask"] if turning else None)
            await asyncio.sleep(ASK_EVERY_S)
