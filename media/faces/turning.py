"""Whether a head turned as it was asked to: pure arithmetic over poses in time."""

from collections.abc import Sequence
from typing import NamedTuple

from app.kernel.findings import Ask

TURNED = 15.0
"""Degrees of yaw from straight ahead; the pose model is right to within about 4."""
RAISED = 10.0
"""Degrees of pitch above where the head was held before."""
STRAIGHT = 12.0


class Pose(NamedTuple):
    """Degrees; yaw above 0 is the person's own left, pitch above 0 up."""

    yaw: float
    pitch: float


def straight(poses: Sequence[Pose]) -> list[int]:
    """Which frames look ahead: the least turned, in time's order."""
    ahead = [i for i, pose in enumerate(poses) if abs(pose.yaw) < STRAIGHT]
    level = _level(poses)
    return [i for i in ahead if abs(poses[i].pitch - level) < RAISED]


def first_turn(poses: Sequence[Pose]) -> Ask | None:
    """The first way the head turned; the later ones say nothing.

    A recording that turns every way in a row would answer any question, if any of its
    turns counted.
    """
    level = _level(poses)
    ways = (_way(pose, level) for pose in poses)
    return next((way for way in ways if way is not None), None)


def as_asked(poses: Sequence[Pose], ask: Ask) -> list[int]:
    """Which frames show the head as asked; none if it turned another way first."""
    if ask is Ask.FRONT:
        return straight(poses)
    if first_turn(poses) is not ask:
        return []
    level = _level(poses)
    return [i for i, pose in enumerate(poses) if _way(pose, level) is ask]


def _way(pose: Pose, level: float) -> Ask | None:
    if pose.yaw >= TURNED:
        return Ask.LEFT
    if pose.yaw <= -TURNED:
        return Ask.RIGHT
    return Ask.UP if pose.pitch - level >= RAISED else None


def _level(poses: Sequence[Pose]) -> float:
    """How high the head is held when it is not raised: cameras sit high or low."""
    ahead = sorted(pose.pitch for pose in poses if abs(pose.yaw) < STRAIGHT)
    return ahead[len(ahead) // 4] if ahead else 0.0
