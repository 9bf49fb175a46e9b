"""When the next looks are due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.kernel.findings import Ask
from app.kernel.ids import LookId, SittingId
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Why


class Chance(Protocol):
    """The part of `random.Random` that planning draws from (SystemRandom in life)."""

    def uniform(self, a: float, b: float) -> float: ...
    def expovariate(self, lambd: float) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LookWanted:
    """A look of this kind should be open. Wanted twice, it is still one look."""

    why: Why
    due_at: datetime
    ask: Ask | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One try of a look that is ours until the lease runs out; `ask`: with a turn of
    the head that is shown to the student while we capture."""

    look: LookId
    sitting: SittingId
    why: Why
    epoch: int
    attempt: int
    asked_at: datetime
    ask: Ask | None = None


def routine(now: datetime, policy: Policy, chance: Chance) -> Iterator[LookWanted]:
    """The looks that watch over running time.

    The interval is uniform; random looks are a Poisson process (exponential gaps), so
    that having just been looked at says nothing about the next time.
    """
    after_s = chance.uniform(policy.interval_min_s, policy.interval_max_s)
    yield LookWanted(why=Why.INTERVAL, due_at=now + timedelta(seconds=after_s))
    if policy.random_per_hour > 0:
        gap_s = chance.expovariate(policy.random_per_hour / 3600)
        gap_s = max(gap_s, policy.random_gap_min_s)
        due_at = now + timedelta(seconds=gap_s)
        yield LookWanted(why=Why.RANDOM, due_at=due_at, ask=at_times(policy, chance))


def at_times(policy: Policy, chance: Chance) -> Ask | None:
    """Some of the random looks are challenges, so that no recording will do."""
    share = policy.challenge_per_hour / policy.random_per_hour
    return some_turn(chance) if chance.uniform(0, 1) < share else None


def some_turn(chance: Chance) -> Ask:
    """Which way cannot be foreseen."""
    turns = (Ask.LEFT, Ask.RIGHT, Ask.UP)
    return turns[min(int(chance.uniform(0, len(turns))), len(turns) - 1)]
