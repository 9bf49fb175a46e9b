"""The engine on real faces, judged by the default policy."""

import itertools

import cv2
import numpy as np
import pytest

from app.proctoring.domain.judging import verdict_of
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from media.faces.engine import VERSION, PhotoRefused
from media.faces.packs import PACK
from tests.conftest import SHARED_FACES
from tests.faces.conftest import varied
from workers.demo_faces import as_jpeg


def verdict(engine, frames, reference) -> Verdict:
    return verdict_of(engine.examine(frames, reference), Policy())


def test_the_same_person_passes_and_every_other_fails(engine, portraits):
    references = {who: engine.enrol(as_jpeg(it)) for who, it in portraits.items()}
    for number, (who, picture) in enumerate(portraits.items()):
        frames = [varied(picture, seed=number * 10 + shot) for shot in range(3)]
        for whose, reference in references.items():
            expected = Verdict.MATCH if who == whose else Verdict.MISMATCH
            assert verdict(engine, frames, reference) is expected, (who, whose)


def test_other_photographs_of_the_same_person_pass(engine, people):
    references = {who: engine.enrol(photos[0]) for who, photos in people.items()}
    for who, photos in people.items():
        for photo in photos[1:]:
            assert verdict(engine, [photo], references[who]) is Verdict.MATCH
        others = (it for whose, it in references.items() if whose != who)
        for photo, other in itertools.product(photos, others):
            assert verdict(engine, [photo], other) is Verdict.MISMATCH


def test_two_faces_are_seen_as_several(engine, portraits):
    side = [cv2.resize(portraits[who], (320, 360)) for who in ("asha", "ben")]
    both = as_jpeg(np.hstack(side))
    reference = engine.enrol(as_jpeg(portraits["asha"]))
    assert verdict(engine, [both], reference) is Verdict.SEVERAL_FACES


def test_real_pictures_of_two_people_are_seen_as_several(engine, people):
    reference = engine.enrol(people["obama"][0])
    for path in (SHARED_FACES / "people" / "_two_faces").glob("*.jpg"):
        assert verdict(engine, [path.read_bytes()], reference) is Verdict.SEVERAL_FACES


def test_an_empty_room_is_nobody(engine, portraits):
    chance = np.random.default_rng(3)
    room = np.full((480, 640, 3), 120, np.uint8)
    room[200:, :] = (60, 80, 110)
    noisy = np.clip(room + chance.normal(0, 8, room.shape), 0, 255).astype(np.uint8)
    reference = engine.enrol(as_jpeg(portraits["asha"]))
    assert verdict(engine, [as_jpeg(noisy)], reference) is Verdict.NO_FACE


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda it: (it * 0.03).astype(np.uint8), Verdict.DARK),
        (lambda it: cv2.GaussianBlur(it, (0, 0), 4), Verdict.BLURRED),
    ],
)
def test_a_spoilt_picture_is_named_not_accused(engine, portraits, spoil, expected):
    picture = portraits["asha"]
    reference = engine.enrol(as_jpeg(picture))
    assert verdict(engine, [as_jpeg(spoil(picture))], reference) is expected


def test_dim_light_still_passes(engine, portraits):
    picture = portraits["asha"]
    reference = engine.enrol(as_jpeg(picture))
    dim = as_jpeg((picture * 0.3).astype(np.uint8))
    assert verdict(engine, [dim], reference) is Verdict.MATCH


def test_liveness_tells_a_photograph_of_a_photograph(engine):
    if not SHARED_FACES.is_dir():
        pytest.skip("the shared faces are not beside this checkout")
    scores = {
        path.stem: engine.examine([path.read_bytes()], None).liveness
        for path in (SHARED_FACES / "liveness").glob("*.jpg")
    }
    assert scores["live_1"] > 0.8
    assert max(scores["spoof_1"], scores["spoof_2"]) < 0.3


def test_a_finding_names_the_engine_and_the_pack(engine, portraits):
    finding = engine.examine([as_jpeg(portraits["asha"])], None)
    assert (finding.engine, finding.pack) == (VERSION, PACK)
    assert finding.similarity is None


def test_a_reference_of_another_pack_is_no_reference(engine, portraits):
    picture = as_jpeg(portraits["asha"])
    template = engine.enrol(picture)
    other = type(template)(pack="other-1", vector=template.vector)
    assert verdict(engine, [picture], other) is Verdict.SYSTEM_UNAVAILABLE


def test_unreadable_frames_are_left_out(engine, portraits):
    good = as_jpeg(portraits["asha"])
    finding = engine.examine([b"", b"\xff\xd8nonsense", good[:300], good], None)
    assert finding.frames <= 2
    assert finding.faces == 1
    assert engine.examine([b"x"], None).frames == 0


def test_a_huge_picture_is_refused_before_it_is_decoded(engine, portraits):
    jpeg = bytearray(as_jpeg(portraits["asha"]))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = (65_000).to_bytes(2) * 2
    with pytest.raises(PhotoRefused, match="cannot be read"):
        engine.enrol(bytes(jpeg))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: np.full((400, 400, 3), 128, np.uint8), "no face"),
        (
            lambda p: np.hstack(
                [cv2.resize(p[who], (320, 360)) for who in ("asha", "ben")]
            ),
            "several faces",
        ),
        (lambda p: cv2.GaussianBlur(p["asha"], (0, 0), 4), "blurred"),
    ],
)
def test_a_profile_photo_is_refused_with_its_reason(engine, portraits, make, reason):
    with pytest.raises(PhotoRefused, match=reason):
        engine.enrol(as_jpeg(make(portraits)))
