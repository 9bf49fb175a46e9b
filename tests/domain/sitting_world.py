"""A small world to play a sitting in: its ledger, its looks and its clock."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.kernel.findings import Ask
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.changes import (
    Change,
    Confirmed,
    IncidentRaised,
    LooksCancelled,
    StretchClosed,
    StretchOpened,
    Voided,
)
from app.proctoring.domain.draws import What
from app.proctoring.domain.judge import judge
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Outcome, Watch
from app.proctoring.domain.words import State, Verdict, Why

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
POLICY = Policy()


class Dice(random.Random):
    """Chance that is thrown anew at each draw."""

    def draw(self, why: Why, what: What) -> float:
        return self.random()

    def number(self, why: Why) -> int | None:
        return None


@dataclass
class Stretch:
    started_at: datetime
    ended_at: datetime | None = None
    state: str = "provisional"


@dataclass
class Ledger:
    """What the changes add up to, by the rules the schema enforces too."""

    stretches: list[Stretch] = field(default_factory=list)

    def apply(self, change: Change) -> None:
        match change:
            case StretchOpened(at=at):
                assert all(s.ended_at is not None for s in self.stretches)
                self.stretches.append(Stretch(started_at=at))
            case StretchClosed(at=at):
                open_one = self.stretches[-1]
                assert open_one.ended_at is None
                assert at >= open_one.started_at
                open_one.ended_at = at
            case Confirmed(since=since, until=until):
                for stretch in self._provisional():
                    assert stretch.ended_at is not None
                    if stretch.ended_at <= until:
                        kept = stretch.ended_at >= since
                        stretch.state = "confirmed" if kept else "void"
            case Voided():
                for stretch in self._provisional():
                    stretch.state = "void"

    def _provisional(self) -> list[Stretch]:
        return [
            s
            for s in self.stretches
            if s.state == "provisional" and s.ended_at is not None
        ]

    def seconds(self, state: str) -> float:
        return sum(
            (s.ended_at - s.started_at).total_seconds()
            for s in self.stretches
            if s.state == state and s.ended_at
        )


class World:
    """One sitting, its ledger and the time; every act moves through the real domain."""

    def __init__(self, policy: Policy = POLICY, seed: int = 1) -> None:
        self.policy = policy
        self.chance = Dice(seed)
        self.now = T0
        self.watch = Watch(
            sitting=SittingId(UUID(int=1)), account=AccountId(UUID(int=2)), opened_at=T0
        )
        self.ledger = Ledger()
        self.looks: dict[Why, datetime] = {}
        self.asks: dict[Why, Ask | None] = {}
        self.incidents: list[Verdict] = []

    def wait(self, seconds: float, *, present: bool = True) -> "World":
        """Time passes; a present student is seen every few seconds."""
        until = self.now + timedelta(seconds=seconds)
        every = timedelta(seconds=self.policy.checkpoint_every_s)
        while present and self.now + every <= until:
            self.now += every
            self.seen()
        self.now = until
        return self

    def seen(self) -> None:
        """A checkpoint, by the rule of the one SQL statement that writes it."""
        lapse = timedelta(seconds=self.policy.lapse_s)
        running = self.watch.state is State.RUNNING
        if running and self.now - (self.watch.seen_at or T0) > lapse:
            return
        self.watch = replace(self.watch, seen_at=self.now)

    def look(
        self,
        verdict: Verdict,
        why: Why = Why.INTERVAL,
        *,
        took_s: float = 1,
        epoch: int | None = None,
        **how: bool,
    ) -> "World":
        """A look asked now and judged `took_s` later; `how`: asked."""
        asked_at = self.now
        self.wait(took_s)
        return self.judged(asked_at, verdict, why, epoch, **how)

    def judged(
        self,
        asked_at: datetime,
        verdict: Verdict,
        why: Why = Why.INTERVAL,
        epoch: int | None = None,
        **how: bool,
    ) -> "World":
        self.looks.pop(why, None)
        self.asks.pop(why, None)
        look = Judged(
            why=why,
            epoch=epoch or self.watch.epoch,
            asked_at=asked_at,
            at=self.now,
            verdict=verdict,
            **how,
        )
        return self.take(judge(self.watch, look, self.policy, self.chance))

    def take(self, outcome: Outcome) -> "World":
        self.watch, changes = outcome
        for change in changes:
            self.ledger.apply(change)
            match change:
                case LookWanted(why=why, due_at=due_at, ask=ask):
                    self.looks.setdefault(why, due_at)
                    self.asks.setdefault(why, ask)
                case LooksCancelled():
                    self.looks.clear()
                    self.asks.clear()
                case IncidentRaised(kind=kind):
                    self.incidents.append(kind)
        return self
