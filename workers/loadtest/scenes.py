"""Scenes before a scripted webcam, made of photographs: who sits there, what trick.

    frames = scene("swap", {"student": [asha], "other": [ben]}, 20, fps=10, seed=1)

Frames are BGR, 640 x 480; the same arguments give the same frames. `people` are
pictures that show one face each, where a student's is (`seated`): all kinds need
"student", some "other", too. Nothing here recognises anybody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from media.faces.pictures import Picture

SIZE = (640, 480)
FACE = 190
"""Height of a seated face in pixels."""
CENTRE = (SIZE[0] / 2, SIZE[1] * 0.45)
SWAP_AT = 0.5
LOOP_S = 4.0
NOISE = 2.0
HEAD = (0.62, 0.85, 0.9)
"""Half axes of a head's ellipsoid, of the face's height: across, up, deep."""

People = Mapping[str, Sequence[Picture]]
Show = Callable[[float], Picture]


@dataclass(frozen=True, slots=True)
class Box:
    """Of a face, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


def seated(picture: Picture, face: Box) -> Picture:
    """The picture, moved and scaled so that its face sits where a student's does."""
    scale = FACE / (face.bottom - face.top)
    middle = np.array([face.left + face.right, face.top + face.bottom]) / 2
    place = np.array([[scale, 0, 0], [0, scale, 0]], np.float64)
    place[:, 2] = np.array(CENTRE) - scale * middle
    return _warped(picture, place)


def scene(
    kind: str, people: People, seconds: float, fps: float = 10, seed: int = 1
) -> Iterator[Picture]:
    """The frames of one of `KINDS`. Raises KeyError for another."""
    show = showing(kind, people, seconds, seed)
    chance = np.random.default_rng(seed)
    noise = 0.0 if kind == "still" else NOISE
    loop: list[Picture] = []
    for number in range(round(seconds * fps)):
        if kind == "loop" and number >= round(LOOP_S * fps):
            yield loop[number % len(loop)]
            continue
        frame = _noisy(show(number / fps), chance, noise)
        if kind == "loop":
            loop.append(frame)
        yield frame


def showing(kind: str, people: People, seconds: float, seed: int = 1) -> Show:
    """What the camera sees at a second, without the noise of its sensor."""
    return KINDS[kind](people, seconds, seed)


def alive(pictures: Sequence[Picture], second: float, seed: int = 1) -> Picture:
    """Sways, tilts and breathes, never twice the same; now and then the next picture
    of the same person fades in."""
    turn = cv2.getRotationMatrix2D(CENTRE, *_tilt(second + seed))
    turn[:, 2] += [
        7 * np.sin((second + seed) * 0.53) + 3 * np.sin((second + seed) * 1.9),
        4 * np.sin((second + seed) * 0.77) + 1.5 * np.sin(second * 1.6),
    ]
    return _warped(_between(pictures, second), turn)


def _tilt(second: float) -> tuple[float, float]:
    angle = 1.6 * np.sin(second * 0.91) + 0.8 * np.sin(second * 2.3)
    return float(angle), float(1 + 0.012 * np.sin(second * 0.7))


def _between(pictures: Sequence[Picture], second: float) -> Picture:
    """Each picture for 8 s; the change takes a quarter of a second."""
    turn, into = divmod(second, 8.0)
    one = pictures[int(turn) % len(pictures)]
    if into < 7.75 or len(pictures) == 1:
        return one
    then = pictures[(int(turn) + 1) % len(pictures)]
    share = (into - 7.75) / 0.25
    return cv2.addWeighted(one, 1 - share, then, share, 0).astype(np.uint8)


def turned(picture: Picture, yaw: float, pitch: float) -> Picture:
    """The head turned by so many degrees, as an ellipsoid: yaw above 0 to the person's
    own left, pitch above 0 up. What was hidden is stretched, so 30 is the most."""
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    across, up, deep = (FACE * it for it in HEAD)
    right, down = x - CENTRE[0], y - CENTRE[1]
    inside = 1 - (right / across) ** 2 - (down / up) ** 2
    near = deep * np.sqrt(np.clip(inside, 0, 1))
    about_y, about_x = np.radians(-yaw), np.radians(pitch)
    back_x = right * np.cos(about_y) + near * np.sin(about_y)
    depth = near * np.cos(about_y) - right * np.sin(about_y)
    back_y = down * np.cos(about_x) + depth * np.sin(about_x)
    share = np.clip(inside * 4, 0, 1)  # the head's edge joins what is behind it
    source_x = x + (back_x - right) * share
    source_y = y + (back_y - down) * share
    return cv2.remap(
        picture,
        source_x.astype(np.float32),
        source_y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.uint8)


def room(seed: int = 1) -> Picture:
    """A wall with soft colours and nobody before it."""
    small = np.random.default_rng(seed).integers(90, 170, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def beside(one: Picture, other: Picture) -> Picture:
    """Two people before one camera."""
    halves = [cv2.resize(it[:, 120:520], (320, 480)) for it in (one, other)]
    return np.hstack(halves).astype(np.uint8)


def _alive(people: People, seconds: float, seed: int) -> Show:
    return lambda at: alive(people["student"], at, seed)


def _other(people: People, seconds: float, seed: int) -> Show:
    return lambda at: alive(people["other"], at, seed)


def _swap(people: People, seconds: float, seed: int) -> Show:
    swap_at = seconds * SWAP_AT
    return lambda at: alive(people["student" if at < swap_at else "other"], at, seed)


def _still(people: People, seconds: float, seed: int) -> Show:
    return lambda at: people["student"][0]


def _empty(people: People, seconds: float, seed: int) -> Show:
    wall = room(seed)
    return lambda at: wall


def _two(people: People, seconds: float, seed: int) -> Show:
    both = beside(people["student"][0], people["other"][0])
    return lambda at: both


def _dark(people: People, seconds: float, seed: int) -> Show:
    return lambda at: (alive(people["student"], at, seed) * 0.06).astype(np.uint8)


def _covered(people: People, seconds: float, seed: int) -> Show:
    lens = np.full((SIZE[1], SIZE[0], 3), 12, np.uint8)
    return lambda at: lens


KINDS: Mapping[str, Callable[[People, float, int], Show]] = {
    "alive": _alive,
    "other": _other,
    "swap": _swap,
    "still": _still,
    "loop": _alive,
    "empty": _empty,
    "two": _two,
    "dark": _dark,
    "covered": _covered,
}


def _noisy(frame: Picture, chance: np.random.Generator, noise: float) -> Picture:
    if not noise:
        return frame
    grains = chance.normal(0, noise, frame.shape)
    return np.clip(frame + grains, 0, 255).astype(np.uint8)


def _warped(picture: Picture, turn: npt.NDArray[Any]) -> Picture:
    return cv2.warpAffine(picture, turn, SIZE, borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8
    )
