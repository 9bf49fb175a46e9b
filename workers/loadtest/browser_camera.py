"""A camera that sends as a browser does, for a tenth of the work.

It idles at a frame a second, 320 x 240, answers a request for a key frame with its next
frame, and bursts to 640 x 480 while the page is looked at. What lies between two key
frames nobody decodes: there one clip, encoded once, serves all students.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from typing import Any, TypeVar

import av
import cv2
import numpy as np
from aiortc import RTCRtpSender
from av.video.frame import PictureType

from media.faces.pictures import Picture
from workers.loadtest.actors import Head
from workers.loadtest.cameras import CLOCK, Paced, encode_clip
from workers.loadtest.faces import InRoom
from workers.loadtest.scenes import NOISE, SIZE, Show

IDLE_FPS, BURST_FPS = 1.0, 15.0
"""As `static/js/models/pace.js` has it."""
IDLE_SIZE = (320, 240)
BURST_S = 2.0
GRAINS = 5
IDLE_BITS, KEY_BITS, BURST_BITS = 30_000, 60_000, 900_000
OPTIONS = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"}
COARSE = {"qmin": "14", "qmax": "56"}
"""A browser's key frame of a webcam at this size has 5 to 8 kB."""

T = TypeVar("T")


class Studio:
    """What the cameras of one process share: a thread that draws and encodes, and the
    clip between key frames. `pool` has one thread."""

    def __init__(self, pool: ThreadPoolExecutor, show: Show) -> None:
        self._pool = pool
        grains = np.random.default_rng(1)
        shape = (GRAINS, SIZE[1], SIZE[0], 3)
        self._grains = itertools.cycle(grains.normal(0, NOISE, shape).astype(np.int16))
        self._keys = _Encoder(IDLE_SIZE, fps=1, bits=KEY_BITS)
        small = [_frame(self._small(show, float(at)), IDLE_SIZE) for at in range(30)]
        self.between = encode_clip(small, fps=30, bit_rate=IDLE_BITS * 30)[1:]

    async def burst(self, show: Show, second: float) -> list[bytes]:
        """`BURST_S` seconds from then on, 640 x 480."""
        return await self._run(self._burst, show, second)

    async def key(self, show: Show, second: float) -> bytes:
        return await self._run(self._key, show, second)

    async def live(self, encoder: "_Encoder", show: Show, second: float) -> bytes:
        return await self._run(self._live, encoder, show, second)

    def _burst(self, show: Show, second: float) -> list[bytes]:
        seconds = (second + at / BURST_FPS for at in range(int(BURST_S * BURST_FPS)))
        frames = [_frame(self._noisy(show(at)), SIZE) for at in seconds]
        return encode_clip(frames, fps=BURST_FPS, bit_rate=BURST_BITS)

    def _key(self, show: Show, second: float) -> bytes:
        return self._keys.encode(self._small(show, second), key=True)

    def _live(self, encoder: "_Encoder", show: Show, second: float) -> bytes:
        return encoder.encode(self._noisy(show(second)))

    def _small(self, show: Show, second: float) -> Picture:
        small = cv2.resize(show(second), IDLE_SIZE, interpolation=cv2.INTER_AREA)
        return self._noisy(small.astype(np.uint8, copy=False))

    def _noisy(self, picture: Picture) -> Picture:
        """As every sensor is."""
        height, width = picture.shape[:2]
        grains = next(self._grains)[:height, :width]
        noisy = cv2.add(picture, grains, dtype=cv2.CV_8U)
        return noisy.astype(np.uint8, copy=False)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, work, *arguments)


Bursts = dict[InRoom, Sequence[bytes]]


