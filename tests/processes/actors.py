"""Who sits before a scripted camera: alive, held still, played in a loop, or nobody.

Real photographs; each sender encodes what it shows and answers what the page asks.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence

import av
import cv2
import numpy as np

from workers.loadtest.cameras import CLOCK, Paced

SIZE = (640, 480)
IDLE_FPS, BURST_FPS = 2, 10
FACE = 190
"""Height of the face in pixels, of 480."""
TURN_AFTER_S, TURN_FOR_S = 0.8, 2.5


def room(seed: int = 1) -> np.ndarray:
    """A wall with soft colours and nobody before it."""
    small = np.random.default_rng(seed).integers(90, 170, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)


def seated(picture, detect) -> np.ndarray:
    """The picture, moved and scaled so that its face sits where a student's does."""
    box = detect(picture)[0][0]
    scale = FACE / float(box[3] - box[1])
    middle = (box[:2] + box[2:]) / 2
    turn = np.array([[scale, 0, 0], [0, scale, 0]], np.float64)
    turn[:, 2] = np.array([SIZE[0] / 2, SIZE[1] * 0.45]) - scale * middle
    return cv2.warpAffine(picture, turn, SIZE, borderMode=cv2.BORDER_REPLICATE)


def alive(picture, second: float) -> np.ndarray:
    """Sways and tilts a little, never twice the same."""
    angle = 1.6 * np.sin(second * 0.91) + 0.8 * np.sin(second * 2.3)
    turn = cv2.getRotationMatrix2D((320, 215), angle, 1 + 0.012 * np.sin(second * 0.7))
    turn[:, 2] += [
        7 * np.sin(second * 0.53) + 3 * np.sin(second * 1.9),
        4 * np.sin(second * 0.77),
    ]
    return cv2.warpAffine(picture, turn, SIZE, borderMode=cv2.BORDER_REPLICATE)


class Person:
    """Alive; turns the head when asked if there are pictures of it, by `turns`."""

    def __init__(self, picture, turns: dict[str, np.ndarray] | None = None) -> None:
        self.picture, self.turns = picture, turns or {}
        self.asked: str | None = None
        self.asked_at = 0.0

    def ask(self, asked: str | None) -> None:
        if asked != self.asked:
            self.asked, self.asked_at = asked, time.monotonic()

    def show(self, second: float) -> np.ndarray:
        after_s = time.monotonic() - self.asked_at
        turning = TURN_AFTER_S <= after_s <= TURN_AFTER_S + TURN_FOR_S
        picture = (
            self.turns.get(self.asked or "", self.picture) if turning else self.picture
        )
        return alive(picture, second)


class Shown(Paced):
    """A camera whose picture is made as it is sent; `scene` takes seconds."""

    def __init__(
        self, scene: Callable[[float], np.ndarray], *, noise: float = 2
    ) -> None:
        super().__init__(IDLE_FPS)
        self.scene = scene
        self.person: Person | None = None
        self._noise = [
            np.random.default_rng(it)
            .normal(0, noise, (SIZE[1], SIZE[0], 3))
            .astype(np.int16)
            for it in range(4 if noise else 0)
        ]
        self._noises = itertools.cycle(self._noise) if noise else None
        self._began = time.monotonic()

    @property
    def track(self) -> "Shown":
        return self

    def told(self, *, looking: bool, asked: str | None) -> None:
        self.fps = BURST_FPS if looking else IDLE_FPS
        if self.person is not None:
            self.person.ask(asked)

    async def recv(self) -> av.VideoFrame:
        _, at = await self.next_turn()
        loop = asyncio.get_running_loop()
        frame = await loop.run_in_executor(None, self._frame)
        frame.pts, frame.time_base = at, CLOCK
        return frame

    def _frame(self) -> av.VideoFrame:
        picture = self.scene(time.monotonic() - self._began)
        if self._noises is not None:
            picture = np.clip(picture.astype(np.int16) + next(self._noises), 0, 255)
        bgr = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="bgr24")
        return bgr.reformat(format="yuv420p")


def living(person: Person) -> Shown:
    camera = Shown(person.show)
    camera.person = person
    return camera


def held_still(picture) -> Shown:
    """A photograph fed in as the camera: the same picture, always."""
    return Shown(lambda _: picture, noise=0)


def looped(picture, seconds: float) -> Shown:
    """A clip of a living person that begins again and again."""
    return Shown(lambda at: alive(picture, round(at % seconds, 1)))


def swapped(first, then, after_s: float) -> Shown:
    return Shown(lambda at: alive(first if at < after_s else then, at))


def in_turn(*scenes: tuple[float, np.ndarray]) -> Shown:
    """Each picture for so many seconds, the last for ever; nothing in it moves."""

    def show(at: float) -> np.ndarray:
        for seconds, picture in scenes:
            if at < seconds:
                return picture
            at -= seconds
        return scenes[-1][1]

    return Shown(show)


def posing(person: Person) -> Shown:
    """As still as a photograph until asked: then the head turns."""

    def show(at: float) -> np.ndarray:
        return person.show(at) if person.asked else person.picture

    camera = Shown(show, noise=0)
    camera.person = person
    return camera


def beside(one, other) -> np.ndarray:
    """Two people before one camera."""
    halves = [cv2.resize(it[:, 120:520], (320, 480)) for it in (one, other)]
    return np.hstack(halves)


def covered(pictures: Sequence[np.ndarray] = ()) -> np.ndarray:
    """A hand or a tape over the lens."""
    return np.full((SIZE[1], SIZE[0], 3), 12, np.uint8)
