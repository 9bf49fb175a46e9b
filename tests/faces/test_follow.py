"""Following a face from glance to glance, with real models and six real people."""

import itertools

import cv2
import numpy as np
import pytest

from app.kernel.glances import Sight
from media.faces.pictures import read_picture
from media.follow import Comparisons, Follower

SIZE = (320, 240)
EVERY_S = 10


@pytest.fixture(scope="module")
def sitters(portraits, glimpser):
    """Each person before the same wall, as a webcam of 320 x 240 shows them."""
    return {who: _placed(picture, glimpser) for who, picture in portraits.items()}


def _placed(picture, glimpser):
    seen = glimpser.glimpse(picture)
    scale = picture.shape[1] / 320
    points = seen.points * scale
    eyes = float(np.linalg.norm(points[1] - points[0]))
    turn = cv2.getRotationMatrix2D(tuple(map(float, points[2])), 0, 36 / eyes)
    turn[:, 2] += np.array([160, 120]) - points[2]
    return cv2.warpAffine(picture, turn, SIZE, borderMode=cv2.BORDER_REPLICATE)


def shot(picture, second, chance):
    """The same person a little later: moved, tilted, with the noise of a sensor."""
    angle = 2 * np.sin(second * 0.31) + np.sin(second * 1.7)
    turn = cv2.getRotationMatrix2D((160, 120), angle, 1 + 0.02 * np.sin(second * 0.23))
    turn[:, 2] += [5 * np.sin(second * 0.17), 3 * np.sin(second * 0.41)]
    moved = cv2.warpAffine(picture, turn, SIZE, borderMode=cv2.BORDER_REPLICATE)
    noisy = moved + chance.normal(0, 3, moved.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


class Sitting:
    """Glances of one stream."""

    def __init__(self, glimpser, **how):
        self.follower = Follower(**how)
        self.glimpser, self.at = glimpser, 0.0
        self.chance = np.random.default_rng(5)

    def see(self, picture, second=None):
        self.at += EVERY_S
        if picture is None:
            return self.follower.take(None, self.at, self.glimpser.embed)
        frame = shot(picture, self.at if second is None else second, self.chance)
        glimpse = self.glimpser.glimpse(frame)
        return self.follower.take(glimpse, self.at, self.glimpser.embed)


def test_the_first_glance_must_be_vouched_for_and_then_a_face_goes_on(
    glimpser, sitters
):
    for picture in sitters.values():
        sitting = Sitting(glimpser)
        assert sitting.see(picture).sight is Sight.BROKEN
        sights = [sitting.see(picture).sight for _ in range(20)]
        assert set(sights) <= {Sight.STEADY, Sight.JUMPED}


def test_every_change_of_person_breaks_the_track(glimpser, sitters):
    for one, other in itertools.permutations(sitters.values(), 2):
        sitting = Sitting(glimpser)
        for _ in range(3):
            sitting.see(one)
        assert sitting.see(other).sight is Sight.BROKEN


def test_without_comparisons_left_another_face_is_still_a_break(glimpser, sitters):
    for one, other in itertools.permutations(sitters.values(), 2):
        sitting = Sitting(glimpser, comparisons=Comparisons(at_once=0, per_h=0))
        sitting.see(one)
        assert sitting.see(one).sight is Sight.STEADY
        assert sitting.see(other).sight is Sight.BROKEN


def test_looking_to_and_fro_costs_one_comparison_a_pose(glimpser, people):
    """Two photographs of one person are as unlike as two poses, and more."""
    one, other = (_placed(read_picture(jpeg), glimpser) for jpeg in people["obama"][:2])
    comparisons = Comparisons(at_once=3, per_h=0)
    sitting = Sitting(glimpser, comparisons=comparisons)
    sitting.see(one)
    sights = {sitting.see(it).sight for it in [other, one] * 10}
    assert Sight.BROKEN not in sights
    compared = Sitting(glimpser, comparisons=Comparisons(at_once=0, per_h=0))
    compared.see(one)
    assert compared.see(other).sight is Sight.BROKEN  # they are unlike


def test_a_break_tells_since_when_the_face_was_not_followed(glimpser, sitters):
    one, other, *_ = sitters.values()
    sitting = Sitting(glimpser)
    assert sitting.see(one).gap_s is None
    assert sitting.see(one).gap_s is None
    assert sitting.see(None).gap_s == EVERY_S
    assert sitting.see(other).gap_s == 2 * EVERY_S


def test_an_empty_chair_is_seen_and_whoever_comes_back_is_a_break(glimpser, sitters):
    room = np.full((240, 320, 3), 120, np.uint8)
    sitting, (picture, *_) = Sitting(glimpser), sitters.values()
    sitting.see(picture)
    assert sitting.see(room).sight is Sight.EMPTY
    assert sitting.see(picture).sight is Sight.BROKEN
    assert sitting.see(picture).sight is Sight.STEADY


def test_no_picture_is_unseen_and_whoever_comes_after_it_is_a_break(glimpser, sitters):
    sitting, (picture, *_) = Sitting(glimpser), sitters.values()
    sitting.see(picture)
    assert sitting.see(None).sight is Sight.UNSEEN
    assert sitting.see(picture).sight is Sight.BROKEN
    assert sitting.see(picture).sight is Sight.STEADY


def test_a_face_that_never_moves_is_still_and_a_living_one_is_not(glimpser, sitters):
    for picture in sitters.values():
        held, alive = Sitting(glimpser), Sitting(glimpser)
        for _ in range(8):
            frozen, living = held.see(picture, second=1.0), alive.see(picture)
        assert frozen.still_s >= 60
        assert living.still_s < 60


def test_a_clip_in_a_loop_repeats_itself(glimpser, sitters):
    picture = next(iter(sitters.values()))
    looped, alive = Sitting(glimpser), Sitting(glimpser)
    chance = np.random.default_rng(3)
    for _ in range(50):
        phase = round((looped.at + chance.uniform(-2, 2)) % 30, 1)
        again, living = looped.see(picture, second=phase), alive.see(picture)
    assert again.repeats >= 12
    assert living.repeats < 6


def test_where_faces_are_only_counted_nothing_of_them_is_kept(glimpser, sitters):
    one, other, *_ = sitters.values()
    sitting = Sitting(glimpser, compare=False)
    sitting.see(one)
    seen = sitting.see(other)
    assert (seen.sight, seen.mark) == (Sight.STEADY, b"")
