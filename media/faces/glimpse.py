"""One small picture, seen at a glance: how many faces, where, and what it looks like.

Cheap on purpose: a few milliseconds of one core. Nobody is identified: a glimpse is
compared only with the one before it, and forgotten with the stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from insightface.utils import face_align

from media.faces.loading import PackModels
from media.faces.models import SCORE_MIN, Vector
from media.faces.pictures import Box, Picture
from media.faces.seen import Seen, see_gently

THUMB = (32, 24)
PATCH = 24
LEAST = 0.4
"""A face bent over a book scores about so much."""
RIM = 3
"""Of the aligned face the rim is left out: hair and background."""

Gray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """`faces` 0, 1 or 2 for several; the rest is of one face, None otherwise.

    `points` are eyes, nose and mouth, 5 x 2 pixels of a picture 320 wide; `height` the
    face's, of the picture's height; `patch` the aligned face, blurred and normalised
    (mean 0, variance 1); `face` the aligned face, 112 x 112, for `Glimpser.likeness`.
    `thumb` is the whole picture at 32 x 24, grey 0..255.
    """

    faces: int
    thumb: npt.NDArray[np.uint8]
    points: Gray | None = None
    height: float | None = None
    patch: Gray | None = None
    face: Picture | None = None


class Glimpser:
    """Not thread-safe: one a thread."""

    def __init__(self, models: PackModels) -> None:
        self._models = models

    def plain_faces(self, pictures: Sequence[Picture]) -> list[Box | None]:
        """Of all that arrived together, for `glimpse`: that makes it cheaper."""
        return self._models.plain_faces(pictures)

    def glimpse(self, picture: Picture, face: Box | None = None) -> Glimpse:
        """`face`: of `plain_faces`; without, it is detected here."""
        if face is None:
            seen = see_gently(self._models, picture, SCORE_MIN, LEAST)
        else:
            seen = Seen(picture, [face])
        gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        tiny = cv2.resize(gray, THUMB, interpolation=cv2.INTER_AREA)
        thumb = tiny.astype(np.uint8)
        if seen.faces != 1:
            return Glimpse(seen.faces, thumb)
        points = self._models.settled_points(picture, seen.boxes[0])
        aligned = _aligned(picture, points)
        scale = 320 / picture.shape[1]
        return Glimpse(
            1, thumb, points * scale, seen.face_height, _patch(aligned), aligned
        )

    def embed(self, glimpse: Glimpse) -> Vector:
        """To tell whether a face that changed is still the same: costs 10 to 25 ms."""
        assert glimpse.face is not None
        return self._models.embed_aligned(glimpse.face)


def _aligned(picture: Picture, points: Gray) -> Picture:
    """As `face_align.norm_crop`, by the normal equations of the same least squares
    (Umeyama 1991, without reflection): a tenth of its time."""
    middle, wanted = points.mean(axis=0), face_align.arcface_dst.mean(axis=0)
    (x, y), (u, v) = (points - middle).T, (face_align.arcface_dst - wanted).T
    size = float(x @ x + y @ y)
    cos, sin = float(x @ u + y @ v) / size, float(x @ v - y @ u) / size
    turn = np.array([[cos, -sin], [sin, cos]])
    matrix = np.column_stack([turn, wanted - turn @ middle])
    return cv2.warpAffine(picture, matrix, (112, 112)).astype(np.uint8, copy=False)


def _patch(face: Picture) -> Gray:
    gray = cv2.blur(cv2.cvtColor(face, cv2.COLOR_BGR2GRAY), (5, 5))
    small = cv2.resize(gray, (PATCH, PATCH), interpolation=cv2.INTER_AREA)
    inner = small[RIM:-RIM, RIM:-RIM].astype(np.float32)
    patch: Gray = (inner - inner.mean()) / (inner.std() + 1e-3)
    return patch
