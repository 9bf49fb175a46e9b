"""What the browser told of itself while a test was sat, in words: never a verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

NUMBER_MOST = 1800
"""What a page counts its events to; those after it are our own."""
OUR_NUMBER_MOST = 2000
AHEAD_MOST = 100
"""Of a page's number, from the highest kept: it sends them in order, 50 at once."""
WORDS = {
    "left_full_screen": "left full screen",
    "back_in_full_screen": "back in full screen",
    "hidden": "another window in front",
    "visible": "the test in front again",
    "copied": "copied",
    "pasted": "pasted",
    "second_display": "a second display",
    "opened_elsewhere": "opened on another device",
    "printed": "printed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: str
    at: datetime

    @property
    def words(self) -> str:
        return WORDS[self.kind].capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of one test: how often what, and the last few, the newest first."""

    times: Mapping[str, int] = field(default_factory=dict)
    last: Sequence[Event] = ()

    @property
    def total(self) -> int:
        return sum(self.times.values())

    @property
    def sentences(self) -> list[str]:
        """Left full screen 3 times; in the order of WORDS."""
        return [
            f"{words.capitalize()} {often(self.times[kind])}"
            for kind, words in WORDS.items()
            if kind in self.times
        ]


NOTHING_TOLD = Told()


def often(times: int) -> str:
    return "once" if times == 1 else f"{times} times"
