"""Four small pictures in one: where each shows one face plainly, detecting costs a
quarter. Whoever is small, unclear or not alone is looked at closer."""

from collections.abc import Sequence

import cv2
import numpy as np

from media.faces.pictures import Box, Picture, pad_to_four_thirds

ACROSS, DOWN = 2, 2
SEVERAL = ACROSS * DOWN
WIDTH, HEIGHT = 160, 120
DOUBT = 0.08
"""At half the size the detector is less sure of a second face: any hint counts."""
PLAIN = 0.26
"""Of the tile's height. Beside a smaller face, a second one is easily overlooked at
half the size; how many are beside such a one, `tests/faces/test_mosaic.py` counts."""
SHADOW, SHADOW_RIM = 0.2, 0.2
"""A weaker score, so close to the face, is the same head; of the face's size."""
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
    if any(it >= sure or not _is_shadow(other, it, box) for other, it in inside[1:]):
        return None
    height, width = picture.shape[:2]
    scale = max(width / WIDTH, height / HEIGHT)
    grown = np.clip(box * scale, 0, np.array([width, height] * 2, np.float32))
    large = box[3] - box[1] >= PLAIN * HEIGHT
    return grown if large and score >= sure and _fits(box) else None


def _is_shadow(other: Box, score: float, box: Box) -> bool:
    """Hair and collars look a little like faces: what lies on the head itself is no
    other person, nor what is weak and right beside it."""
    middle = (other[:2] + other[2:]) / 2
    rim = (SHADOW_RIM if score < SHADOW else 0) * (box[2:] - box[:2])
    return bool((middle >= box[:2] - rim).all() and (middle <= box[2:] + rim).all())


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
