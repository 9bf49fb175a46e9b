"""The face engine: pictures in, a finding out; a photo in, a template out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.kernel.findings import Finding, Template
from app.kernel.refusals import Refusal
from media.faces.models import Models, Vector
from media.faces.packs import PACK
from media.faces.pictures import (
    Box,
    Picture,
    PictureUnreadable,
    crop,
    luminance,
    read_picture,
    sharpness,
)

VERSION = "1"
BEST_FRAMES = 3
BESIDE_MIN = 0.35
"""A second face counts when it is at least this share of the first one's height."""
FACE_MIN = 0.06
"""Smaller shares of the picture's height are noise, posters and crowds."""
PHOTO_FACE_MIN = 0.12
PHOTO_SHARPNESS_MIN = 8.0


class PhotoRefused(Refusal):
    """A profile photo that cannot serve as reference; the message says why."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One frame and the faces in it, largest first."""

    picture: Picture
    boxes: list[Box]

    @property
    def face_height(self) -> float:
        box = self.boxes[0]
        height: int = self.picture.shape[0]
        return float(box[3] - box[1]) / height


class FaceEngine:
    """Not thread-safe: one engine a thread. About 25 ms a frame on one core."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self.pack = PACK
        self.version = VERSION

    @classmethod
    def load(cls, pack: Path, *, threads: int = 1) -> "FaceEngine":
        """Raises PackError when a model file is missing or damaged."""
        return cls(Models(pack, threads))

    def examine(self, frames: Sequence[bytes], reference: Template | None) -> Finding:
        """What the frames (JPEG) of one sample show together.

        Unreadable frames are left out. A reference of another pack is no reference.
        """
        seen = [self._see(picture) for picture in _readable(frames)]
        count = _count(seen)
        chosen = [frame for frame in seen if _faces(frame) == count]
        if count != 1:
            return self._finding(seen, chosen, count)
        best = sorted(chosen, key=_worth, reverse=True)[:BEST_FRAMES]
        if reference is None or reference.pack != self.pack:
            return self._finding(seen, best, count)
        similarity = self._similarity(best, reference)
        return self._finding(seen, best, count, similarity)

    def enrol(self, photo: bytes) -> Template:
        """The template of a profile photo (JPEG). Raises PhotoRefused."""
        try:
            seen = self._see(read_picture(photo))
        except PictureUnreadable:
            raise PhotoRefused("The photo cannot be read.") from None
        if not seen.boxes:
            raise PhotoRefused("The photo shows no face.")
        if len(seen.boxes) > 1:
            raise PhotoRefused("The photo shows several faces.")
        if seen.face_height < PHOTO_FACE_MIN:
            raise PhotoRefused("The face in the photo is too small.")
        if sharpness(_face(seen)) < PHOTO_SHARPNESS_MIN:
            raise PhotoRefused("The photo is too blurred.")
        return Template(pack=self.pack, vector=self._embed(seen).tobytes())

    def _see(self, picture: Picture) -> _Seen:
        boxes = [box for box, _ in self._models.detect(picture)]
        boxes.sort(key=lambda box: float(box[3] - box[1]), reverse=True)
        height = picture.shape[0]
        if boxes:
            least = max(FACE_MIN * height, BESIDE_MIN * (boxes[0][3] - boxes[0][1]))
            boxes = [box for box in boxes if box[3] - box[1] >= least]
        return _Seen(picture, boxes)

    def _similarity(self, frames: Sequence[_Seen], reference: Template) -> float:
        """Cosine of the frames' mean embedding: three frames miss far less than one."""
        mean = np.mean([self._embed(frame) for frame in frames], axis=0)
        known = np.frombuffer(reference.vector, np.float32)
        return float(mean @ known / np.linalg.norm(mean))

    def _embed(self, frame: _Seen) -> Vector:
        points = self._models.five_points(frame.picture, frame.boxes[0])
        return self._models.embed(frame.picture, points)

    def _finding(
        self,
        seen: Sequence[_Seen],
        best: Sequence[_Seen],
        faces: int,
        similarity: float | None = None,
    ) -> Finding:
        pieces = [_face(frame) for frame in best]
        faced = best if faces == 1 else []
        models = self._models
        return Finding(
            frames=len(seen),
            faces=faces,
            luminance=_mean([luminance(piece) for piece in pieces]) or 0.0,
            sharpness=max([sharpness(piece) for piece in pieces], default=0.0),
            face_height=_mean([frame.face_height for frame in faced]),
            turn=_mean([models.turn(f.picture, f.boxes[0]) for f in faced]),
            similarity=similarity,
            liveness=_mean([models.liveness(f.picture, f.boxes[0]) for f in faced]),
            engine=self.version,
            pack=self.pack,
        )


def _readable(frames: Sequence[bytes]) -> list[Picture]:
    pictures = []
    for jpeg in frames:
        try:
            pictures.append(read_picture(jpeg))
        except PictureUnreadable:
            continue
    return pictures


def _count(seen: Sequence[_Seen]) -> int:
    """The count most frames agree on, several winning a tie; zero without frames."""
    counts = Counter(map(_faces, seen))
    return max(counts, key=lambda faces: (counts[faces], faces), default=0)


def _faces(frame: _Seen) -> int:
    """0, 1, or 2 for several."""
    return min(len(frame.boxes), 2)


def _worth(frame: _Seen) -> float:
    """Large, sharp and bright frames first."""
    face = _face(frame)
    return frame.face_height * min(1.0, sharpness(face) / 100) * luminance(face)


def _face(frame: _Seen) -> Picture:
    """The first face, or the whole picture where there is none."""
    if not frame.boxes:
        return frame.picture
    return crop(frame.picture, frame.boxes[0], 1.0, 112)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
