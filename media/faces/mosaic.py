"""Four small pictures in one: where each shows one face plainly, detecting costs a
quarter. Whoever is small, unclear or not alone is looked at closer."""

from collections.abc import Sequence

import cv2
import numpy as np

from media.faces.pictures import Box, Picture, pad_to_four_thirds

ACROSS, DOWN = 2, 2
SEVERAL = ACROSS * DOWN
WIDTH, HEIGHT = 160, 120
DOUBT = 0.1
"""At half the size the detector is less sure of a second face: any hint counts."""
PLAIN = 0.24
"""Of the picture's height. Beside a smaller face, a second one is easily overlooked at
half the size; beside such a one 1 in 100 was (`tests/faces/test_mosaic.py`)."""
SAME_HEAD = 0.2
"""Of the box, around it: nobody else's face has its middle there."""
OUTSIDE = 0.1
"""A box may reach so far over the edge, of its height: faces at an edge are guessed."""


def mosaic(pictures: Sequence[Picture]) -> Picture:
    """320 x 240 of up to four pictures of any size; what is left over stays black."""
    whole = np.zeros((DOWN * HEIGHT, ACROSS * WIDTH, 3), np.uint8)
    for number, picture in enumerate(pictures[:SEVERAL]):
        x, y = _corner(number)
        padded = pad_to_four_thirds(picture)
        size = (WIDTH, HEIGHT)
        tile = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
        whole[y : y + HEIGHT, x : x + WIDTH] = tile
    return whole


def plain_faces(
    pictures: Sequence[Picture], found: Sequence[tuple[Box, float]], sure: float
) -> list[Box | None]:
    """The one face of each picture, in its own pixels; None: look closer.

    `found`: boxes of the mosaic with their scores, from `DOUBT` on.
    """
    return [
        _plain(picture, number, found, sure) for number, picture in enumerate(pictures)
    ]


def _plain(
    picture: Picture, number: int, found: Sequence[tuple[Box, float]], sure: float
) -> Box | None:
    corner = np.array(_corner(number) * 2, np.float32)
    inside = [(box - corner, score) for box, score in found if _holds(box - corner)]
    if not inside:
        return None
    box, score = inside[0]
    if any(_beside(other, box) for other, _ in inside[1:]):
        return None
    height, width = picture.shape[:2]
    scale = max(width / WIDTH, height / HEIGHT)
    grown = np.clip(box * scale, 0, np.array([width, height] * 2, np.float32))
    large = grown[3] - grown[1] >= PLAIN * height
    return grown if large and score >= sure and _fits(box) else None


def _beside(other: Box, box: Box) -> bool:
    """Not a shadow of the same head: hair and collars look a little like faces."""
    middle = (other[:2] + other[2:]) / 2
    rim = SAME_HEAD * (box[2:] - box[:2])
    low, high = box[:2] - rim, box[2:] + rim
    return bool((middle < low).any() or (middle > high).any())


def _corner(number: int) -> tuple[int, int]:
    return number % ACROSS * WIDTH, number // ACROSS * HEIGHT


def _holds(box: Box) -> bool:
    """Whether any of it lies in the tile at 0, 0."""
    left, top, right, bottom = box
    return bool(left < WIDTH and right > 0 and top < HEIGHT and bottom > 0)


def _fits(box: Box) -> bool:
    left, top, right, bottom = box
    over = OUTSIDE * (bottom - top)
    within = left >= -over and top >= -over
    return bool(within and right <= WIDTH + over and bottom <= HEIGHT + over)
