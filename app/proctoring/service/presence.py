"""Presence: who is there now, noted in one batched statement every few seconds."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from app.adapters.faults import kind_of
from app.kernel.ids import AccountId, SittingId
from app.kernel.refusals import Unavailable
from app.proctoring.domain.judge import looks_wanted
from app.proctoring.service.desk import Desk
from app.proctoring.store import readings
from app.proctoring.store import sittings as store

BELIEVE_S = 7
"""A page says it is visible every 3 s; two may be lost."""

LEFT_MOST = 5_000

log = structlog.get_logger()


class VideoSeen(Protocol):
    """The part of the media nodes' register that knows whose video arrives."""

    async def video_seen(
        self, wanted: list[tuple[SittingId, int]]
    ) -> dict[SittingId, float]:
        """Seconds since the last packet, by sitting; one without video is left out.

        Raises OSError, TimeoutError or RedisError when nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says of itself; believed for no more than what it shows."""

    visible: bool
    active: bool = True
    topic: str | None = None


@dataclass(slots=True, kw_only=True)
class _Page:
    account: AccountId
    sitting: SittingId
    epoch: int
    visible_at: datetime
    active_at: datetime | None = None
    topic: str | None = None
    video: bool = False


class Presence:
    """The pages whose sockets end in this process: bounded by the sockets open."""

    def __init__(self, desk: Desk, media: VideoSeen) -> None:
        self._desk = desk
        self._media = media
        self._pages: dict[object, _Page] = {}
        self._left: list[tuple[_Page, datetime]] = []
        """Pages gone since the last checkpoint, which notes their last moment. Past
        LEFT_MOST it is forgotten: those lose up to a checkpoint's length."""

    def report(
        self,
        socket: object,
        account: AccountId,
        sitting: SittingId,
        epoch: int,
        told: "Told",
    ) -> None:
        """A page says whether it is visible, used, and what it shows. Adds no time:
        that takes video, and looks that are passed."""
        if not told.visible:
            return self.gone(socket)
        old = self._pages.get(socket)
        if old is None or (old.sitting, old.epoch) != (sitting, epoch):
            old = None
        now = self._desk.clock.now()
        self._pages[socket] = _Page(
            account=account,
            sitting=sitting,
            epoch=epoch,
            visible_at=now,
            active_at=now if told.active else old.active_at if old else None,
            topic=told.topic,
            video=old.video if old else False,
        )

    def gone(self, socket: object) -> None:
        """The socket closed or the page is hidden: present up to now, not longer."""
        page = self._pages.pop(socket, None)
        if page is not None and len(self._left) < LEFT_MOST:
            self._left.append((page, self._desk.clock.now()))

    def streaming(self) -> list[tuple[object, SittingId, int]]:
        """Socket, sitting and epoch of every page that says its video flows."""
        return [(it, page.sitting, page.epoch) for it, page in self._pages.items()]

    async def run(self) -> None:
        """Checkpoints until cancelled; a fault of ours skips one, no more."""
        while True:
            await asyncio.sleep(self._desk.policy.checkpoint_every_s)
            try:
                await self.checkpoint()
            except (Unavailable, OSError, TimeoutError) as error:
                log.warning("checkpoint_skipped", error=kind_of(error))

    async def checkpoint(self) -> None:
        """Notes everybody present: page visible, socket open, video arriving."""
        desk = self._desk
        now = desk.clock.now()
        present = await self._present(now)
        if not present:
            return
        pages = [page for page, _ in present]
        async with desk.db.transaction() as tx:
            unwatched = await store.checkpoint(
                tx,
                [
                    store.Seen(
                        page.sitting, page.epoch, page.account, seen_at, page.active_at
                    )
                    for page, seen_at in present
                ],
                now,
                timedelta(seconds=desk.policy.lapse_s),
            )
            topics = [(it.sitting, it.topic) for it in pages if it.topic is not None]
            await readings.note(tx, topics, now)
        for sitting in unwatched:
            await self._watch_again(sitting)

    async def _present(self, now: datetime) -> list[tuple[_Page, datetime]]:
        """Who was there until when: as long as both the page and the video were."""
        oldest = now - timedelta(seconds=BELIEVE_S)
        shown = [(it, now) for it in self._pages.values() if it.visible_at >= oldest]
        shown += self._left
        self._left = []
        if not shown:
            return []
        try:
            ages = await self._media.video_seen(
                [(page.sitting, page.epoch) for page, _ in shown]
            )
        except (OSError, TimeoutError, RedisError) as error:
            # Our fault must not cost the student: what we last knew still holds, and
            # the time stays provisional until a look is passed.
            log.warning("video_unknown", error=kind_of(error))
            return [(page, until) for page, until in shown if page.video]
        present = []
        for page, until in shown:
            age_s = ages.get(page.sitting)
            page.video = age_s is not None
            if age_s is not None:
                present.append((page, min(until, now - timedelta(seconds=age_s))))
        return present

    async def _watch_again(self, sitting: SittingId) -> None:
        """A student is there and no look is open: plan what should be."""
        desk = self._desk
        async with desk.db.transaction() as tx:
            watch = await store.lock(tx, sitting)
            if watch is None:
                return
            now, terms = desk.clock.now(), await desk.terms(tx, sitting)
            wanted = looks_wanted(watch, now, terms.policy, terms.chance)
            if not wanted:
                return  # Paused until somebody goes on: nothing changed, none is told.
            await self._desk.write(tx, watch, wanted, now)
        await desk.tell(watch, wanted)
