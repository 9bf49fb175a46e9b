"""The models of an official InsightFace pack, by the names the engine knows.

Detection gives five points with each box, recognition is ArcFace on them, pose comes of
the 68 landmarks in space; these packs have no liveness model.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from insightface import model_zoo
from insightface.app.common import Face
from insightface.utils import face_align

from media.faces.models import SCORE_MIN, Vector
from media.faces.official import check_manifest
from media.faces.packs import PackError
from media.faces.pictures import Box, Picture
from media.faces.sessions import options, quickest_options

DETECT_SIZE = (640, 640)
NEEDED = ("detection", "recognition")


def models_by_task(
    folder: Path, names: Iterable[str], threads: int
) -> dict[str, tuple[Path, Any]]:
    """The first model of each task among these files, and of no other: only they
    were checked."""
    models: dict[str, tuple[Path, Any]] = {}
    for name in sorted(names):
        how = options(threads)
        model = model_zoo.get_model(
            str(folder / name), providers=["CPUExecutionProvider"], sess_options=how
        )
        if model is not None:
            models.setdefault(model.taskname, (folder / name, model))
    return models


class OfficialModels:
    """Raises PackError for a changed file, or a pack that lacks a model."""

    def __init__(self, folder: Path, threads: int) -> None:
        manifest = check_manifest(folder)
        self.pack = manifest.pack
        self._points: dict[bytes, npt.NDArray[np.float32]] = {}
        models = models_by_task(folder, manifest.files, threads)
        for task in NEEDED:
            if task not in models:
                raise PackError(f"The pack in {folder} lacks a {task} model.")
        self._detector = models["detection"][1]
        self._detector.prepare(0, input_size=DETECT_SIZE, det_thresh=0.3)
        path, _ = models["recognition"]
        self._feature = model_zoo.get_model(
            str(path),
            providers=["CPUExecutionProvider"],
            sess_options=quickest_options(str(path), threads),
        )
        pose = models.get("landmark_3d_68")
        self._landmarks = pose[1] if pose else None

    def detect(
        self, picture: Picture, least: float = SCORE_MIN
    ) -> list[tuple[Box, float]]:
        """As `Models.detect`; the points of these boxes are kept for the next steps."""
        found, points = self._detector.detect(picture)
        self._points = {
            row[:4].astype(np.float32).tobytes(): five.astype(np.float32)
            for row, five in zip(found, points, strict=True)
        }
        boxes = [(row[:4].astype(np.float32), float(row[4])) for row in found]
        return sorted(
            (it for it in boxes if it[1] >= least), key=lambda it: it[1], reverse=True
        )

    def plain_faces(self, pictures: Sequence[Picture]) -> list[Box | None]:
        """Look closer, always: the points come of a whole picture."""
        return [None] * len(pictures)

    def five_points(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]:
        known = self._points.get(box.tobytes())
        if known is not None:
            return known
        self.detect(picture, 0.3)  # another picture was looked at since
        return self._points[box.tobytes()]

    def settled_points(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]:
        """This detector finds the points itself."""
        return self.five_points(picture, box)

    def embed(self, picture: Picture, points: npt.NDArray[np.float32]) -> Vector:
        return self.embed_aligned(face_align.norm_crop(picture, points, 112))

    def embed_aligned(self, aligned: Picture) -> Vector:
        vector = self._feature.get_feat(aligned)[0]
        unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit

    def liveness(self, picture: Picture, box: Box) -> float | None:
        """These packs cannot tell."""
        return None

    def pose(self, picture: Picture, box: Box) -> tuple[float, float]:
        """Yaw and pitch as `Models.pose`; from five points where the pack has no
        landmarks in space."""
        if self._landmarks is None:
            return _pose_of(self.five_points(picture, box))
        face = Face(bbox=box)
        self._landmarks.get(picture, face)
        pitch, yaw, _ = face.pose
        return float(yaw), float(pitch)


def _pose_of(points: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Roughly, by where the nose is between eyes and mouth (45 degrees at the edge)."""
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    apart = float(np.linalg.norm(points[1] - points[0])) or 1.0
    middle = (eyes + mouth) / 2
    across, down = (points[2] - middle) / apart
    return float(np.clip(across * 90, -90, 90)), float(np.clip(-down * 90, -90, 90))
