"""Whether looks were planned by chance alone, from the seed that was told of. Pure.

Nothing here believes the record: every draw is computed anew from the seed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from app.kernel.findings import Ask
from app.kernel.ids import LookId
from app.proctoring.domain.draws import (
    Drawn,
    What,
    commitment_of,
    delay_s,
    turn_of,
    uniform,
)
from app.proctoring.domain.words import Why

NEAR = timedelta(milliseconds=1)
"""Another machine's logarithm may differ in its last bit."""
TIMED = (Why.INTERVAL, Why.RANDOM)
RULES = {
    Why.INTERVAL: {"min_s", "max_s"},
    Why.RANDOM: {"per_hour", "floor_s", "share"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLook:
    """A look as the record has it. `planned_at` is empty until it was due."""

    look: LookId
    why: Why
    planned_at: datetime | None
    asked_at: datetime | None
    closed_at: datetime | None
    cancelled: bool
    ask: Ask | None
    drawn: Drawn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the trail says: when the sitting's seed was told of, by which digest, and
    which rates were set since."""

    at: datetime | None = None
    commitment: bytes | None = None
    rates: Sequence[tuple[datetime, float]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A look beside what its seed says: `due_at` and `ask` are computed."""

    look: PlannedLook
    due_at: datetime | None = None
    ask: Ask | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`problems` of the sitting as a whole, and one line for each look drawn."""

    problems: Sequence[str]
    lines: Sequence[Line]

    @property
    def holds(self) -> bool:
        return not self.problems and not any(it.problem for it in self.lines)


def due_of(seed: bytes, why: Why, drawn: Drawn) -> tuple[datetime, Ask | None]:
    """When a drawn look of these kinds is due, and which turn it asks for."""
    u = uniform(seed, why, What.TIME, drawn.number)
    due_at = drawn.at + timedelta(seconds=delay_s(drawn.rule, u))
    asks = uniform(seed, why, What.SHARE, drawn.number) < drawn.rule.get("share", 0)
    return due_at, _turn(seed, why, drawn) if asks else None


def _turn(seed: bytes, why: Why, drawn: Drawn) -> Ask:
    return turn_of(uniform(seed, why, What.TURN, drawn.number))


def prove(
    seed: bytes, commitment: bytes, looks: Sequence[PlannedLook], told: Told
) -> Proof:
    lines = [_line(seed, it, told) for it in looks if it.why in TIMED or it.drawn]
    problems = [*_committed(seed, commitment, looks, told), *_numbered(looks)]
    return Proof(problems=problems, lines=lines)


def _committed(
    seed: bytes, commitment: bytes, looks: Iterable[PlannedLook], told: Told
) -> Iterator[str]:
    if commitment_of(seed) != commitment:
        yield "the seed is not the one that was told of at opening"
    if told.commitment is None or told.at is None:
        yield "the trail does not say that a seed was told of"
        return
    if told.commitment != commitment:
        yield "the trail tells of another seed"
    first = min((it.drawn.at for it in looks if it.drawn), default=told.at)
    if first < told.at:
        yield "something was drawn before the seed was told of"


def _numbered(looks: Iterable[PlannedLook]) -> Iterator[str]:
    """No draw may be thrown away: each number has its look, one after the other."""
    of_kind: dict[Why, list[PlannedLook]] = {}
    for it in looks:
        if it.drawn:
            of_kind.setdefault(it.why, []).append(it)
    for why, mine in sorted(of_kind.items()):
        mine.sort(key=_number)
        numbers = [_number(it) for it in mine]
        missing = sorted({*range(1, numbers[-1] + 1)} - {*numbers})
        if missing:
            named = ", ".join(map(str, missing))
            yield f"there is no {why} look for draw {named}: deleted, or thrown away"
        for one, then in pairwise(mine):
            assert then.drawn is not None
            if one.closed_at is None or then.drawn.at < one.closed_at:
                yield f"{why} look {_number(then)} was drawn before the last was done"


def _number(look: PlannedLook) -> int:
    return look.drawn.number if look.drawn else 0


def _line(seed: bytes, look: PlannedLook, told: Told) -> Line:
    if look.drawn is None:
        return Line(look=look, problem="was planned without a draw")
    if look.why not in TIMED:
        turn = _turn(seed, look.why, look.drawn)
        wrong = f"asked for {look.ask}, drawn was {turn}" if turn != look.ask else None
        return Line(look=look, ask=turn, problem=wrong)
    if {*look.drawn.rule} != RULES[look.why]:
        return Line(look=look, problem="was drawn by a rule nobody knows")
    due_at, ask = due_of(seed, look.why, look.drawn)
    problem = _wrong(look, due_at, ask, told)
    return Line(look=look, due_at=due_at, ask=ask, problem=problem)


def _wrong(
    look: PlannedLook, due_at: datetime, ask: Ask | None, told: Told
) -> str | None:
    assert look.drawn is not None
    if look.planned_at is not None and abs(look.planned_at - due_at) > NEAR:
        return f"was planned for {_at(look.planned_at)}, drawn was {_at(due_at)}"
    if look.asked_at is not None and look.planned_at is None:
        return "was looked at and has no time it was planned for"
    if look.asked_at is not None and look.asked_at < due_at - NEAR:
        return f"was looked at {_at(look.asked_at)}, before it was due {_at(due_at)}"
    if look.planned_at is not None and look.ask != ask:
        return f"asked for {look.ask or 'no turn'}, drawn was {ask or 'no turn'}"
    rate, at = look.drawn.rule.get("per_hour"), look.drawn.at
    if rate is not None and not _in_force(told, rate, at):
        return f"was drawn at {rate:g} an hour, another rate was in force"
    return None


def _in_force(told: Told, rate: float, at: datetime) -> bool:
    """Until a proctor sets one, the policy's holds, which the record does not have."""
    if any(rate == it for when, it in told.rates if when == at):
        return True
    before = [it for when, it in told.rates if when < at]
    return not before or before[-1] == rate


def _at(when: datetime) -> str:
    return f"{when:%H:%M:%S.%f}"
