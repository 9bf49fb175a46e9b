"""Cameras for scripted students: a clip played round and round, at a steady pace."""

import asyncio
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from aiortc.mediastreams import MediaStreamTrack

CLOCK = Fraction(1, 90_000)
FRAMES_MAX = 150


class Paced(MediaStreamTrack):
    """Waits for its next turn; turns come `fps` times a second."""

    kind = "video"

    def __init__(self, fps: float) -> None:
        super().__init__()
        self.fps = fps
        self._turn = -1
        self._due: float | None = None
        self._at = 0

    async def next_turn(self) -> tuple[int, int]:
        """The number of this turn, and its time on the 90 kHz clock."""
        loop = asyncio.get_running_loop()
        self._due = max(self._due or loop.time(), loop.time() - 1)
        await asyncio.sleep(max(0, self._due - loop.time()))
        self._due += 1 / self.fps
        self._at += round(90_000 / self.fps)
        self._turn += 1
        return self._turn, self._at


class Camera(Paced):
    """Plays pictures round and round; `pictures` and `fps` may change meanwhile."""

    def __init__(self, pictures: Sequence[av.VideoFrame], *, fps: float = 15) -> None:
        super().__init__(fps)
        self.pictures = pictures

    async def recv(self) -> av.VideoFrame:
        turn, at = await self.next_turn()
        picture = self.pictures[turn % len(self.pictures)]
        shown = av.VideoFrame.from_ndarray(picture.to_ndarray(), format="yuv420p")
        shown.pts, shown.time_base = at, CLOCK
        return shown


class EncodedCamera(Paced):
    """Plays a clip of `encode_clip`: a tenth of the work, so one machine plays many.

    It cannot answer a request for a key frame; the clip has one a second.
    """

    def __init__(self, frames: Sequence[bytes], *, fps: float = 15) -> None:
        super().__init__(fps)
        self.frames = frames

    async def recv(self) -> "av.Packet[Any]":
        turn, at = await self.next_turn()
        packet: av.Packet[Any] = av.Packet(self.frames[turn % len(self.frames)])
        packet.pts, packet.time_base = at, CLOCK
        return packet


def encode_clip(
    pictures: Sequence[av.VideoFrame], *, fps: float = 15, bit_rate: int = 800_000
) -> list[bytes]:
    """VP8 frames, the first and then one a second of them key frames."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height = pictures[0].width, pictures[0].height
    encoder.pix_fmt, encoder.bit_rate = "yuv420p", bit_rate
    encoder.time_base = Fraction(1, round(fps))
    encoder.gop_size, encoder.thread_count = round(fps), 1
    encoder.options = {"deadline": "realtime", "cpu-used": "-6", "lag-in-frames": "0"}
    frames = []
    for number, picture in enumerate(pictures):
        shown = av.VideoFrame.from_ndarray(picture.to_ndarray(), format="yuv420p")
        shown.pts = number
        frames += [bytes(packet) for packet in encoder.encode(shown)]
    return frames


def read_clip(
    path: Path, *, width: int = 640, height: int = 480
) -> list[av.VideoFrame]:
    """The first `FRAMES_MAX` pictures of anything av can read, as yuv420p."""
    with av.open(str(path)) as container:
        pictures = []
        for picture in container.decode(video=0):
            pictures.append(
                picture.reformat(width=width, height=height, format="yuv420p")
            )
            if len(pictures) >= FRAMES_MAX:
                break
    return pictures
