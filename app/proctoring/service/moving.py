"""Students whose media node is gone are told to connect again, to another.

A browser notices by itself, too, after some eight seconds of silence. The register
knows sooner: a node that dies beats no more, or comes back as another process.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol, TypeAlias

import structlog
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.adapters.media_nodes import MediaNode
from app.kernel.ids import SittingId

LOOK_EVERY_S = 0.5
ABSENT_S = 1.5
"""A register that came back empty is full again sooner than that."""
SILENT_S = 3
"""Whose video came to a node that was started anew, and is older than this, came to the
process before."""
FORGET_AFTER_S = 15
"""By then nothing in the register names the node any more."""

Streaming: TypeAlias = Callable[[], list[tuple[object, SittingId, int]]]
Tell: TypeAlias = Callable[[object, SittingId, int], None]

log = structlog.get_logger()


class Register(Protocol):
    """The part of the media nodes' register that matters here. May raise RedisError,
    OSError or TimeoutError."""

    async def nodes(self) -> list[MediaNode]: ...

    async def on_nodes(
        self, wanted: Iterable[tuple[SittingId, int]], names: Collection[str]
    ) -> set[tuple[SittingId, int]]: ...

    async def video_seen(
        self, wanted: Sequence[tuple[SittingId, int]]
    ) -> dict[SittingId, float]: ...


class Moving:
    """`streaming` gives the pages of this process; `tell` tells one that its video goes
    nowhere. Told again until it connects anew: nothing is lost by hearing it twice."""

    def __init__(
        self,
        register: Register,
        streaming: Streaming,
        tell: Tell,
        *,
        now: Callable[[], float],
    ) -> None:
        self._register = register
        self._streaming = streaming
        self._tell = tell
        self._now = now
        self._seen_at: dict[str, float] = {}
        self._runs: dict[str, str] = {}
        self._anew_at: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Tells those whose node is gone, if any could take them."""
        now = self._now()
        try:
            here = await self._register.nodes()
            gone = self._gone({it.name for it in here}, now)
            anew = self._anew(here, now)
            if (gone or anew) and any(it.has_room for it in here):
                await self._move(gone, anew)
        except (RedisError, OSError, TimeoutError) as error:
            # Nobody can tell who beats: none of them counts as silent meanwhile.
            self._seen_at = dict.fromkeys(self._seen_at, now)
            log.warning("nodes_unread", error=kind_of(error))

    def _gone(self, here: set[str], now: float) -> set[str]:
        if not here:  # rather the register's fault than everybody's
            self._seen_at = dict.fromkeys(self._seen_at, now)
        self._seen_at |= dict.fromkeys(here, now)
        silent = {name: now - at for name, at in self._seen_at.items()}
        for name in [
            it for it, silent_s in silent.items() if silent_s > FORGET_AFTER_S
        ]:
            del self._seen_at[name]
        return {name for name in self._seen_at if silent[name] >= ABSENT_S}

    def _anew(self, here: list[MediaNode], now: float) -> set[str]:
        """Nodes that were started again lately, too quickly to be missed."""
        for it in here:
            if it.run and self._runs.get(it.name, it.run) != it.run:
                self._anew_at[it.name] = now
            self._runs[it.name] = it.run
        self._runs = {name: self._runs[name] for name in self._seen_at}
        lately = {
            it: at for it, at in self._anew_at.items() if now - at < FORGET_AFTER_S
        }
        self._anew_at = lately
        return set(lately)

    async def _move(self, gone: set[str], anew: set[str]) -> None:
        pages = self._streaming()
        wanted = {(sitting, epoch) for _, sitting, epoch in pages}
        lost = await self._register.on_nodes(wanted, gone)
        at_risk = await self._register.on_nodes(wanted, anew)
        if at_risk:
            ages = await self._register.video_seen(list(at_risk))
            lost |= {it for it in at_risk if ages.get(it[0], 0) > SILENT_S}
        for page, sitting, epoch in pages:
            if (sitting, epoch) in lost:
                self._tell(page, sitting, epoch)
        if lost:
            nodes = sorted(gone | anew)
            log.info("students_told_to_move", count=len(lost), nodes=nodes)
