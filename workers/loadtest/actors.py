"""A live camera for scripted students: frames are made as they are sent.

    head = Head([ahead])
    camera = LiveCamera(head.show)
    client = WhipClient(whip, ticket, camera)
    camera.told(looking=True); head.ask("left", second=camera.second)

aiortc encodes with libvpx on the fly and answers a request for a key frame with one.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence

import av
import numpy as np

from media.faces.pictures import Picture
from workers.loadtest.cameras import CLOCK, Paced
from workers.loadtest.scenes import NOISE, SIZE, Show, alive, turned

IDLE_FPS, BURST_FPS = 1.0, 10.0
TURN_AFTER_S, TURN_TAKES_S, TURN_FOR_S = 0.8, 0.5, 2.0
WAYS = {"left": (36.0, 0.0), "right": (-36.0, 0.0), "up": (0.0, 30.0), "front": (0, 0)}
"""Degrees of the ellipsoid; the pose model reads about two thirds of them."""


class Head:
    """Somebody alive who turns the head when asked. Not thread-safe."""

    def __init__(self, pictures: Sequence[Picture], seed: int = 1) -> None:
        self._pictures = pictures
        self._seed = seed
        self._way = WAYS["front"]
        self._since = 0.0

    def ask(self, way: str | None, *, second: float) -> None:
        """`way`: a key of `WAYS`; None and the same again change nothing."""
        wanted = WAYS[way] if way else self._way
        if wanted != self._way:
            self._way, self._since = wanted, second

    def show(self, second: float) -> Picture:
        picture = alive(self._pictures, second, self._seed)
        share = _turned_by(second - self._since)
        yaw, pitch = (it * share for it in self._way)
        return turned(picture, yaw, pitch) if share and (yaw or pitch) else picture


def _turned_by(second: float) -> float:
    """There and back again, smoothly: 0 ahead, 1 fully turned."""
    away = (second - TURN_AFTER_S) / TURN_TAKES_S
    back = (TURN_AFTER_S + TURN_TAKES_S + TURN_FOR_S - second) / TURN_TAKES_S + 1
    share = min(max(min(away, back), 0.0), 1.0)
    return share * share * (3 - 2 * share)


class LiveCamera(Paced):
    """Plays what `show` says of each second; 1 frame a second until told to burst."""

    def __init__(self, show: Show, *, noise: float = NOISE, seed: int = 1) -> None:
        super().__init__(IDLE_FPS)
        self.show = show
        grains = np.random.default_rng(seed)
        shape = (4, SIZE[1], SIZE[0], 3)
        made = grains.normal(0, noise, shape).astype(np.int16)
        self._grains = itertools.cycle(made)
        self._began = time.monotonic()

    @property
    def second(self) -> float:
        return time.monotonic() - self._began

    def told(self, *, looking: bool) -> None:
        self.fps = BURST_FPS if looking else IDLE_FPS

    async def recv(self) -> av.VideoFrame:
        _, at = await self.next_turn()
        frame = await asyncio.to_thread(self._frame, self.second)
        frame.pts, frame.time_base = at, CLOCK
        return frame

    def _frame(self, second: float) -> av.VideoFrame:
        grainy = self.show(second).astype(np.int16) + next(self._grains)
        picture = np.clip(grainy, 0, 255).astype(np.uint8)
        return av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
            format="yuv420p"
        )
