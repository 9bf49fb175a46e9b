"""The faces that scripted students show, each seated before the camera in a room."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from media.faces.loading import PackModels, load_models
from media.faces.pictures import Picture
from workers.demo_faces import demo_pictures
from workers.loadtest.actors import Head
from workers.loadtest.scenes import (
    CENTRE,
    FACE,
    SIZE,
    Box,
    People,
    Show,
    room,
    seated,
    showing,
)

SCENES = {"right": "alive", "wrong": "other", "none": "empty", "dark": "alive"}
"""What a student shows, as the mix names it, and the scene that shows it."""
AWAY_PX = np.array([90.0, 35.0])
SHIFTS_PX = np.array([16.0, 6.0])
SMALLEST = 0.7
DARKER = 16


def seated_faces(pack: Path) -> dict[str, Picture]:
    """Of every demo face, by name: 640 x 480, BGR. Raises PackError."""
    models = load_models(pack)
    return {who: _seated(models, it) for who, it in demo_pictures().items()}


def _seated(models: PackModels, picture: Picture) -> Picture:
    box = models.detect(picture)[0][0]
    return seated(picture, Box(*(float(it) for it in box[:4])))


def shows(faces: dict[str, Picture], who: str, seed: int) -> dict[str, "InRoom"]:
    """By the words of the mix: what this student's camera can show. The same seed
    gives the same room, and no two students sit in the same."""
    names = sorted(faces)
    other = names[(names.index(who) + 1) % len(names)]
    people: People = {"student": [faces[who]], "other": [faces[other]]}
    place = Room(seed)
    return {
        word: InRoom(place, showing(scene, people, 0, seed), lit=word != "dark")
        for word, scene in SCENES.items()
    }


class Room:
    """Where one student sits: how near, how far aside, before which wall. Else the same
    photograph before several cameras would be taken for one clip, as it should be."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        self._size = chance.uniform(SMALLEST, 1.0)
        self._aside = chance.uniform(-1, 1, 2) * AWAY_PX
        self._slow = chance.uniform(0.05, 0.2, 2)
        wall = room(seed)
        nearness = cv2.merge([_body()] * 3)
        self._nearness = nearness.astype(np.uint16)
        self._behind = wall.astype(np.uint16) * (255 - self._nearness)

    def __call__(self, picture: Picture, second: float) -> Picture:
        """The picture's person in this room, who shifts on the chair now and then."""
        whole = (picture * self._nearness + self._behind) // 255
        return cv2.warpAffine(
            whole.astype(np.uint8),
            self._place(second),
            SIZE,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.uint8, copy=False)

    def _place(self, second: float) -> npt.NDArray[np.float64]:
        place = np.array([[self._size, 0, 0], [0, self._size, 0]], np.float64)
        shifted = SHIFTS_PX * np.sin(second * self._slow)
        place[:, 2] = np.array(CENTRE) * (1 - self._size) + self._aside + shifted
        return place


class InRoom:
    """A `Show` of somebody in a room."""

    def __init__(self, place: Room, show: Show, *, lit: bool = True) -> None:
        self._place = place
        self._show = show
        self._lit = lit

    def __call__(self, second: float) -> Picture:
        picture = self._place(self._show(second), second)
        return picture if self._lit else picture // DARKER

    def turning(self, second: float) -> tuple[Head, "InRoom"]:
        """The same person, whose head turns as it is asked; where they sit just now."""
        head = Head([self._show(second)])
        return head, InRoom(self._place, head.show, lit=self._lit)


def _body() -> npt.NDArray[np.uint8]:
    """Head and shoulders 255, the wall behind them 0, softly."""
    mask = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    middle = int(CENTRE[0]), int(CENTRE[1])
    cv2.ellipse(mask, middle, (int(FACE * 0.8), int(FACE * 1.0)), 0, 0, 360, 255, -1)
    below = int(CENTRE[0]), SIZE[1]
    cv2.ellipse(mask, below, (int(FACE * 1.4), int(FACE * 0.75)), 0, 0, 360, 255, -1)
    return cv2.GaussianBlur(mask, (41, 41), 0).astype(np.uint8, copy=False)
