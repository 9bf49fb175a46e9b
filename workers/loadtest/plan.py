"""Who comes when, and how each behaves: pure, the same for the same seed."""

import random
from dataclasses import dataclass

KINDS = ("right", "wrong", "none", "dark", "drops")
MIX = "right=90,wrong=2,none=2,dark=2,drops=4"
DROP_EVERY_S = 60.0


class BadMix(ValueError):
    """The message says how a mix is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One student: comes `after_s`, and behaves as `kind` says.

    `right` shows the face of the profile photo; `wrong`, `none` and `dark` do so until
    the first passed look, then another's, nobody's, or in the dark; `drops` is right,
    and loses the connection about every `DROP_EVERY_S`.
    """

    number: int
    after_s: float
    kind: str
    seed: int


def read_mix(text: str) -> dict[str, float]:
    """`right=9,wrong=1` as shares: weights, of whatever sum. Raises BadMix."""
    weights: dict[str, float] = {}
    for part in text.split(","):
        kind, _, weight = part.strip().partition("=")
        if kind not in KINDS or not weight.replace(".", "", 1).isdigit():
            raise BadMix(f"{part!r}: write {MIX!r}; kinds are {', '.join(KINDS)}.")
        weights[kind] = float(weight)
    whole = sum(weights.values())
    if not whole:
        raise BadMix("A mix needs a weight above 0.")
    return {kind: weight / whole for kind, weight in weights.items()}


def plan(
    students: int, *, ramp_s: float, mix: dict[str, float], seed: int
) -> list[Part]:
    """Arrivals are an open loop: evenly over the ramp with a little chance, however
    the server fares. Kinds come in their exact shares, rounded, in a mixed order."""
    chance = random.Random(seed)
    kinds = _kinds(students, mix)
    chance.shuffle(kinds)
    step = ramp_s / students if students else 0.0
    return [
        Part(
            number=number,
            after_s=(number + chance.random()) * step,
            kind=kind,
            seed=chance.randrange(1 << 30),
        )
        for number, kind in enumerate(kinds)
    ]


def _kinds(students: int, mix: dict[str, float]) -> list[str]:
    """By largest remainder."""
    exact = {kind: share * students for kind, share in mix.items()}
    counts = {kind: int(it) for kind, it in exact.items()}
    rest = sorted(exact, key=lambda kind: counts[kind] - exact[kind])
    for kind in rest[: students - sum(counts.values())]:
        counts[kind] += 1
    return [kind for kind, count in counts.items() for _ in range(count)]
