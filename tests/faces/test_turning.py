"""Turning the head as asked: the first turn counts, whatever comes after."""

import pytest

from app.kernel.findings import Ask
from media.faces.turning import Pose, as_asked, first_turn, straight

AHEAD = [Pose(2, -8), Pose(-3, -9), Pose(1, -8)]
LEFT, RIGHT, UP = Pose(25, -8), Pose(-25, -9), Pose(3, 8)


@pytest.mark.parametrize(
    ("turn", "ask"), [(LEFT, Ask.LEFT), (RIGHT, Ask.RIGHT), (UP, Ask.UP)]
)
def test_a_turn_is_seen(turn, ask):
    poses = [*AHEAD, turn, turn, AHEAD[0]]
    assert first_turn(poses) is ask
    assert as_asked(poses, ask) == [3, 4]
    assert straight(poses) == [0, 1, 2, 5]


@pytest.mark.parametrize("ask", [Ask.LEFT, Ask.RIGHT, Ask.UP])
def test_who_looks_ahead_has_not_turned(ask):
    assert as_asked(AHEAD, ask) == []


def test_a_recording_that_turns_every_way_answers_only_its_first():
    poses = [*AHEAD, RIGHT, AHEAD[0], LEFT, UP]
    assert as_asked(poses, Ask.RIGHT) == [3]
    assert as_asked(poses, Ask.LEFT) == []
    assert as_asked(poses, Ask.UP) == []


def test_a_camera_that_sits_low_or_high_changes_nothing():
    for tilt in (-20, 0, 25):
        poses = [Pose(yaw, pitch + tilt) for yaw, pitch in [*AHEAD, UP]]
        assert as_asked(poses, Ask.UP) == [3]


def test_no_frames_is_no_turn():
    assert (straight([]), first_turn([]), as_asked([], Ask.UP)) == ([], None, [])
