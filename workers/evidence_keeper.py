"""Keeps evidence beside the looks: a store that is slow or away delays none of them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from app.adapters.logs import about
from app.kernel.ids import LookId, SittingId
from app.kernel.refusals import Unavailable
from app.proctoring.service.evidence import A_LOOK, Evidence

WAITING_MOST = 30
WITHIN_S = 40.0
"""More than a few pictures take, each up to the store's own limit."""
TRIES = 3
AGAIN_AFTER_S = 5.0
TIDY_EVERY_S = 10.0
HELD_S = 180.0
"""So long at most a face waits here for a store that is away."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A look and the pictures that may become evidence of it."""

    sitting: SittingId
    look: LookId
    frames: Sequence[bytes]
    passed: bool
    at: float
    """By the loop's clock."""
    tries: int = 0


class EvidenceKeeper:
    """One task of the matcher's owns it, and takes looks in the order of verdicts.

    Bounded: past `WAITING_MOST` looks the oldest is lost, a passed one first (few of
    them are evidence, and what it would clear away is forgotten by age); one that fails
    `TRIES` times, or has waited for `HELD_S`, is lost too.
    """

    def __init__(
        self,
        evidence: Evidence,
        *,
        again_after_s: float = AGAIN_AFTER_S,
        held_s: float = HELD_S,
        tidy_every_s: float = TIDY_EVERY_S,
    ) -> None:
        self._evidence = evidence
        self._again_after_s = again_after_s
        self._held_s = held_s
        self._tidy_every_s = tidy_every_s
        self._waiting: deque[Judged] = deque()
        self._writing = False
        self._news = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether something waits to be written, or is written just now."""
        return self._writing or bool(self._waiting)

    def judged(
        self, sitting: SittingId, look: LookId, frames: Sequence[bytes], *, passed: bool
    ) -> None:
        """At once: it is written later."""
        held = tuple(frames[:A_LOOK])
        now = asyncio.get_running_loop().time()
        it = Judged(sitting=sitting, look=look, frames=held, passed=passed, at=now)
        if len(self._waiting) >= WAITING_MOST:
            self._lose(next((old for old in self._waiting if old.passed), None))
        self._waiting.append(it)
        self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._evidence.forget_old()
            await self._wait()
            while self._waiting:
                self._evidence.forget_old()
                it = self._waiting.popleft()
                with about(sitting=it.sitting, look=it.look):
                    await self._write(it)

    async def _wait(self) -> None:
        self._news.clear()
        if self._waiting:
            return
        try:
            async with asyncio.timeout(self._tidy_every_s):
                await self._news.wait()
        except TimeoutError:
            return

    async def _write(self, it: Judged) -> None:
        evidence = self._evidence
        keep = evidence.passed if it.passed else evidence.failed
        self._writing = True
        try:
            async with asyncio.timeout(WITHIN_S):
                await keep(it.sitting, it.look, it.frames)
        except (Unavailable, OSError, TimeoutError) as error:
            await self._later(it, type(error).__name__)
        finally:
            self._writing = False

    async def _later(self, it: Judged, error: str) -> None:
        log.warning("evidence_away", error=error)
        it = replace(it, tries=it.tries + 1)
        if it.tries >= TRIES or len(self._waiting) >= WAITING_MOST:
            _tell_lost(it)
            return
        self._waiting.appendleft(it)
        await asyncio.sleep(self._again_after_s)
        self._lose_old()

    def _lose_old(self) -> None:
        oldest = asyncio.get_running_loop().time() - self._held_s
        while self._waiting and self._waiting[0].at < oldest:
            _tell_lost(self._waiting.popleft())

    def _lose(self, passed: Judged | None) -> None:
        if passed is not None:
            self._waiting.remove(passed)
            return
        _tell_lost(self._waiting.popleft())


def _tell_lost(it: Judged) -> None:
    with about(sitting=it.sitting, look=it.look):  # another than is being written
        log.warning("evidence_lost", pictures=len(it.frames))
