"""Students who stream what was encoded before, in a process of their own: what their
browsers spend is not ours."""

import asyncio
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import av
import cv2
import numpy as np
import uvloop

from media.faces.pictures import Picture
from workers.demo_faces import demo_pictures
from workers.loadtest.cameras import EncodedCamera, encode_clip
from workers.loadtest.whip import WhipClient


@dataclass(frozen=True, slots=True)
class Clip:
    frames: Sequence[bytes]
    fps: int


def at_desk(face: Picture, number: int, *, scale: int = 1) -> Picture:
    """A person who sways before a grey wall, 320 x 240 times `scale`."""
    size = (200 * scale, 220 * scale)
    wall = np.full((240 * scale, 320 * scale, 3), 110, np.uint8)
    shift = np.array([[1, 0, 4 * np.sin(number)], [0, 1, 2 * np.cos(number)]])
    shown = cv2.warpAffine(cv2.resize(face, size), shift * scale, size, borderMode=1)
    wall[10 * scale : 230 * scale, 60 * scale : 260 * scale] = shown
    return wall


def idle() -> Clip:
    """As an idle browser sends: 320 x 240, a frame a second, each a key frame."""
    face = demo_pictures()["asha"]
    frames = [_frame(at_desk(face, number)) for number in range(12)]
    return Clip(encode_clip(frames, fps=1, bit_rate=25_000), 1)


def burst() -> Clip:
    """As one that is looked at sends: 640 x 480 at 15 frames a second, with the grain
    of a camera, so that the encoder needs all of its bit rate."""
    face, chance = demo_pictures()["asha"], np.random.default_rng(1)
    frames = []
    for number in range(45):
        still = at_desk(face, number, scale=2)
        grainy = still + chance.normal(0, 4, still.shape)
        frames.append(_frame(np.clip(grainy, 0, 255).astype(np.uint8)))
    return Clip(encode_clip(frames, fps=15), 15)


def _frame(picture: Picture) -> av.VideoFrame:
    shown = av.VideoFrame.from_ndarray(picture, format="bgr24")
    return shown.reformat(format="yuv420p")


def stream_all(url: str, tickets: Sequence[str], clip: Clip) -> None:
    """The students, until their process is ended."""

    async def stream() -> None:
        async with AsyncExitStack() as stack:
            for ticket in tickets:
                camera = EncodedCamera(clip.frames, fps=clip.fps)
                await stack.enter_async_context(WhipClient(url, ticket, camera))
            await asyncio.Event().wait()

    uvloop.run(stream())


@contextmanager
def students(url: str, tickets: Sequence[str], clip: Clip) -> Iterator[None]:
    how = multiprocessing.get_context("spawn")
    process = how.Process(target=stream_all, args=(url, tickets, clip), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
