"""When the next looks are due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.kernel.findings import Ask
from app.kernel.ids import LookId, SittingId
from app.proctoring.domain.draws import (
    Chance,
    Drawn,
    What,
    delay_s,
    floor_of,
    turn_of,
)
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class LookWanted:
    """A look of this kind should be open. Wanted twice, it is still one look.

    `drawn`: where chance decided when or how.
    """

    why: Why
    due_at: datetime
    ask: Ask | None = None
    drawn: Drawn | None = None


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

    The interval is uniform; random looks are a Poisson process beyond a floor, so that
    having just been looked at says nothing about the next time.
    """
    between = {"min_s": policy.interval_min_s, "max_s": policy.interval_max_s}
    yield _drawn(Why.INTERVAL, now, between, chance)
    per_hour = policy.random_per_hour
    if per_hour <= 0:
        return
    rule = {
        "per_hour": per_hour,
        "floor_s": floor_of(per_hour, policy.random_gap_min_s),
        "share": policy.challenge_per_hour / per_hour,
    }
    yield _drawn(Why.RANDOM, now, rule, chance)


def _drawn(
    why: Why, now: datetime, rule: Mapping[str, float], chance: Chance
) -> LookWanted:
    """Some of the random looks are challenges, so that no recording will do."""
    due_at = now + timedelta(seconds=delay_s(rule, chance.draw(why, What.TIME)))
    ask = None
    if chance.draw(why, What.SHARE) < rule.get("share", 0):
        ask = turn_of(chance.draw(why, What.TURN))
    drawn = _note(why, now, rule, chance)
    return LookWanted(why=why, due_at=due_at, ask=ask, drawn=drawn)


def turning(wanted: LookWanted, now: datetime, chance: Chance) -> LookWanted:
    """The same look, with a turn of the head: which way cannot be foreseen."""
    ask = turn_of(chance.draw(wanted.why, What.TURN))
    drawn = _note(wanted.why, now, {}, chance)
    return replace(wanted, ask=ask, drawn=drawn)


def _note(
    why: Why, now: datetime, rule: Mapping[str, float], chance: Chance
) -> Drawn | None:
    number = chance.number(why)
    return Drawn(number=number, at=now, rule=rule) if number is not None else None
