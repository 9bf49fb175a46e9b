"""How the sandbox tells us: real webhooks over HTTP, one process to itself."""

import asyncio
from collections.abc import Sequence

import aiohttp
import structlog

from app.adapters.faults import kind_of
from app.adapters.payments.sandbox import Message

QUEUED_MOST = 100
LIMITS = aiohttp.ClientTimeout(total=10)
PAUSES_S = (0.0, 1.0, 3.0, 10.0)
"""Before each try: a webhook that is not answered with 200 is said again."""

log = structlog.get_logger()


class SandboxPost:
    """Sends what it is given while `run` runs. At most QUEUED_MOST wait or are sent at
    a time; more are lost, as are those of a process that ends: like webhooks that never
    come. The keeper asks for them."""

    def __init__(self, url: str, *, pauses_s: Sequence[float] = PAUSES_S) -> None:
        """`url` is our own address."""
        self._pauses_s = pauses_s
        self._url = f"{url}/payments/sandbox/webhook"
        # As from our own pages: the sandbox is no other site.
        self._origin = {"Origin": url, "Content-Type": "application/json"}
        self._queue: asyncio.Queue[tuple[Message, float]] = asyncio.Queue(QUEUED_MOST)
        self._under_way = asyncio.Semaphore(QUEUED_MOST)
        self.lost = 0

    def send(self, message: Message, *, after_s: float = 0) -> None:
        try:
            self._queue.put_nowait((message, after_s))
        except asyncio.QueueFull:
            self.lost += 1
            log.warning("sandbox_webhook_lost", lost=self.lost)

    async def run(self) -> None:
        """Until cancelled."""
        async with (
            aiohttp.ClientSession(timeout=LIMITS) as http,
            asyncio.TaskGroup() as group,
        ):
            while True:
                message, after_s = await self._queue.get()
                await self._under_way.acquire()
                group.create_task(self._deliver(http, message, after_s))

    async def _deliver(
        self, http: aiohttp.ClientSession, message: Message, after_s: float
    ) -> None:
        try:
            await asyncio.sleep(after_s)
            for pause_s in self._pauses_s:
                await asyncio.sleep(pause_s)
                if await self._say(http, message):
                    return
            log.warning("sandbox_webhook_not_taken")
        finally:
            self._under_way.release()

    async def _say(self, http: aiohttp.ClientSession, message: Message) -> bool:
        headers = {**self._origin, **message.headers}
        try:
            async with http.post(
                self._url, data=message.body, headers=headers
            ) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("sandbox_webhook_failed", error=kind_of(error))
            return False
