"""The models of whichever pack a folder holds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from media.faces.models import Models, Vector
from media.faces.official import read_manifest
from media.faces.official_models import OfficialModels
from media.faces.pictures import Box, Picture


class PackModels(Protocol):
    """What the engine asks of a pack; see `Models`. `pack` is its name and version."""

    pack: str

    def detect(
        self, picture: Picture, least: float = ...
    ) -> list[tuple[Box, float]]: ...
    def plain_faces(self, pictures: Sequence[Picture]) -> list[Box | None]: ...
    def five_points(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]: ...
    def settled_points(self, picture: Picture, box: Box) -> npt.NDArray[np.float32]: ...
    def embed(self, picture: Picture, points: npt.NDArray[np.float32]) -> Vector: ...
    def embed_aligned(self, aligned: Picture) -> Vector: ...
    def liveness(self, picture: Picture, box: Box) -> float | None: ...
    def pose(self, picture: Picture, box: Box) -> tuple[float, float]: ...


def load_models(folder: Path, threads: int = 1) -> PackModels:
    """Raises PackError when a model file is missing, damaged or changed."""
    if read_manifest(folder) is not None:
        return OfficialModels(folder, threads)
    return Models(folder, threads)
