"""One frame and the faces in it, and what several frames show together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import cv2
import numpy as np

from media.faces.pictures import (
    Box,
    Picture,
    PictureUnreadable,
    crop,
    luminance,
    read_picture,
    sharpness,
)

BESIDE_MIN = 0.35
"""A second face counts when it is at least this share of the first one's height."""
FACE_MIN = 0.06
"""Smaller shares of the picture's height are noise, posters and crowds."""
MOTION_SIDE = 64


class Detects(Protocol):
    def detect(
        self, picture: Picture, least: float = ...
    ) -> list[tuple[Box, float]]: ...


@dataclass(frozen=True)
class Seen:
    """One frame and the faces in it, largest first."""

    picture: Picture
    boxes: list[Box]

    @property
    def faces(self) -> int:
        """0, 1, or 2 for several."""
        return min(len(self.boxes), 2)

    @property
    def face_height(self) -> float:
        box = self.boxes[0]
        height: int = self.picture.shape[0]
        return float(box[3] - box[1]) / height

    @cached_property
    def face(self) -> Picture:
        """The first face, or the whole picture where there is none."""
        if not self.boxes:
            return self.picture
        return crop(self.picture, self.boxes[0], 1.0, 112)

    @property
    def worth(self) -> float:
        """Large, sharp and bright frames first."""
        sharp = min(1.0, sharpness(self.face) / 100)
        return self.face_height * sharp * luminance(self.face)


def see(models: Detects, picture: Picture) -> Seen:
    """Leaves out what is too small to sit before this camera."""
    return _seen(picture, [box for box, _ in models.detect(picture)])


def see_gently(models: Detects, picture: Picture, sure: float, least: float) -> Seen:
    """A face of which the detector is less sure counts while there is no other: who
    looks down at a book has not left."""
    found = models.detect(picture, least)
    certain = [box for box, score in found if score >= sure]
    return _seen(picture, certain or [box for box, _ in found[:1]])


def _seen(picture: Picture, boxes: list[Box]) -> Seen:
    boxes.sort(key=lambda box: float(box[3] - box[1]), reverse=True)
    height = picture.shape[0]
    if boxes:
        least = max(FACE_MIN * height, BESIDE_MIN * (boxes[0][3] - boxes[0][1]))
        boxes = [box for box in boxes if box[3] - box[1] >= least]
    return Seen(picture, boxes)


def readable(frames: Iterable[bytes]) -> list[Picture]:
    pictures = []
    for jpeg in frames:
        try:
            pictures.append(read_picture(jpeg))
        except PictureUnreadable:
            continue
    return pictures


def count(seen: Sequence[Seen]) -> int:
    """The count most frames agree on, several winning a tie; zero without frames."""
    counts = Counter(frame.faces for frame in seen)
    return max(counts, key=lambda faces: (counts[faces], faces), default=0)


def motion(seen: Sequence[Seen]) -> float | None:
    """The largest mean change of the face's area between two frames, 0..1.

    The area stays where the first frame has the face: a picture that is held before
    the camera moves as a whole, one that is fed in does not move at all.
    """
    if len(seen) < 2:
        return None
    box, first = seen[0].boxes[0], seen[0].picture.shape
    same = [frame for frame in seen if frame.picture.shape == first]
    areas = [_area(frame.picture, box) for frame in same]
    changes = [
        float(np.abs(one - other).mean()) / 255
        for number, one in enumerate(areas)
        for other in areas[:number]
    ]
    return max(changes, default=None)


def _area(picture: Picture, box: Box) -> np.ndarray[tuple[int, ...], np.dtype]:
    gray = cv2.cvtColor(crop(picture, box, 1.0, MOTION_SIDE), cv2.COLOR_BGR2GRAY)
    return gray.astype(np.float32)
