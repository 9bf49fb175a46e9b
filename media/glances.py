"""Glances: about every ten seconds one small key frame of each stream."""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.adapters import figures
from app.adapters.faults import kind_of
from app.adapters.tasks import alongside, restarted
from app.kernel.glances import Followed, GlanceTold, Sight
from app.kernel.ids import SittingId
from app.kernel.tickets import Glancing
from media.faces.glimpse import Glimpser
from media.faces.pictures import Box, Picture
from media.follow import Comparisons, Follower
from media.ingest import Ingest, Stream
from media.rhythm import CALM, Pace, Rhythm
from media.small import SmallPictures

GLANCES = "glances"
GLANCES_MAX = 5_000
TICK_S = 0.2
FIRST_AFTER_S = 0.4
AT_ONCE = 24
PLAIN_IN_A_ROW = 2
"""Of the third glance the whole picture is looked at, whatever it seems to show; and of
the first, of one for a look, and after whatever is not calm."""
FRESH_S = 3.0
_FAULTS = (RedisError, OSError, TimeoutError)

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Watched:
    """A stream that is glanced at: when next, and whether it is just now. `again`:
    once more right after that, for a look that was asked for meanwhile. `in_a_row`: so
    many glances showed one face plainly."""

    stream: Stream
    follower: Follower
    pace: Pace
    due_at: float
    busy: bool = False
    again: bool = False
    in_a_row: int = PLAIN_IN_A_ROW


@dataclass(frozen=True, slots=True, eq=False)
class _Arrived:
    """A key frame, or that none came though packets flow."""

    watched: _Watched
    frame: bytes | None
    at: float


