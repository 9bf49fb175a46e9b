"""Four pictures at once: nobody in them is missed that a closer look would find."""

import cv2
import numpy as np
import pytest

from media.faces import mosaic
from media.faces.glimpse import LEAST
from media.faces.models import SCORE_MIN, Models
from media.faces.seen import see_gently

SIZE = (320, 240)
MANY = 60


@pytest.fixture(scope="module")
def models(pack):
    return Models(pack, 1)


@pytest.fixture(scope="module")
def heads(portraits, models):
    """Each portrait with the box of its face and a mask of the head."""
    found = []
    for picture in portraits.values():
        box = models.detect(picture)[0][0]
        middle, half = (box[:2] + box[2:]) / 2, 0.85 * (box[2:] - box[:2])
        mask = np.zeros(picture.shape[:2], np.uint8)
        at, axes = middle.astype(int).tolist(), half.astype(int).tolist()
        cv2.ellipse(mask, at, axes, 0, 0, 360, 255, -1)
        found.append((picture, box, mask))
    return found


def wall(chance):
    small = chance.integers(60, 190, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)


def put(scene, head, share, x, y):
    """The head before the scene, its face `share` of the picture's height."""
    picture, box, mask = head
    scale, middle = share * SIZE[1] / (box[3] - box[1]), (box[:2] + box[2:]) / 2
    shift = np.array([x, y]) - scale * middle
    turn = np.column_stack([scale * np.eye(2), shift])
    shown = cv2.warpAffine(mask, turn, SIZE)[..., None] > 127
    return np.where(shown, cv2.warpAffine(picture, turn, SIZE), scene)


def scenes(heads, share, beside=None, *, close=False):
    """A student before a webcam; `beside`: another, so much smaller, `close` to the
    student's cheek or further away."""
    chance = np.random.default_rng(4)
    for _ in range(MANY):
        scene, who = wall(chance), chance.permutation(len(heads))
        x, y = chance.integers(110, 150), chance.integers(100, 140)
        scene = put(scene, heads[who[0]], share, x, y)
        if beside is not None:
            away = chance.uniform(0.6, 0.8) * share * SIZE[1] if close else 140
            where = x + away, y + chance.integers(-30, 30)
            scene = put(scene, heads[who[1]], share * beside, *where)
        light = scene * chance.uniform(0.5, 1.1) + chance.normal(0, 4, scene.shape)
        yield np.clip(light, 0, 255).astype(np.uint8)


def taken_for_one(models, pictures):
    """Those of which no closer look is taken, with what that would have seen."""
    faces = models.plain_faces(pictures)
    return [
        see_gently(models, picture, SCORE_MIN, LEAST).boxes
        for picture, face in zip(pictures, faces, strict=True)
        if face is not None
    ]


@pytest.mark.parametrize("share", [0.3, 0.45, 0.6])
def test_a_face_as_a_webcam_shows_it_needs_no_closer_look(models, heads, share):
    pictures = list(scenes(heads, share))
    faces = models.plain_faces(pictures)
    assert sum(face is not None for face in faces) >= 0.65 * MANY
    for picture, face in zip(pictures, faces, strict=True):
        if face is not None:
            (whole,) = see_gently(models, picture, SCORE_MIN, LEAST).boxes
            apart = models.settled_points(picture, face) - models.settled_points(
                picture, whole
            )
            assert np.abs(apart).mean() < 0.04 * share * SIZE[1]


def overlooked(models, heads, share, *, close=False, wide=False):
    """Of people beside somebody, how many a closer look alone would have found."""
    missed = 0
    for beside in (0.4, 0.6, 0.9):
        pictures = list(scenes(heads, share, beside, close=close))
        if wide:
            pictures = [it[30:210] for it in pictures]
        missed += sum(len(boxes) > 1 for boxes in taken_for_one(models, pictures))
    return missed


@pytest.mark.parametrize("share", [0.26, 0.29, 0.33, 0.45, 0.6])
@pytest.mark.parametrize("close", [False, True])
@pytest.mark.parametrize("wide", [False, True])
def test_hardly_anybody_is_overlooked_beside_another(models, heads, share, close, wide):
    missed = overlooked(models, heads, share, close=close, wide=wide)
    assert missed <= 0.03 * 3 * MANY


def test_small_faces_are_why_a_plain_one_must_be_large(models, heads, monkeypatch):
    monkeypatch.setattr(mosaic, "PLAIN", 0)
    missed = sum(overlooked(models, heads, share) for share in (0.15, 0.18, 0.2))
    assert missed > 0.03 * 3 * MANY


def test_an_empty_chair_and_a_lone_picture_are_looked_at_closer(models, heads):
    chance = np.random.default_rng(5)
    assert models.plain_faces([wall(chance) for _ in range(6)]) == [None] * 6
    assert models.plain_faces(list(scenes(heads, 0.45))[:1]) == [None]


def test_a_face_is_found_where_it_is_in_a_picture_of_any_shape(models, heads):
    tall = cv2.copyMakeBorder(next(scenes(heads, 0.6)), 0, 200, 0, 0, 0)
    large = cv2.resize(next(scenes(heads, 0.45)), (640, 480))
    for picture, face in zip(
        (tall, large), models.plain_faces([tall, large]), strict=True
    ):
        (whole,) = see_gently(models, picture, SCORE_MIN, LEAST).boxes
        assert np.abs(face - whole).max() < 0.15 * (whole[3] - whole[1])


@pytest.mark.parametrize(
    "boxes",
    [
        [[50, -9, 90, 40]],
        [[140, 20, 190, 80]],
        [[20, 20, 60, 70], [100, 60, 130, 100]],
        [[20, 20, 60, 70], [150, 60, 175, 90]],
    ],
)
def test_a_face_over_the_edge_and_a_second_one_are_looked_at_closer(boxes):
    """As the detector may find them where two pictures meet."""
    picture = np.zeros((240, 320, 3), np.uint8)
    found = [(np.array(box, np.float32), 0.99) for box in boxes]
    assert mosaic.plain_faces([picture], found, SCORE_MIN) == [None]
    plain = [(np.array([20, 20, 60, 70], np.float32), 0.99)]
    (face,) = mosaic.plain_faces([picture], plain, SCORE_MIN)
    assert face.tolist() == [40, 40, 120, 140]
