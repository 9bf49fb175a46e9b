"""How often a stream is glanced at: every ten seconds, and sooner while that helps."""

from dataclasses import dataclass, field

from app.kernel.glances import Sight

CALM = frozenset({Sight.STEADY, Sight.JUMPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Seconds between glances: jittered by a fifth, and shorter while something is
    wrong.

    After a minute of trouble the next glance can wait: so a pause, or a face that
    comes and goes, costs hardly more than a calm hour.
    """

    every_s: float = 10.0
    troubled_s: float = 4.0
    within_s: float = 3.0
    gather_s: float = 0.5
    soon_at_once: int = 15
    soon_per_h: int = 10

    @property
    def most_per_h(self) -> float:
        """Glances of one stream, whatever it shows. A look brings one more."""
        soon = self.soon_at_once + self.soon_per_h
        return 3600 / self.every_s + soon * max(0, 1 - self.troubled_s / self.every_s)


@dataclass(slots=True, kw_only=True)
class Pace:
    """Of one stream: after how long the next glance is due."""

    rhythm: Rhythm
    _soon: float = field(init=False)
    _at: float | None = None

    def __post_init__(self) -> None:
        self._soon = self.rhythm.soon_at_once

    def after_s(self, sight: Sight, at: float) -> float:
        """`at` in monotonic seconds; before jitter."""
        rhythm = self.rhythm
        if sight in CALM or not self._may_be_soon(at):
            return rhythm.every_s
        return min(rhythm.troubled_s, rhythm.every_s)

    def _may_be_soon(self, at: float) -> bool:
        waited_s = 0 if self._at is None else at - self._at
        refilled = self._soon + waited_s * self.rhythm.soon_per_h / 3600
        self._soon = min(float(self.rhythm.soon_at_once), refilled)
        self._at = at
        if self._soon < 1:
            return False
        self._soon -= 1
        return True
