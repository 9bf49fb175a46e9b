"""Which of the captured pictures are worth sending: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 5
APART_S = 0.15
ENOUGH = 8
ENOUGH_GOOD = 3
FULL_HEIGHT = 360
"""Of a burst: 640x360 from a wide camera, 480x360 where the uplink is narrow."""
_DARK, _BRIGHT = 0.16, 0.88
_BLURRED = 15.0
_HOPELESS = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A decoded picture's figures.

    `at` in seconds, `luminance` the mean 0..1, `sharpness` the variance of the
    Laplacian of the luma plane.
    """

    at: float
    width: int
    height: int
    sharpness: float
    luminance: float

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def exposed(self) -> bool:
        return _DARK <= self.luminance <= _BRIGHT

    @property
    def good(self) -> bool:
        return self.exposed and self.sharpness >= _BLURRED


def enough(shots: Sequence[Shot]) -> bool:
    """Whether waiting longer would gain little: full-size, several, some good."""
    full = [shot for shot in shots if shot.height >= FULL_HEIGHT]
    return len(full) >= ENOUGH and sum(shot.good for shot in full) >= ENOUGH_GOOD


def choose(shots: Sequence[Shot], most: int = MOST) -> list[Shot]:
    """The best first: larger, then well exposed, then sharp; apart in time if it can.

    Pictures far less sharp than the sharpest of their size are left out while others
    remain, and smaller ones are used only where the larger are fewer than `most`.
    """
    ranked = sorted(shots, key=_rank, reverse=True)
    clear = [shot for shot in ranked if not _hopeless(shot, ranked)]
    chosen: list[Shot] = []
    for pixels in sorted({shot.pixels for shot in clear}, reverse=True):
        same = [shot for shot in clear if shot.pixels == pixels]
        _take(same, chosen, most, apart_s=APART_S)
        _take(same, chosen, most, apart_s=0)
    return sorted(chosen, key=_rank, reverse=True)


def spread(shots: Sequence[Shot], most: int) -> list[Shot]:
    """In time's order, evenly over it: the sharpest of each of `most` equal spans.

    Of the largest size alone, while that leaves enough to show a movement.
    """
    if not shots:
        return []
    largest = max(shot.pixels for shot in shots)
    full = [shot for shot in shots if shot.pixels == largest]
    shots = full if len(full) >= most // 2 else shots
    began = min(shot.at for shot in shots)
    span_s = (max(shot.at for shot in shots) - began) / most or 1.0
    best: dict[int, Shot] = {}
    for shot in shots:
        slot = min(int((shot.at - began) / span_s), most - 1)
        if slot not in best or shot.sharpness > best[slot].sharpness:
            best[slot] = shot
    return [best[slot] for slot in sorted(best)]


def _rank(shot: Shot) -> tuple[int, bool, float]:
    return shot.pixels, shot.exposed, shot.sharpness


def _hopeless(shot: Shot, shots: Sequence[Shot]) -> bool:
    best = max(other.sharpness for other in shots if other.pixels == shot.pixels)
    return shot.sharpness < _HOPELESS * best


def _take(
    shots: Sequence[Shot], chosen: list[Shot], most: int, *, apart_s: float
) -> None:
    for shot in shots:
        if len(chosen) >= most:
            return
        near = any(abs(shot.at - other.at) < apart_s for other in chosen)
        if shot not in chosen and not near:
            chosen.append(shot)
