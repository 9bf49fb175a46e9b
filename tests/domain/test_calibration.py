"""A threshold is used for the pack it was measured of, and for no other."""

import json
from dataclasses import replace

import pytest
import structlog

from app.adapters.calibration import write_calibration
from app.adapters.face_packs import DEFAULT_PACK, pack_in
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
