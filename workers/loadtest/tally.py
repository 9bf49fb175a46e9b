"""What a load test counts and times: pure, and bounded.

Latencies in seconds. A series keeps every value up to `KEPT`, then a fair sample of
them (Vitter 1985, algorithm R), while count and extremes stay exact.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KEPT = 50_000
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
EVERY_S = 5.0

FIGURES = {
    "login_s": "Logging in, second factor included",
    "open_s": "From opening a sitting to video and live state",
    "look_s": "Look to verdict, as the page sees it",
    "turn_s": "Look to verdict where a turn of the head is asked (six seconds of it)",
    "live_s": "Live update: a proctor's message to the student's page",
    "wall_s": "Live update: the same message on the proctor's wall",
    "back_s": "Reconnecting after a drop: to video and live state",
    "loss": "Share of packets lost, by connection",
}


@dataclass(slots=True)
class Series:
    """Of one figure."""

    n: int = 0
    least: float = float("inf")
    most: float = float("-inf")
    values: list[float] = field(default_factory=list)

    def add(self, value: float, chance: random.Random) -> None:
        self.n += 1
        self.least, self.most = min(self.least, value), max(self.most, value)
        if len(self.values) < KEPT:
            self.values.append(value)
        elif (at := chance.randrange(self.n)) < KEPT:
            self.values[at] = value

    def summary(self) -> dict[str, float]:
        """Count, extremes and percentiles (nearest rank); of nothing: the count."""
        if not self.n:
            return {"n": 0}
        ranked = sorted(self.values)
        shares = {name: at_share(ranked, share) for name, share in SHARES.items()}
        return {"n": self.n, "min": self.least, **shares, "max": self.most}


def at_share(ranked: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    rank = max(1, -(-len(ranked) * int(share * 1000) // 1000))
    return ranked[rank - 1]


class Tally:
    """Takes events as crews tell them; `began` is when the test began (monotonic)."""

    def __init__(self, began: float, seed: int = 0) -> None:
        self.began = began
        self.figures: dict[str, Series] = {name: Series() for name in FIGURES}
        self.errors: Counter[str] = Counter()
        self.endings: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.streaming = 0
        self.streamed = 0
        """Streams that ever began."""
        self._chance = random.Random(seed)
        self._spans: defaultdict[int, dict[str, Series]] = defaultdict(dict)
        self._at = began
        self._student_s = 0.0

    def take(self, event: Mapping[str, Any]) -> None:
        """See `sitter` for what an event is."""
        kind, at = event["is"], event["at"]
        if kind in ("up", "down"):
            self.change(1 if kind == "up" else -1, at)
        elif kind == "failed":
            self.fail(event["word"])
        elif kind == "ended":
            self.endings[event["word"]] += 1
        else:
            self.time(kind, event["value"], at)
            if kind in ("look_s", "turn_s"):
                self.verdicts[event["word"]] += 1

    def time(self, figure: str, value: float, at: float) -> None:
        self.figures[figure].add(value, self._chance)
        span = self._spans[int((at - self.began) // EVERY_S)]
        span.setdefault(figure, Series()).add(value, self._chance)

    def fail(self, kind: str) -> None:
        self.errors[kind] += 1

    def change(self, by: int, at: float) -> None:
        """So many students more stream, or fewer."""
        self._student_s = self.student_s(at)
        self._at = max(at, self._at)
        self.streaming += by
        self.streamed += max(0, by)

    def student_s(self, at: float) -> float:
        """Seconds of streaming, of all students together, up to this moment."""
        return self._student_s + self.streaming * max(0.0, at - self._at)

    def summary(self) -> dict[str, dict[str, float]]:
        return {name: series.summary() for name, series in self.figures.items()}

    def curves(self) -> Mapping[str, list[dict[str, float]]]:
        """By figure, what each `EVERY_S` seconds held: `at` in seconds from the
        beginning, with `p50`, `p99` and `n`."""
        curves: dict[str, list[dict[str, float]]] = {name: [] for name in FIGURES}
        for number in sorted(self._spans):
            for name, series in self._spans[number].items():
                summary = series.summary()
                kept = {it: summary[it] for it in ("p50", "p99", "n")}
                curves[name].append({"at": number * EVERY_S, **kept})
        return curves
