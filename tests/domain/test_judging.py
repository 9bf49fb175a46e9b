"""What policy says of a finding."""

import pytest

from app.kernel.findings import Finding
from app.proctoring.domain.judging import verdict_of
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict

GOOD = {
    "frames": 3,
    "faces": 1,
    "luminance": 0.5,
    "sharpness": 200.0,
    "face_height": 0.4,
    "turn": 5.0,
    "similarity": 0.7,
    "liveness": 0.9,
    "engine": "1",
    "pack": "p",
}


def verdict(policy: Policy | None = None, **seen: object) -> Verdict:
    return verdict_of(Finding(**{**GOOD, **seen}), policy or Policy())


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, Verdict.MATCH),
        ({"frames": 0, "faces": 0}, Verdict.NO_VIDEO),
        ({"faces": 0}, Verdict.NO_FACE),
        ({"faces": 0, "luminance": 0.02}, Verdict.DARK),
        ({"faces": 2}, Verdict.SEVERAL_FACES),
        ({"similarity": 0.1}, Verdict.MISMATCH),
        ({"similarity": 0.1, "luminance": 0.02}, Verdict.DARK),
        ({"similarity": 0.1, "face_height": 0.05}, Verdict.SMALL),
        ({"similarity": 0.1, "turn": 70.0}, Verdict.TURNED),
        ({"similarity": 0.1, "sharpness": 1.0}, Verdict.BLURRED),
        ({"similarity": None}, Verdict.SYSTEM_UNAVAILABLE),
    ],
)
def test_verdicts(seen, expected):
    assert verdict(**seen) is expected


def test_a_face_that_is_recognised_is_not_failed_for_its_quality():
    assert verdict(luminance=0.02, sharpness=1.0, turn=70.0) is Verdict.MATCH


def test_several_faces_never_match_however_similar_one_of_them_is():
    assert verdict(faces=2, similarity=0.99) is Verdict.SEVERAL_FACES


def test_liveness_is_only_recorded_unless_policy_says_otherwise():
    assert verdict(liveness=0.01) is Verdict.MATCH
    assert verdict(Policy(spoof_below=0.5), liveness=0.01) is Verdict.SPOOF
