"""Glances: every ten seconds or so one small key frame of each stream."""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import av
import cv2
import numpy as np
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.kernel.glances import Followed, GlanceTold, Sight
from app.kernel.tickets import Glancing
from media.faces.glimpse import Glimpse, Glimpser
from media.faces.pictures import Picture
from media.follow import Follower, Rhythm
from media.ingest import Ingest, Stream
from media.seam.limits import key_frame_size

GLANCES = "glances"
GLANCES_MAX = 5_000
WIDTH = 320
TICK_S = 0.2
FIRST_AFTER_S = 0.4
AT_ONCE = 24
FRESH_S = 3.0
_FAULTS = (RedisError, OSError, TimeoutError)
_CALM = frozenset({Sight.STEADY, Sight.JUMPED})

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Watched:
    """A stream that is glanced at: when next, and whether it is just now."""

    follower: Follower
    due_at: float
    busy: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Glances:
    """`pool` has one thread: the models are not shared between threads."""

    ingest: Ingest
    glimpser: Glimpser
    pool: ThreadPoolExecutor
    redis: Redis
    now: Callable[[], float]
    rhythm: Rhythm
    _watched: dict[Stream, _Watched] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=random.SystemRandom)
    _decoder: av.CodecContext | None = None

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                for stream, watched in self._due():
                    watched.busy = True
                    group.create_task(self._glance_in_turn(stream, watched))
                await asyncio.sleep(TICK_S)

    def _due(self) -> list[tuple[Stream, _Watched]]:
        now, streams = self.now(), self.ingest.followed()
        self._watched = {it: self._known(it, now) for it in streams}
        free = AT_ONCE - sum(it.busy for it in self._watched.values())
        due = [
            (stream, it)
            for stream, it in self._watched.items()
            if it.due_at <= now and not it.busy and _flows(stream, now)
        ]
        return sorted(due, key=lambda pair: pair[1].due_at)[: max(0, free)]

    def _known(self, stream: Stream, now: float) -> _Watched:
        known = self._watched.get(stream)
        if known is not None:
            return known
        follower = Follower(compare=stream.glancing is Glancing.FOLLOW)
        return _Watched(follower, now + FIRST_AFTER_S)

    async def _glance_in_turn(self, stream: Stream, watched: _Watched) -> None:
        try:
            sight = await self._glance(stream, watched)
        except _FAULTS as error:
            log.warning("glance_lost", error=type(error).__name__)
            sight = Sight.STEADY
        except Exception:  # one stream's bug must not end the others' glances
            log.exception("glance_failed", sitting=str(stream.sitting))
            sight = Sight.STEADY
        finally:
            watched.busy = False
        calm = sight in _CALM
        after_s = self.rhythm.every_s if calm else self.rhythm.troubled_s
        watched.due_at = self.now() + after_s * self._chance.uniform(0.8, 1.2)

    async def _glance(self, stream: Stream, watched: _Watched) -> Sight:
        """Takes a key frame, follows the face in it, and tells the workers."""
        frame = await stream.peer.key_frame(within_s=self.rhythm.within_s)
        arrived_at = self.now()
        if frame is None and not _flows(stream, arrived_at):
            return Sight.STEADY  # The line is gone, which presence tells.
        loop = asyncio.get_running_loop()
        followed = await loop.run_in_executor(
            self.pool, self._follow, stream, watched.follower, frame, arrived_at
        )
        told = GlanceTold(
            sitting=stream.sitting,
            epoch=stream.epoch,
            followed=followed,
            age_s=self.now() - arrived_at,
        )
        await self.redis.xadd(GLANCES, told.to_fields(), maxlen=GLANCES_MAX)
        return followed.sight

    def _follow(
        self, stream: Stream, follower: Follower, frame: bytes | None, at: float
    ) -> Followed:
        glimpse = None if frame is None else self._glimpse(stream, frame)
        return follower.take(glimpse, at, self.glimpser.embed)

    def _glimpse(self, stream: Stream, frame: bytes) -> Glimpse | None:
        size, limits = key_frame_size(frame), stream.peer.limits
        if size is None or not 0 < size[0] <= limits.width:
            return None
        if not 0 < size[1] <= limits.height:
            return None
        picture = self._decode(frame)
        return None if picture is None else self.glimpser.glimpse(_small(picture))

    def _decode(self, frame: bytes) -> Picture | None:
        """One decoder for everybody: a key frame needs nothing that came before."""
        if self._decoder is None:
            self._decoder = av.CodecContext.create("libvpx", "r")
            self._decoder.thread_count = 1
        try:
            pictures = self._decoder.decode(av.Packet(frame))  # type: ignore[attr-defined]
        except av.FFmpegError:
            self._decoder = None
            return None
        if not pictures:
            return None
        decoded = pictures[-1].to_ndarray(format="bgr24")
        return np.asarray(decoded, np.uint8)


def _flows(stream: Stream, now: float) -> bool:
    at = stream.peer.rtp_at
    return at is not None and now - at < FRESH_S


def _small(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    if width <= WIDTH:
        return picture
    size = WIDTH, round(height * WIDTH / width)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
