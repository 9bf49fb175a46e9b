"""The faces that scripted students show, each seated before the camera."""

from pathlib import Path

import cv2
import numpy as np

from media.faces.loading import PackModels, load_models
from media.faces.pictures import Picture
from workers.demo_faces import demo_pictures
from workers.loadtest.scenes import CENTRE, SIZE, Box, People, Show, seated, showing

SCENES = {"right": "alive", "wrong": "other", "none": "empty", "dark": "dark"}
"""What a student shows, as the mix names it, and the scene that shows it."""
AWAY_PX = (70.0, 30.0)
SMALLEST = 0.72


def seated_faces(pack: Path) -> dict[str, Picture]:
    """Of every demo face, by name: 640 x 480, BGR. Raises PackError."""
    models = load_models(pack)
    return {who: _seated(models, it) for who, it in demo_pictures().items()}


def _seated(models: PackModels, picture: Picture) -> Picture:
    box = models.detect(picture)[0][0]
    return seated(picture, Box(*(float(it) for it in box[:4])))


def shows(faces: dict[str, Picture], who: str, seed: int) -> dict[str, Show]:
    """By the words of the mix: what this student's camera can show. The same seed
    gives the same room, and no two students sit in the same."""
    names = sorted(faces)
    other = names[(names.index(who) + 1) % len(names)]
    people: People = {"student": [faces[who]], "other": [faces[other]]}
    room = Room(seed)
    return {
        word: room.around(showing(scene, people, 0, seed))
        for word, scene in SCENES.items()
    }


class Room:
    """Where one student sits, and how the light falls: else the same photograph before
    several cameras would be taken for one clip, as it should be."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        size = chance.uniform(SMALLEST, 1.0)
        away = chance.uniform(-1, 1, 2) * AWAY_PX
        self._place = np.array([[size, 0, 0], [0, size, 0]], np.float64)
        self._place[:, 2] = np.array(CENTRE) * (1 - size) + away
        small = chance.integers(205, 256, (6, 8), dtype=np.uint8)
        light = cv2.resize(small, SIZE, interpolation=cv2.INTER_LINEAR)
        self._light = cv2.merge([light] * 3)

    def around(self, show: Show) -> Show:
        def shown(second: float) -> Picture:
            moved = cv2.warpAffine(
                show(second), self._place, SIZE, borderMode=cv2.BORDER_REPLICATE
            )
            lit = cv2.multiply(moved, self._light, scale=1 / 230)
            return lit.astype(np.uint8, copy=False)

        return shown
