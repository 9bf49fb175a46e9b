"""Capturing a sample: a key frame, a short burst decoded, the best pictures kept."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import av
import cv2
import numpy as np
import structlog
from av.video.codeccontext import VideoCodecContext

from app.kernel.findings import Ask
from app.kernel.messages import MAX_FRAMES
from media.choose import Shot, choose, enough, spread
from media.faces.pictures import as_jpeg
from media.peer import Peer
from media.seam.limits import Limits, key_frame_size

QUEUED_MAX = 48
KEPT_MAX = 16
DECODED_MAX = 90
ASK_AGAIN_S = 0.7
STUCK_S = 1.4
TURN_S = 6.0
"""Reading what is asked takes a second, turning the head and holding it two."""
TURN_EVERY_S = 0.2
"""Of an asked turn not every picture is kept: it lasts long."""

T = TypeVar("T")
log = structlog.get_logger()


class Burst:
    """Decodes frames from the first key frame on; keeps the best `KEPT_MAX`.

    Used by one thread at a time. Nothing raises: a frame that cannot be decoded, or
    claims to be larger than allowed, is counted and makes it wait for a key frame.
    """

    def __init__(self, limits: Limits, ask: Ask | None = None) -> None:
        self.decoded = 0
        self._ask = ask
        self.refused = 0
        self.needs_key_frame = True
        self._limits = limits
        self._decoder: VideoCodecContext | None = None
        self._kept: list[tuple[Shot, av.VideoFrame]] = []

    @property
    def enough(self) -> bool:
        if self._ask is not None:
            return False  # The whole turn is wanted, in its time.
        shots = [shot for shot, _ in self._kept]
        return self.decoded >= DECODED_MAX or enough(shots)

    def add(self, frame: bytes, at: float) -> None:
        """`at` is when it arrived, in monotonic seconds."""
        size = key_frame_size(frame)
        if size is not None:
            self.needs_key_frame = not self._allows(size)
            self.refused += self.needs_key_frame
        if self.needs_key_frame:
            return
        try:
            pictures = self._decode(frame)
        except av.FFmpegError:
            self.refused += 1
            self.needs_key_frame = True
            return
        for picture in pictures:
            self.decoded += 1
            self._keep(picture, at)

    def jpegs(self) -> tuple[bytes, ...]:
        """The best first; of an asked turn, in time's order."""
        pictures = dict(self._kept)
        shots = list(pictures)
        turn = self._ask is not None
        chosen = spread(shots, MAX_FRAMES) if turn else choose(shots)
        return tuple(_jpeg(pictures[shot]) for shot in chosen)

    def _allows(self, size: tuple[int, int]) -> bool:
        limits = self._limits
        if not limits.check_size:
            return True
        return 0 < size[0] <= limits.width and 0 < size[1] <= limits.height

    def _decode(self, frame: bytes) -> list[av.VideoFrame]:
        if self._decoder is None:
            self._decoder = av.CodecContext.create("libvpx", "r")
            self._decoder.thread_count = 1
        return self._decoder.decode(av.Packet(frame))

    def _keep(self, picture: av.VideoFrame, at: float) -> None:
        if self._ask is not None:
            if not self._kept or at - self._kept[-1][0].at >= TURN_EVERY_S:
                self._kept.append((_shot(picture, at), picture))
            return
        self._kept.append((_shot(picture, at), picture))
        if len(self._kept) > KEPT_MAX:
            best = set(choose([shot for shot, _ in self._kept], KEPT_MAX))
            self._kept = [kept for kept in self._kept if kept[0] in best][:KEPT_MAX]


class Capturer:
    """Captures with a thread pool that decodes, within a window, by a steady clock."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        *,
        window_s: float,
        now: Callable[[], float],
    ) -> None:
        self._pool = pool
        self._window_s = window_s
        self._now = now

    async def capture(self, peer: Peer, ask: Ask | None = None) -> tuple[bytes, ...]:
        """JPEGs of the best pictures of the window, best first; none: no video.

        Ends early once there are enough. Of an asked turn: in time's order, all of it.
        """
        burst, waiting = Burst(peer.limits, ask), Waiting(self._now)
        turns = ask not in (None, Ask.FRONT)
        window_s = TURN_S if turns else self._window_s
        with peer.tapped(waiting.put):
            await self._gather(peer, burst, waiting, window_s)
        if burst.refused:
            log.warning("frames_refused", count=burst.refused)
        return await self._in_pool(burst.jpegs)

    async def _gather(
        self, peer: Peer, burst: Burst, waiting: "Waiting", window_s: float
    ) -> None:
        began = asked = self._now()
        stuck_at = began + STUCK_S
        await peer.request_key_frame()
        while (left := began + window_s - self._now()) > 0 and not burst.enough:
            frame = await waiting.next(within_s=min(left, ASK_AGAIN_S))
            if frame is not None:
                await self._in_pool(burst.add, *frame)
            elif self._now() > stuck_at:
                stuck_at = began + window_s
                peer.start_afresh()
            wanted = frame is None or burst.needs_key_frame
            if wanted and self._now() - asked >= ASK_AGAIN_S:
                asked = self._now()
                await peer.request_key_frame()

    async def _in_pool(self, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, work, *arguments)


class Waiting:
    """Frames not yet decoded, with their times.

    Bounded: past `QUEUED_MAX` frames are dropped, up to the next key frame, since
    the others build on what was lost.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._frames: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue(QUEUED_MAX)
        self._behind = False
        self._now = now

    def put(self, frame: bytes) -> None:
        if self._frames.full():
            self._behind = True
        elif not self._behind or key_frame_size(frame) is not None:
            self._behind = False
            self._frames.put_nowait((frame, self._now()))

    async def next(self, *, within_s: float) -> tuple[bytes, float] | None:
        try:
            async with asyncio.timeout(within_s):
                return await self._frames.get()
        except TimeoutError:
            return None


def _shot(picture: av.VideoFrame, at: float) -> Shot:
    luma = picture.to_ndarray(format="gray")
    return Shot(
        at=at,
        width=picture.width,
        height=picture.height,
        sharpness=float(cv2.Laplacian(luma, cv2.CV_32F).var()),
        luminance=float(luma.mean()) / 255,
    )


def _jpeg(picture: av.VideoFrame) -> bytes:
    return as_jpeg(np.asarray(picture.to_ndarray(format="bgr24"), np.uint8))
