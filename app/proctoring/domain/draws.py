"""Chance that can be proved: every draw is computed from a seed told of beforehand.

u = the first 53 bits of HMAC-SHA256(seed, "why:what:number") / 2**53, where `number`
counts the looks of that kind that were drawn in the sitting, from 1. A draw for which
no look is opened is not used up: nobody saw it, and the next look of the kind takes it.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.kernel.findings import Ask
from app.proctoring.domain.words import Why

SEED = 32
TURNS = (Ask.LEFT, Ask.RIGHT, Ask.UP)
FLOOR_MOST = 0.5
"""A floor never takes more than this share of the mean gap."""


class What(StrEnum):
    """What is drawn of a look."""

    TIME = "time"
    SHARE = "share"
    TURN = "turn"


class Source(Protocol):
    """The part of `random.Random` that is drawn from."""

    def random(self) -> float: ...


class Chance(Protocol):
    """What planning draws from, one sitting's."""

    def draw(self, why: Why, what: What) -> float:
        """Uniform in [0, 1); the same until a look of this kind is opened."""

    def number(self, why: Why) -> int | None:
        """Of the next look of this kind; None: of chance that nobody can prove."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The draw that planned a look: its number, when, and by which numbers.

    `rule` of an interval: min_s, max_s; of a random look: per_hour, floor_s, share (of
    challenges); empty where only the turn of the head is drawn.
    """

    number: int
    at: datetime
    rule: Mapping[str, float]


class Seeded:
    """Of one sitting, inside one transaction that holds its lock."""

    def __init__(self, seed: bytes, used: Mapping[Why, int]) -> None:
        """`used`: the highest number of each kind so far."""
        self._seed = seed
        self._used = used

    def draw(self, why: Why, what: What) -> float:
        return uniform(self._seed, why, what, self.number(why))

    def number(self, why: Why) -> int:
        return self._used.get(why, 0) + 1


class Unseeded:
    """Of a sitting without a seed: as random, and not to be proved."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def draw(self, why: Why, what: What) -> float:
        return self._source.random()

    def number(self, why: Why) -> int | None:
        return None


def uniform(seed: bytes, why: Why, what: What, number: int) -> float:
    message = f"{why}:{what}:{number}".encode()
    digest = hmac.new(seed, message, hashlib.sha256).digest()
    return float((int.from_bytes(digest[:8], "big") >> 11) / 2**53)


def commitment_of(seed: bytes) -> bytes:
    """What is told before the first draw: it binds us, and tells nothing."""
    return hashlib.sha256(seed).digest()


def floor_of(per_hour: float, gap_min_s: float) -> float:
    """Two random looks are at least so far apart."""
    return min(gap_min_s, FLOOR_MOST * 3600 / per_hour)


def delay_s(rule: Mapping[str, float], u: float) -> float:
    """How long after its draw a look is due."""
    if "per_hour" in rule:
        return gap_s(rule["per_hour"], rule["floor_s"], u)
    return rule["min_s"] + (rule["max_s"] - rule["min_s"]) * u


def gap_s(per_hour: float, floor_s: float, u: float) -> float:
    """The floor, and beyond it an exponential gap: without memory, and no second more
    likely than the next. The mean is 3600 / per_hour, floor included."""
    return floor_s - (3600 / per_hour - floor_s) * math.log1p(-u)


def turn_of(u: float) -> Ask:
    """Every way is as likely as the others."""
    return TURNS[int(u * len(TURNS))]
