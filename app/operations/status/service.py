"""Asks every part how it is, at most once in five seconds."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from app.adapters.db import Database
from app.adapters.faults import kind_of
from app.adapters.media_nodes import MediaNodes
from app.adapters.outbox import Outbox
from app.kernel.clock import Clock
from app.operations.status.domain import Facts, Letters, Line, Looks, Node, lines
from app.proctoring.domain.policy import Policy
from app.proctoring.service.pulse import Pulse

KEPT = timedelta(seconds=5)
"""However often somebody asks: the parts are asked no more often than this."""
PATIENCE_S = 2.0
"""Who has not answered by then does not work."""

Found = TypeVar("Found")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    lines: list[Line]
    at: datetime


class Status:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        nodes: MediaNodes,
        policy: Policy,
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._nodes = nodes
        self._pulse = Pulse(db, clock, policy)
        self._asking = asyncio.Lock()
        self._report: Report | None = None

    async def report(self) -> Report:
        """Never raises: a part that fails is a line that says so."""
        async with self._asking:
            now = self._clock.now()
            if self._report is None or now - self._report.at >= KEPT:
                self._report = Report(lines=lines(await self._ask(), now), at=now)
            return self._report

    async def _ask(self) -> Facts:
        letters, looks, nodes = await asyncio.gather(
            _or_none("letters", self._letters()),
            _or_none("looks", self._looks()),
            _or_none("nodes", self._read_nodes()),
        )
        return Facts(letters=letters, looks=looks, nodes=nodes)

    async def _letters(self) -> Letters:
        async with self._db.connection() as tx:
            since = await self._outbox.waiting_since(tx, "email")
        return Letters(waiting_since=since)

    async def _looks(self) -> Looks:
        beat = await self._pulse.read()
        return Looks(
            judged=beat.judged, failed=beat.failed, waiting_since=beat.waiting_since
        )

    async def _read_nodes(self) -> list[Node]:
        found = await self._nodes.nodes()
        return [
            Node(streams=it.streams, capacity=it.capacity, draining=it.draining)
            for it in found
        ]


async def _or_none(part: str, answer: Awaitable[Found]) -> Found | None:
    """Whatever goes wrong, known or not: this page is for the day it does."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await answer
    except Exception as error:
        log.warning("status_unanswered", part=part, error=kind_of(error))
        return None
