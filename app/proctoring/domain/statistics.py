"""Whether many draws look like chance: counts and a Kolmogorov-Smirnov test. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.proctoring.domain.proving import Line
from app.proctoring.domain.words import Why

TERMS = 100


@dataclass(slots=True, kw_only=True)
class Summary:
    """Of random looks: how many came due, how many their rates let expect while they
    were open beyond their floors, and each planned gap as a share 0..1 of its law."""

    sittings: int = 0
    drawn: int = 0
    came: int = 0
    expected: float = 0.0
    hours: float = 0.0
    shares: list[float] = field(default_factory=list)

    def take(self, lines: Iterable[Line]) -> None:
        self.sittings += 1
        for line in lines:
            if line.look.why is Why.RANDOM and line.due_at and line.look.drawn:
                self._take(line)

    def _take(self, line: Line) -> None:
        look, due_at = line.look, line.due_at
        assert look.drawn is not None
        assert due_at is not None
        rule = look.drawn.rule
        over_s = 3600 / rule["per_hour"] - rule["floor_s"]
        planned = look.planned_at or due_at
        gap_s = (planned - look.drawn.at).total_seconds() - rule["floor_s"]
        end = min(look.closed_at or planned, planned)
        open_s = (end - look.drawn.at).total_seconds()
        self.drawn += 1
        self.came += look.planned_at is not None
        self.hours += open_s / 3600
        self.expected += max(0.0, open_s - rule["floor_s"]) / over_s
        self.shares.append(1 - math.exp(-max(0.0, gap_s) / over_s))

    @property
    def sigmas(self) -> float:
        """How far the count is from what was to be expected, in standard deviations."""
        return (self.came - self.expected) / math.sqrt(max(self.expected, 1e-9))


def ks_p_value(shares: Sequence[float]) -> float:
    """How likely such shares are if they are uniform (two-sided, asymptotic with
    Stephens' correction: within 0.03 of the exact value from 20 shares on)."""
    n = len(shares)
    if n == 0:
        return 1.0
    ordered = sorted(shares)
    above = max((i + 1) / n - u for i, u in enumerate(ordered))
    below = max(u - i / n for i, u in enumerate(ordered))
    root = math.sqrt(n)
    reach = (root + 0.12 + 0.11 / root) * max(above, below)
    if reach < 0.2:
        return 1.0
    total = 0.0
    for k in range(1, TERMS):
        total += 2 * (1 if k % 2 else -1) * math.exp(-2 * (k * reach) ** 2)
    return min(1.0, max(0.0, total))
