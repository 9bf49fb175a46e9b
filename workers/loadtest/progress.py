"""How a load test goes, while it goes: one line, written over on a terminal."""

import sys
from time import monotonic

import click

from workers.loadtest.tally import Tally

LINE_EVERY_S = 10.0


class Progress:
    def __init__(self, students: int) -> None:
        self._students = students
        self._terminal = sys.stdout.isatty()
        self._said_at = 0.0

    def __call__(self, tally: Tally, now: float) -> None:
        line = self.line(tally, now)
        if self._terminal:
            click.echo(f"\r\x1b[K{line}", nl=False)
        elif monotonic() - self._said_at >= LINE_EVERY_S:
            self._said_at = monotonic()
            click.echo(line)

    def line(self, tally: Tally, now: float) -> str:
        if now < tally.began:
            return "Starting …"
        looks, live = (tally.figures[it].summary() for it in ("look_s", "live_s"))
        parts = [
            f"{now - tally.began:5.0f} s",
            f"{tally.streaming} of {self._students} stream",
            f"{looks['n']:.0f} looks{_shares(looks)}",
            f"live{_shares(live)}" if live["n"] else "no live update yet",
            f"{sum(tally.errors.values())} errors",
        ]
        return "  ·  ".join(parts)


def _shares(summary: dict[str, float]) -> str:
    if not summary["n"]:
        return ""
    return f" p50 {summary['p50']:.2f} s, p99 {summary['p99']:.2f} s"
