"""What was measured, beside what: one line of a Markdown table each."""

import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = """| What | Ours | Beside it | Ratio | Fails |
|---|---|---|---|---|"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`ours` and `theirs` are of the same rounds, pair by pair: what else the machine
    did then weighs on both, so the ratio is taken round by round."""

    what: str
    unit: str
    ours: Sequence[float]
    beside: str
    theirs: Sequence[float]
    form: str = ".2f"
    most: float | None = None
    least: float | None = None
    """Bounds of the median ratio."""

    @property
    def ratios(self) -> list[float]:
        return [ours / it for ours, it in zip(self.ours, self.theirs, strict=True)]

    @property
    def is_well(self) -> bool:
        ratio = statistics.median(self.ratios)
        low = self.least if self.least is not None else ratio
        high = self.most if self.most is not None else ratio
        return low <= ratio <= high

    @property
    def bound(self) -> str:
        below = f"below {self.least:g}" if self.least is not None else ""
        above = f"above {self.most:g}" if self.most is not None else ""
        return below or above

    def __str__(self) -> str:
        ours = f"{spread(self.ours, self.form)} {self.unit}".strip()
        theirs = f"{self.beside}: {spread(self.theirs, self.form)}"
        ratio = spread(self.ratios, ".2f")
        return f"| {self.what} | {ours} | {theirs} | {ratio} | {self.bound} |"


def table(lines: Iterable[Line]) -> str:
    return "\n".join([HEAD, *map(str, lines)])


def spread(values: Sequence[float], form: str = ".0f") -> str:
    """The median, and from where to where."""
    middle = statistics.median(values)
    return f"{middle:{form}} ({min(values):{form}} to {max(values):{form}})"


def say(text: str) -> None:
    """How far it is: beside the table, not in it."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
