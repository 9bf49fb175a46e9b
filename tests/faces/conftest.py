"""The engine with the default pack, and real faces."""

import cv2
import numpy as np
import pytest

from media.faces.engine import FaceEngine
from media.faces.glimpse import Glimpser
from media.faces.models import Models
from media.faces.packs import install
from tests.conftest import ROOT, SHARED_FACES
from workers.demo_faces import as_jpeg, demo_pictures

PACK = ROOT / "var" / "models" / "faceplugin"


@pytest.fixture(scope="session")
def pack():
    install(PACK)
    return PACK


@pytest.fixture(scope="session")
def engine(pack):
    return FaceEngine.load(pack)


class AmongOthers(Glimpser):
    """Sees each picture with three others, as where many study; two in three without a
    closer look."""

    def __init__(self, models, others):
        super().__init__(models)
        self.others, self.count = others, 0

    def glimpse(self, picture, face=None):
        self.count += 1
        if self.count % 3:
            at = self.count % (len(self.others) - 2)
            (face, *_) = self.plain_faces([picture, *self.others[at : at + 3]])
        return super().glimpse(picture, face)


@pytest.fixture(scope="module", params=["whole", "mosaic"])
def glimpser(request, pack, portraits):
    models = Models(pack, 1)
    if request.param == "whole":
        return Glimpser(models)
    return AmongOthers(models, list(portraits.values()))


@pytest.fixture(scope="session")
def portraits():
    """One picture each of six people, from installed packages."""
    return demo_pictures()


@pytest.fixture(scope="session")
def people():
    """Several photographs each of six people."""
    if not SHARED_FACES.is_dir():
        pytest.skip("the shared faces are not beside this checkout")
    folders = sorted(p for p in (SHARED_FACES / "people").iterdir() if p.name[0] != "_")
    return {
        folder.name: [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]
        for folder in folders
    }


def varied(picture, seed: int) -> bytes:
    """Another shot of the same scene: moved, turned, brighter or darker, noisy."""
    chance = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    angle, scale = chance.uniform(-6, 6), chance.uniform(0.9, 1.05)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    moved = cv2.warpAffine(picture, turn, (width, height), borderMode=1)
    light = moved * chance.uniform(0.6, 1.3) + chance.normal(0, 5, moved.shape)
    return as_jpeg(np.clip(light, 0, 255).astype(np.uint8))
