"""Following one face from glance to glance, and noticing what no living face does."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.kernel.glances import Followed, Sight
from media.faces.glimpse import Glimpse
from media.faces.models import Vector

Embed = Callable[[Glimpse], Vector]

JUMP = 1.0
"""Moved by more than the distance between the eyes."""
ALIKE, UNLIKE = 0.9, 0.75
"""Correlation of the aligned faces. From one glance to the next the same face keeps
0.93 and more while its expression lasts; another's reaches 0.75."""
SAME_FACE = 0.42
"""Cosine with the face followed so far; other people stay below 0.33, most of them."""
KNOWN = 8
"""Of a track: how the face looked when a comparison said that it is still the same.
So turning to one's notes and back costs one comparison and not one each time."""
STILL_PX = 1.3
"""Mean movement of five points, in a picture 320 wide; noise alone makes up to 1.2."""
REPEAT_PX, REPEAT_GRAY = 0.5, 0.9
"""Mean distance of the points, and mean change of the small picture (0..255)."""
MOVED_PX = 2.5
REPEAT_AFTER_S, REPEAT_WITHIN_S = 20.0, 600.0
KEPT = 240
"""Forty minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """Comparing costs twice a glance: so often an hour, and a few more at first."""

    at_once: int = 6
    per_h: float = 6


class Follower:
    """Of one stream; `compare=False` counts faces and looks at none of them."""

    def __init__(
        self, *, compare: bool = True, comparisons: Comparisons = Comparisons()
    ) -> None:
        self._compare = compare
        self._comparisons = comparisons
        self._last: Glimpse | None = None
        self._known: deque[Glimpse] = deque(maxlen=KNOWN)
        self._anchor: Vector | None = None
        self._lost = True
        self._followed_at: float | None = None
        self._tokens, self._filled_at = float(comparisons.at_once), 0.0
        self._still: tuple[npt.NDArray[np.float32], float] | None = None
        self._past = _Past()

    def take(self, glimpse: Glimpse | None, at: float, embed: Embed) -> Followed:
        """What this glimpse is after those before it; None: no picture came.

        `at` in monotonic seconds.
        """
        if glimpse is None or glimpse.points is None:
            self._lost = True  # Who was there meanwhile, nobody saw.
            return Followed(sight=_trouble(glimpse), gap_s=self._gap_s(at))
        sight = self._sight(glimpse, at, embed)
        gap_s = self._gap_s(at) if sight is Sight.BROKEN else None
        self._last, self._lost, self._followed_at = glimpse, False, at
        if not self._compare:
            return Followed(sight=sight, gap_s=gap_s)
        return Followed(
            sight=sight,
            gap_s=gap_s,
            still_s=self._still_s(glimpse, at),
            repeats=self._past.repeats(glimpse, at),
            mark=mark_of(glimpse),
        )

    def _gap_s(self, at: float) -> float | None:
        return None if self._followed_at is None else at - self._followed_at

    def _sight(self, glimpse: Glimpse, at: float, embed: Embed) -> Sight:
        last = self._last
        if last is None or self._lost:
            return self._break()
        if not self._compare:
            return Sight.STEADY
        jumped = _moved(glimpse, last) > JUMP
        alike = max(_alike(glimpse, it) for it in (last, *self._known))
        if alike >= ALIKE:
            return Sight.JUMPED if jumped else Sight.STEADY
        if not self._may_compare(at):
            # A look decides: for what is unlike, time waits for it.
            unlike = jumped or alike < UNLIKE
            return self._break() if unlike else Sight.JUMPED
        if not self._same(glimpse, last, embed):
            return self._break(self._anchor)
        self._known.append(glimpse)
        return Sight.JUMPED if jumped else Sight.STEADY

    def _break(self, anchor: Vector | None = None) -> Sight:
        """Another track begins, and nothing is known of its face yet."""
        self._anchor = anchor
        self._known.clear()
        return Sight.BROKEN

    def _same(self, glimpse: Glimpse, last: Glimpse, embed: Embed) -> bool:
        """Compared with the face as the track began: it must not drift to another's."""
        if self._anchor is None:
            self._anchor = embed(last)
            self._known.append(last)
        vector = embed(glimpse)
        same = float(vector @ self._anchor) >= SAME_FACE
        if not same:
            self._anchor = vector
        return same

    def _may_compare(self, at: float) -> bool:
        refilled = (at - self._filled_at) * self._comparisons.per_h / 3600
        self._tokens = min(float(self._comparisons.at_once), self._tokens + refilled)
        self._filled_at = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _still_s(self, glimpse: Glimpse, at: float) -> float:
        """For how long the face has not moved at all."""
        points = _points(glimpse)
        if self._still is None or _px(points, self._still[0]) > STILL_PX:
            self._still = points, at
        return at - self._still[1]


