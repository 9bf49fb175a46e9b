"""Signs that a camera's picture may not be a student: a risk, never a verdict.

They raise a challenge, which a living student passes in a few seconds, and they tell
proctors whom to look at first. Nothing of them goes to the student's browser.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.kernel.glances import Followed
from app.proctoring.domain.policy import Policy


class Sign(StrEnum):
    """`frozen`: the face does not move at all; `repeated_clip`: moments come again to
    the pixel; `same_clip`: another student's camera shows the same; `lifeless`: the
    liveness model doubts it; `virtual_camera`: its name is a program's; `broken`: the
    face was lost from sight and came back."""

    FROZEN = "frozen"
    REPEATED_CLIP = "repeated_clip"
    SAME_CLIP = "same_clip"
    LIFELESS = "lifeless"
    VIRTUAL_CAMERA = "virtual_camera"
    BROKEN = "broken"


WEIGHTS: Mapping[Sign, float] = {
    Sign.FROZEN: 0.4,
    Sign.REPEATED_CLIP: 0.5,
    Sign.SAME_CLIP: 0.8,
    Sign.LIFELESS: 0.25,
    Sign.VIRTUAL_CAMERA: 0.3,
    Sign.BROKEN: 0.05,
}
MOST_COUNTED = 3
"""Of one kind: the tenth break says no more than the third."""


class Counted(Protocol):
    """A kind of sign and how often it was seen in a sitting."""

    @property
    def sign(self) -> Sign: ...
    @property
    def times(self) -> int: ...


def risk_of(signs: Iterable[Counted]) -> float:
    """0..1: as of independent chances, each kind counted a few times."""
    calm = 1.0
    for it in signs:
        calm *= (1 - WEIGHTS[it.sign]) ** min(it.times, MOST_COUNTED)
    return round(1 - calm, 3)


def signs_in(followed: Followed, policy: Policy) -> list[Sign]:
    """What one glance adds to the suspicion."""
    signs = []
    if followed.still_s >= policy.frozen_s:
        signs.append(Sign.FROZEN)
    if followed.repeats >= policy.repeats_suspect:
        signs.append(Sign.REPEATED_CLIP)
    return signs


def asks_again(last: datetime | None, now: datetime, policy: Policy) -> bool:
    """A sign is answered by a challenge, but not by one after another."""
    gap = timedelta(seconds=policy.suspect_again_s)
    return last is None or now - last >= gap