@dataclass(slots=True, kw_only=True, eq=False)
class Glances:
    """`pool` has one thread: the models are not shared between threads.

    Frames are gathered and seen together: four faces are found at a time, and one after
    the other they find the models in the processor's cache.
    """

    ingest: Ingest
    glimpser: Glimpser
    pool: ThreadPoolExecutor
    redis: Redis
    now: Callable[[], float]
    rhythm: Rhythm
    comparisons: Comparisons = field(default_factory=Comparisons)
    _watched: dict[Stream, _Watched] = field(default_factory=dict)
    _arrived: list[_Arrived] = field(default_factory=list)
    _chance: random.Random = field(default_factory=random.SystemRandom)
    _pictures: SmallPictures = field(default_factory=SmallPictures)

    async def run(self) -> None:
        """Until cancelled."""
        seeing = restarted("glances", self._see_what_arrives)
        async with asyncio.TaskGroup() as group, alongside(seeing):
            while True:
                for watched in self._due():
                    watched.busy = True
                    group.create_task(self._fetch(watched))
                await asyncio.sleep(TICK_S)

    def hurry(self, sitting: SittingId) -> None:
        """Whoever shows the face for a look must be the one who is followed: so every
        look has its glance."""
        for stream, watched in self._watched.items():
            if stream.sitting == sitting:
                watched.due_at, watched.again = self.now(), watched.busy
                watched.in_a_row = PLAIN_IN_A_ROW

    def under_way(self, sitting: SittingId) -> bool:
        """Whether a glance of it is being fetched or seen."""
        return any(
            it.busy for it in self._watched.values() if it.stream.sitting == sitting
        )

    def _due(self) -> list[_Watched]:
        now, streams = self.now(), self.ingest.followed()
        self._watched = {it: self._known(it, now) for it in streams}
        free = AT_ONCE - sum(it.busy for it in self._watched.values())
        due = [
            it
            for it in self._watched.values()
            if it.due_at <= now and not it.busy and _flows(it.stream, now)
        ]
        return sorted(due, key=lambda it: it.due_at)[: max(0, free)]

    def _known(self, stream: Stream, now: float) -> _Watched:
        known = self._watched.get(stream)
        if known is not None:
            return known
        follower = Follower(
            compare=stream.glancing is Glancing.FOLLOW, comparisons=self.comparisons
        )
        return _Watched(stream, follower, Pace(rhythm=self.rhythm), now + FIRST_AFTER_S)

    async def _fetch(self, watched: _Watched) -> None:
        """Asks for a key frame and puts it with those that wait to be seen."""
        frame = None
        try:
            peer = watched.stream.peer
            frame = await peer.key_frame(within_s=self.rhythm.within_s)
        except (ConnectionError, TimeoutError):
            pass  # It is leaving.
        now = self.now()
        if frame is None and not _flows(watched.stream, now):
            self._next(watched, Sight.STEADY)  # The line is gone: presence tells.
        else:
            self._arrived.append(_Arrived(watched, frame, now))

    def _next(self, watched: _Watched, sight: Sight) -> None:
        now = self.now()
        after_s = watched.pace.after_s(sight, now) * self._chance.uniform(0.8, 1.2)
        watched.due_at = now if watched.again else now + after_s
        if sight not in CALM:
            watched.in_a_row = PLAIN_IN_A_ROW
        watched.busy = watched.again = False

    async def _see_what_arrives(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.rhythm.gather_s)
            arrived, self._arrived = self._arrived, []
            if not arrived:
                continue
            with figures.GLANCE_SECONDS.time():
                seen = await loop.run_in_executor(self.pool, self._follow_all, arrived)
            for it, followed in zip(arrived, seen, strict=True):
                sight = followed.sight if followed else "fault"
                figures.GLANCES.labels(sight).inc()
                self._next(it.watched, followed.sight if followed else Sight.STEADY)
            try:
                await self._tell(arrived, seen)
            except _FAULTS as error:
                log.warning("glances_lost", error=kind_of(error))

    async def _tell(self, arrived: list[_Arrived], seen: list[Followed | None]) -> None:
        now = self.now()
        async with self.redis.pipeline(transaction=False) as pipe:
            for it, followed in zip(arrived, seen, strict=True):
                if followed is None:
                    continue
                stream = it.watched.stream
                told = GlanceTold(
                    sitting=stream.sitting,
                    epoch=stream.epoch,
                    followed=followed,
                    age_s=now - it.at,
                )
                pipe.xadd(GLANCES, told.to_fields(), maxlen=GLANCES_MAX)
            await pipe.execute()

    def _follow_all(self, arrived: list[_Arrived]) -> list[Followed | None]:
        pictures = [self._picture(it) for it in arrived]
        faces = self._plain_faces(arrived, pictures)
        together = zip(arrived, pictures, faces, strict=True)
        return [self._follow(it, picture, face) for it, picture, face in together]

    def _picture(self, it: _Arrived) -> Picture | Exception | None:
        """An exception: a bug of ours in one stream, which must not end the others'
        glances, nor pass for an empty chair."""
        try:
            if it.frame is None:
                return None
            return self._pictures.read(it.frame, it.watched.stream.peer.limits)
        except Exception as error:
            return _failed(it, error)

    def _plain_faces(
        self, arrived: list[_Arrived], pictures: list[Picture | Exception | None]
    ) -> list[Box | None]:
        """Of those whose turn it is not to be looked at closer."""
        faces: list[Box | None] = [None] * len(pictures)
        shown = {
            number: picture
            for number, picture in enumerate(pictures)
            if isinstance(picture, np.ndarray)
            and arrived[number].watched.in_a_row < PLAIN_IN_A_ROW
        }
        try:
            found = self.glimpser.plain_faces(list(shown.values()))
            for number, face in zip(shown, found, strict=True):
                faces[number] = face
        except Exception:
            log.exception("glances_looked_at_one_by_one")
        for it, face in zip(arrived, faces, strict=True):
            it.watched.in_a_row = 0 if face is None else it.watched.in_a_row + 1
        return faces

    def _follow(
        self, it: _Arrived, picture: Picture | Exception | None, face: Box | None
    ) -> Followed | None:
        """None: a bug of ours, as above."""
        if isinstance(picture, Exception):
            return None
        try:
            follower, glimpser = it.watched.follower, self.glimpser
            glimpse = None if picture is None else glimpser.glimpse(picture, face)
            return follower.take(glimpse, it.at, glimpser.embed)
        except Exception as error:
            _failed(it, error)
            return None


def _failed(it: _Arrived, error: Exception) -> Exception:
    log.error("glance_failed", **it.watched.stream.told, exc_info=error)
    return error


def _flows(stream: Stream, now: float) -> bool:
    at = stream.peer.rtp_at
    return at is not None and now - at < FRESH_S
