"""A threshold is used for the pack it was measured of, and for no other."""

import json
from dataclasses import replace

import pytest
import structlog

from app.adapters.calibration import write_calibration
from app.adapters.face_packs import DEFAULT_PACK, pack_in
from app.adapters.standing import (
    CAUTIOUS,
    NOT_SHOWN,
    SHOWN,
    Source,
    known_packs,
    sentences,
    standing_of,
)
from app.proctoring.domain.policy import Policy
from app.settings import Settings, calibrated
from tests.measured import calibration


def settings_of(folder, **more) -> Settings:
    return Settings.model_construct(pack=folder, policy=Policy(), **more)


@pytest.fixture
def official(tmp_path):
    manifest = {"name": "buffalo_l", "version": "abc"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def test_a_folder_tells_its_pack(official, tmp_path):
    assert pack_in(official) == "buffalo_l-abc"
    assert pack_in(tmp_path / "faceplugin") == DEFAULT_PACK
    assert pack_in(tmp_path / "nothing") is None
    (official / "fr_pose.onnx").touch()
    assert pack_in(official) == DEFAULT_PACK  # Whatever a list beside it says.


def test_what_was_measured_of_this_pack_is_used(official):
    write_calibration(official, calibration("buffalo_l-abc", 0.41))
    policy = calibrated(settings_of(official, own_threshold=None))
    assert policy.match_similarity == 0.41


def test_what_was_measured_of_another_pack_is_not(official):
    write_calibration(official, calibration("buffalo_l-older", 0.1))
    settings = settings_of(official, own_threshold=None)
    with structlog.testing.capture_logs() as logs:
        assert calibrated(settings).match_similarity >= Policy().match_similarity
    (said,) = [it for it in logs if it["event"] == "calibration_ignored"]
    assert said["log_level"] == "warning"
    assert (said["measured_of"], said["pack"]) == ("buffalo_l-older", "buffalo_l-abc")


def test_what_is_set_by_hand_stands_before_it(official):
    write_calibration(official, calibration("buffalo_l-abc", 0.41))
    policy = replace(Policy(), match_similarity=0.6)
    settings = Settings.model_construct(pack=official, policy=policy, own_threshold=0.6)
    assert calibrated(settings).match_similarity == 0.6


def test_a_pack_nobody_measured_is_cautious_and_says_so(official):
    settings = settings_of(official, own_threshold=None)
    with structlog.testing.capture_logs() as logs:
        assert calibrated(settings).match_similarity == CAUTIOUS > 0.53
    assert [it["event"] for it in logs] == ["pack_not_measured"]
    it = standing_of(official)
    said = " ".join(sentences(it))
    assert (it.source, it.figures, it.shown) == (Source.CAUTIOUS, None, False)
    assert "buffalo_l-abc, threshold 0.55 (not measured)" in said
    assert "Nothing was measured" in said
    assert NOT_SHOWN in said


def test_the_default_pack_has_its_threshold_with_what_was_measured(tmp_path):
    it = standing_of(tmp_path / "faceplugin")
    settings = settings_of(tmp_path / "faceplugin", own_threshold=None)
    assert it.threshold == Policy().match_similarity
    assert calibrated(settings) == Policy()
    said = " ".join(sentences(it))
    assert "12 people, 18 pairs of one person and 172 of two" in said
    assert "less than 1.7 % (at 95 %)" in said
    assert "run" in NOT_SHOWN.lower()
    assert NOT_SHOWN in said  # Few pairs, and it says so.


@pytest.mark.parametrize("record", known_packs().values(), ids=known_packs())
def test_no_record_promises_more_than_its_pairs(record):
    """Rule of three: without an error n pairs show 3/n at 95 %."""
    assert record.fmr_most >= 3 / record.impostor_pairs
    assert record.people > 1
    assert record.where
    assert record.at


def test_what_enough_of_ones_own_people_showed_is_told_as_shown(official):
    write_calibration(official, calibration("buffalo_l-abc", 0.41))
    it = standing_of(official)
    assert (it.source, it.shown, it.threshold) == (Source.CALIBRATED, True, 0.41)
    assert SHOWN in sentences(it)
    write_calibration(official, calibration("buffalo_l-older", 0.1))
    it = standing_of(official)
    assert (it.source, it.shown, it.ignored) == (
        Source.CAUTIOUS,
        False,
        "buffalo_l-older",
    )
    assert "A calibration of buffalo_l-older" in " ".join(sentences(it))


def test_figures_are_told_of_the_threshold_they_belong_to(tmp_path):
    folder = tmp_path / "faceplugin"
    assert standing_of(folder, 0.3).figures is None
    assert standing_of(folder, 0.45).figures is not None
    assert standing_of(folder, 0.3).source is Source.BY_HAND