class BrowserCamera(Paced):
    """An `Actor`: told what the page says. `bursts` are a student's: every camera of
    theirs, one a connection, finds those that were made."""

    def __init__(
        self, show: InRoom, studio: Studio, bursts: Bursts, *, seed: int
    ) -> None:
        super().__init__(IDLE_FPS)
        self._show = show
        self._studio = studio
        self._second = float(seed % 1000)
        self._turning: tuple[Head, InRoom, _Encoder] | None = None
        self._bursts = bursts
        self._in_burst = 0
        self._key_wanted = True
        self._hurry = asyncio.Event()

    @property
    def track(self) -> "BrowserCamera":
        return self

    async def point_at(self, show: InRoom) -> None:
        """What it sees from now on; the burst of it is made beforehand, once."""
        if show not in self._bursts:
            self._bursts[show] = await self._studio.burst(show, self._second)
        self._show, self._in_burst = show, 0

    def listen_to(self, sender: RTCRtpSender) -> None:
        """A request for a key frame reaches us: aiortc would tell its own encoder."""
        setattr(sender, "_send_keyframe", self._want_key)  # noqa: B010

    def told(self, *, looking: bool, asked: str | None) -> None:
        fps = BURST_FPS if looking else IDLE_FPS
        if fps != self.fps:
            self.fps, self._key_wanted = fps, True
            self._hurry.set()
        if not (looking and asked):
            self._turning = None
            return
        if self._turning is None:
            encoder = _Encoder(SIZE, fps=int(BURST_FPS), bits=BURST_BITS)
            self._turning = *self._show.turning(self._second), encoder
        self._turning[0].ask(asked, second=self._second)

    async def recv(self) -> "av.Packet[Any]":
        _, at = await self.next_turn()
        self._second += 1 / self.fps
        packet: av.Packet[Any] = av.Packet(await self._next())
        packet.pts, packet.time_base = at, CLOCK
        return packet

    async def next_turn(self) -> tuple[int, int]:
        """Sooner than planned where the pace changed."""
        loop = asyncio.get_running_loop()
        self._due = max(self._due or loop.time(), loop.time() - 1)
        if self._hurry.is_set() or self._due > loop.time():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._due):
                    await self._hurry.wait()
                    self._due = loop.time()
        self._hurry.clear()
        self._due += 1 / self.fps
        self._at += round(90_000 / self.fps)
        self._turn += 1
        return self._turn, self._at

    async def _next(self) -> bytes:
        if self._turning is not None:
            _, show, encoder = self._turning
            return await self._studio.live(encoder, show, self._second)
        burst = self._bursts.get(self._show)
        if self.fps == BURST_FPS and burst:
            return self._next_of(burst)
        if self._key_wanted:
            self._key_wanted = False
            return await self._studio.key(self._show, self._second)
        between = self._studio.between
        return between[self._turn % len(between)]

    def _next_of(self, burst: Sequence[bytes]) -> bytes:
        if self._key_wanted or self._in_burst >= len(burst):
            self._key_wanted, self._in_burst = False, 0
        self._in_burst += 1
        return burst[self._in_burst - 1]

    def _want_key(self) -> None:
        self._key_wanted = True


class _Encoder:
    """VP8, a frame at a time; not thread-safe."""

    def __init__(self, size: tuple[int, int], *, fps: int, bits: int) -> None:
        self._size = size
        self._number = itertools.count()
        self._codec = av.CodecContext.create("libvpx", "w")
        self._codec.width, self._codec.height = size
        self._codec.pix_fmt, self._codec.bit_rate = "yuv420p", bits
        self._codec.time_base, self._codec.gop_size = Fraction(1, fps), fps
        self._codec.options, self._codec.thread_count = {**OPTIONS, **COARSE}, 1

    def encode(self, picture: Picture, *, key: bool = False) -> bytes:
        frame = _frame(picture, self._size)
        frame.pts = next(self._number)
        if key:
            frame.pict_type = PictureType.I
        return b"".join(bytes(it) for it in self._codec.encode(frame))


def _frame(picture: Picture, size: tuple[int, int]) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
    return frame.reformat(width=size[0], height=size[1], format="yuv420p")
