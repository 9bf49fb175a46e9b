"""The face engine: pictures in, a finding out; a photo in, a template out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.kernel.findings import Ask, Finding, Shown, Template
from app.kernel.refusals import Refusal
from media.faces.loading import PackModels, load_models
from media.faces.models import Vector
from media.faces.pictures import (
    Picture,
    PictureUnreadable,
    as_jpeg,
    luminance,
    read_picture,
    sharpness,
)
from media.faces.seen import Seen, count, motion, readable, see
from media.faces.turning import Pose, as_asked, straight

VERSION = "2"
BEST_FRAMES = 3
PHOTO_FACE_MIN = 0.12
PHOTO_SHARPNESS_MIN = 8.0


class PhotoRefused(Refusal):
    """A profile photo that cannot serve as reference; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """`vector`: the unit embedding of the frames that show what was asked (without an
    ask, of the best), and the best `picture` of them; None where none does."""

    finding: Finding
    vector: Vector | None = None
    picture: Picture | None = None

    def shown(self) -> Shown | None:
        if self.vector is None or self.picture is None:
            return None
        return Shown(vector=self.vector.tobytes(), jpeg=as_jpeg(self.picture))


class FaceEngine:
    """Not thread-safe: one engine a thread. About 9 ms a picture on one core."""

    def __init__(self, models: PackModels) -> None:
        self._models = models
        self.pack = models.pack
        self.version = VERSION

    @classmethod
    def load(cls, pack: Path, *, threads: int = 1) -> "FaceEngine":
        """Raises PackError when a model file is missing or damaged."""
        return cls(load_models(pack, threads))

    def examine(
        self,
        frames: Sequence[bytes],
        reference: Template | None,
        ask: Ask | None = None,
    ) -> Finding:
        """What the frames (JPEG, in time's order where a turn was asked) show together.

        Unreadable frames are left out. A reference of another pack is no reference.
        """
        return self.capture(frames, reference, ask).finding

    def capture(
        self,
        frames: Sequence[bytes],
        reference: Template | None,
        ask: Ask | None = None,
    ) -> Captured:
        """What they show together, and the embedding that a template may be made of."""
        seen = [see(self._models, picture) for picture in readable(frames)]
        faces = count(seen)
        chosen = [frame for frame in seen if frame.faces == faces]
        if faces != 1:
            return Captured(self._finding(seen, chosen, faces))
        if ask is not None:
            return self._asked(seen, chosen, reference, ask)
        best = sorted(chosen, key=lambda frame: frame.worth, reverse=True)
        best = best[:BEST_FRAMES]
        finding = self._finding(seen, best, faces)
        if not self._is_ours(reference):
            return Captured(finding)
        mean = self._mean_of(best)
        finding = replace(finding, similarity=_cosine(mean, reference))
        return Captured(finding, mean, best[0].picture)

    def embed_picture(self, jpeg: bytes) -> Vector | None:
        """The unit embedding of a picture of one person; None if it is not one."""
        try:
            seen = see(self._models, read_picture(jpeg))
        except PictureUnreadable:
            return None
        return self._embed(seen) if seen.faces == 1 else None

    def enrol(self, photo: bytes) -> Template:
        """The template of a profile photo (JPEG). Raises PhotoRefused."""
        try:
            seen = see(self._models, read_picture(photo))
        except PictureUnreadable:
            raise PhotoRefused("The photo cannot be read.") from None
        if not seen.boxes:
            raise PhotoRefused("The photo shows no face.")
        if len(seen.boxes) > 1:
            raise PhotoRefused("The photo shows several faces.")
        if seen.face_height < PHOTO_FACE_MIN:
            raise PhotoRefused("The face in the photo is too small.")
        if sharpness(seen.face) < PHOTO_SHARPNESS_MIN:
            raise PhotoRefused("The photo is too blurred.")
        return Template(pack=self.pack, vector=self._embed(seen).tobytes())

    def _asked(
        self,
        seen: Sequence[Seen],
        chosen: Sequence[Seen],
        reference: Template | None,
        ask: Ask,
    ) -> Captured:
        """Who it is, by the frames that look ahead; and whether that face turned."""
        poses = [Pose(*self._models.pose(it.picture, it.boxes[0])) for it in chosen]
        ahead = [chosen[i] for i in straight(poses)]
        asked = [chosen[i] for i in as_asked(poses, ask)]
        best = sorted(ahead or chosen, key=lambda frame: frame.worth, reverse=True)
        best = best[:BEST_FRAMES]
        finding = replace(self._finding(seen, best, 1), did_as_asked=bool(asked))
        if not self._is_ours(reference):
            return Captured(finding)
        front = self._mean_of(best)
        finding = replace(finding, similarity=_cosine(front, reference))
        if not asked:
            return Captured(finding)
        shown = sorted(asked, key=lambda frame: frame.worth, reverse=True)
        turned = [self._embed(frame) for frame in shown[:BEST_FRAMES]]
        finding = replace(finding, kept=min(float(front @ vector) for vector in turned))
        return Captured(finding, _unit(np.mean(turned, axis=0)), shown[0].picture)

    def _is_ours(self, reference: Template | None) -> bool:
        return reference is not None and reference.pack == self.pack

    def _mean_of(self, frames: Sequence[Seen]) -> Vector:
        """Three frames together miss far less than one."""
        return _unit(np.mean([self._embed(frame) for frame in frames], axis=0))

    def _embed(self, frame: Seen) -> Vector:
        points = self._models.five_points(frame.picture, frame.boxes[0])
        return self._models.embed(frame.picture, points)

    def _finding(
        self, seen: Sequence[Seen], best: Sequence[Seen], faces: int
    ) -> Finding:
        pieces = [frame.face for frame in best]
        faced = best if faces == 1 else []
        models = self._models
        poses = [models.pose(it.picture, it.boxes[0]) for it in faced]
        alive = [models.liveness(it.picture, it.boxes[0]) for it in faced]
        return Finding(
            frames=len(seen),
            faces=faces,
            luminance=_mean([luminance(piece) for piece in pieces]) or 0.0,
            sharpness=max([sharpness(piece) for piece in pieces], default=0.0),
            face_height=_mean([frame.face_height for frame in faced]),
            turn=_mean([max(abs(yaw), abs(pitch)) for yaw, pitch in poses]),
            liveness=_mean([it for it in alive if it is not None]),
            motion=motion([frame for frame in seen if frame.faces == 1]),
            engine=self.version,
            pack=self.pack,
        )


def _cosine(unit: Vector, reference: Template | None) -> float:
    assert reference is not None
    return float(unit @ np.frombuffer(reference.vector, np.float32))


def _unit(vector: Vector) -> Vector:
    unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
