"""One media node among many: it says that it lives, and obeys commands to capture."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.figures import CAPTURES
from app.adapters.logs import about
from app.adapters.media_nodes import MediaNode, MediaNodes, capture_stream
from app.adapters.redis import added_ms, entries_of, now_ms
from app.adapters.tasks import alongside, restarted
from app.kernel.ids import SittingId
from app.kernel.messages import CaptureCommand, Malformed, Sample
from media.capture import Capturer
from media.ingest import Ingest

SAMPLES = "samples"
SAMPLES_MAX = 200
BEAT_EVERY_S = 1
SEEN_WITHIN_S = 3
BLOCK_MS = 2_000
FAULT_PAUSE_S = 1
CAPTURES_AT_ONCE = 8
_FAULTS = (RedisError, OSError, TimeoutError)

log = structlog.get_logger()


class Node:
    """`patient_redis` waits for commands longer than `BLOCK_MS`; `hurry`
    (none at first) glances at a sitting that is looked at."""

    def __init__(
        self,
        ingest: Ingest,
        capturer: Capturer,
        *,
        name: str,
        url: str,
        redis: Redis,
        patient_redis: Redis,
    ) -> None:
        self._ingest = ingest
        self._capturer = capturer
        self._name = name
        self._url = url
        self._redis = redis
        self._patient_redis = patient_redis
        self.hurry: Callable[[SittingId], None] = lambda _: None
        self._run = secrets.token_hex(4)
        self._cleared = False
        self._looked_at: Counter[SittingId] = Counter()
        self.captures: set[asyncio.Task[None]] = set()
        """Those that run just now."""
        self._places = asyncio.Semaphore(CAPTURES_AT_ONCE)
        self._commands = capture_stream(name)

    async def run(self) -> None:
        """Until cancelled. Redis may come and go, and come back empty."""
        try:
            beating = restarted("beat", partial(self._keep_on, self._beat))
            async with asyncio.TaskGroup() as group, alongside(beating):
                await self._keep_on(partial(self._take_commands, group))
        finally:
            await self._leave()

    def is_looked_at(self, sitting: SittingId) -> bool:
        """Whether a sample of it is captured just now."""
        return self._looked_at[sitting] > 0

    async def obey(self, command: CaptureCommand) -> None:
        """Captures and hands over the sample; without video, one with no frames."""
        begun = asyncio.get_running_loop().time()
        peer = self._ingest.peer_of(command.sitting, command.epoch)
        frames: tuple[bytes, ...] = ()
        if peer is not None:
            self.hurry(command.sitting)
            frames = await self._capturer.capture(peer, command.ask)
        elif self._ingest.draining:
            return  # On its way to another node: "no video" would be untrue.
        sample = Sample(command=command, frames=frames)
        await self._redis.xadd(SAMPLES, sample.to_fields(), maxlen=SAMPLES_MAX)
        took_s = asyncio.get_running_loop().time() - begun
        outcome = "pictures" if frames else "no_stream" if peer is None else "none"
        CAPTURES.labels(outcome).observe(took_s)
        log.info("captured", frames=len(frames))

    async def announce(self) -> None:
        """Says how full it is and whose video arrives. May raise RedisError."""
        node = MediaNode(
            name=self._name,
            url=self._url,
            streams=len(self._ingest),
            capacity=self._ingest.capacity,
            draining=self._ingest.draining,
            run=self._run,
        )
        seen = self._ingest.seen(SEEN_WITHIN_S)
        await MediaNodes(self._redis).beat(node, seen)

    async def _keep_on(self, step: Callable[[], Awaitable[None]]) -> None:
        away = False
        while True:
            try:
                await step()
                away = False
            except _FAULTS as error:
                if not away:
                    log.warning("redis_away", error=kind_of(error))
                away = True
                await asyncio.sleep(FAULT_PAUSE_S)

    async def _beat(self) -> None:
        await self.announce()
        await asyncio.sleep(BEAT_EVERY_S)

    async def _take_commands(self, group: asyncio.TaskGroup) -> None:
        if not self._cleared:
            # Meant for a process that is gone, with its streams: "no video" would be
            # untrue. Their looks are commanded again.
            await self._redis.delete(self._commands)
            self._cleared = True
        answer = await self._patient_redis.xread(
            {self._commands: "0"}, count=CAPTURES_AT_ONCE, block=BLOCK_MS
        )
        entries = entries_of(answer)
        loop = asyncio.get_running_loop()
        ahead_ms = await now_ms(self._redis) - loop.time() * 1000 if entries else 0
        for entry, fields in entries:
            # Gone before it is obeyed: a look that is lost is commanded again.
            await self._redis.xdel(self._commands, entry)
            try:
                command = CaptureCommand.from_fields(fields)
            except Malformed:
                log.warning("command_unreadable")
                continue
            await self._places.acquire()
            if _is_late(command, loop.time() * 1000 + ahead_ms - added_ms(entry)):
                # As the next ones may be: what is begun now would come too late, too,
                # and a node that is behind would be so for ever.
                self._places.release()
                CAPTURES.labels("too_late").observe(0)
                continue
            task = group.create_task(self._obey_in_place(command))
            self.captures.add(task)
            task.add_done_callback(self.captures.discard)

    async def _obey_in_place(self, command: CaptureCommand) -> None:
        with about(sitting=command.sitting, look=command.look, epoch=command.epoch):
            self._looked_at[command.sitting] += 1
            try:
                await self.obey(command)
            except _FAULTS as error:
                log.warning("sample_lost", error=kind_of(error))
            except Exception:  # one look's bug must not end the node
                log.exception("capture_failed")
            finally:
                self._looked_at -= Counter([command.sitting])
                self._places.release()

    async def _leave(self) -> None:
        try:
            await MediaNodes(self._redis).leave(self._name)
        except _FAULTS:
            log.warning("left_unsaid")


def _is_late(command: CaptureCommand, age_ms: float) -> bool:
    within = command.begin_within_ms
    return within is not None and age_ms > within