class _Past:
    """The last glimpses of a stream: a clip that is played again repeats them."""

    def __init__(self) -> None:
        self._at = np.full(KEPT, -np.inf)
        self._points = np.zeros((KEPT, 5, 2), np.float32)
        self._thumbs: list[npt.NDArray[np.uint8] | None] = [None] * KEPT
        self._next = 0
        self._found: deque[float] = deque(maxlen=KEPT)

    def repeats(self, glimpse: Glimpse, at: float) -> int:
        """How many glimpses of the last ten minutes repeated an earlier one exactly,
        with a face that moved in between."""
        if self._is_repeat(glimpse, at):
            self._found.append(at)
        while self._found and at - self._found[0] > REPEAT_WITHIN_S:
            self._found.popleft()
        slot = self._next
        self._at[slot], self._points[slot] = at, _points(glimpse)
        self._thumbs[slot] = glimpse.thumb
        self._next = (slot + 1) % KEPT
        return len(self._found)

    def _is_repeat(self, glimpse: Glimpse, at: float) -> bool:
        distances = np.abs(self._points - _points(glimpse)).mean(axis=(1, 2))
        known = np.isfinite(self._at)
        moved = self._at[known & (distances > MOVED_PX)]
        if not moved.size:
            return False
        near = known & (distances < REPEAT_PX) & (self._at < moved.max())
        near &= self._at < at - REPEAT_AFTER_S
        slots = np.flatnonzero(near).tolist()
        return any(self._looks_the_same(slot, glimpse) for slot in slots)

    def _looks_the_same(self, slot: int, glimpse: Glimpse) -> bool:
        thumb = self._thumbs[slot]
        if thumb is None or thumb.shape != glimpse.thumb.shape:
            return False
        change = np.abs(thumb.astype(np.int16) - glimpse.thumb).mean()
        return float(change) < REPEAT_GRAY


def mark_of(glimpse: Glimpse) -> bytes:
    """A perceptual hash: 64 bits of differences between neighbours, then the five
    points in eighths of a pixel (10 x int16, big-endian)."""
    rows = glimpse.thumb[1::3, ::4][:8, :8].astype(np.int16)
    right = glimpse.thumb[1::3, 2::4][:8, :8].astype(np.int16)
    bits = np.packbits((right > rows).ravel()).tobytes()
    return bits + np.round(_points(glimpse) * 8).astype(">i2").tobytes()


def _trouble(glimpse: Glimpse | None) -> Sight:
    if glimpse is None:
        return Sight.UNSEEN
    return Sight.SEVERAL if glimpse.faces else Sight.EMPTY


def _points(glimpse: Glimpse) -> npt.NDArray[np.float32]:
    assert glimpse.points is not None
    return glimpse.points


def _moved(glimpse: Glimpse, last: Glimpse) -> float:
    points, before = _points(glimpse), _points(last)
    apart = float(np.linalg.norm(before[1] - before[0]))
    return _px(points, before) * 1.4 / max(apart, 1.0)


def _alike(glimpse: Glimpse, last: Glimpse) -> float:
    assert glimpse.patch is not None
    assert last.patch is not None
    return float((glimpse.patch * last.patch).mean())


def _px(points: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    return float(np.abs(points - other).mean())
