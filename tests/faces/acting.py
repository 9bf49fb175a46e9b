"""A sitting played in seconds: real glimpses and findings, the real rules, a made-up
clock, and somebody who swaps places with the student."""

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from app.kernel.findings import Finding
from app.proctoring.domain.glances import Glance, glanced
from app.proctoring.domain.judge import judge, looks_wanted
from app.proctoring.domain.judged import Judged
from app.proctoring.domain.judging import verdict_of
from app.proctoring.domain.words import State, Why
from media.follow import Comparisons, Follower
from media.rhythm import Pace, Rhythm
from tests.domain.sitting_world import T0, Dice, World

GATHER_S = 0.5
SEEN_AT_S = (0.3, 0.6, 0.9, 1.2, 1.5)
"""After its command a sample's frames are taken then."""
JUDGED_AFTER_S = 1.9
EVERY_S = 3.0


@dataclass(frozen=True)
class Faces:
    """What was seen of each person: glimpses, and what samples of them show."""

    glimpses: dict[str, list[object]]
    frames: dict[str, list[bytes]]
    engine: object
    references: dict[str, object]
    embed: object

    def finding(self, who: tuple[str, ...], student: str) -> Finding:
        key = (who, student)
        if key not in _FINDINGS:
            takes = dict.fromkeys(who, 0)
            shown = []
            for name in who:
                shown.append(self.frames[name][takes[name] % len(self.frames[name])])
                takes[name] += 1
            _FINDINGS[key] = self.engine.examine(shown, self.references[student])
        return _FINDINGS[key]


_FINDINGS: dict[tuple[tuple[str, ...], str], Finding] = {}


class Play:
    """`cast` says who sits there at a second since the beginning."""

    def __init__(
        self, faces, student, cast, seed, policy, *, glances=True, comparisons=None
    ):
        self.faces, self.student, self.cast = faces, student, cast
        self.glances = glances
        self.chance = Dice(seed)
        self.world = World(policy, seed=seed)
        self.follower = Follower(comparisons=comparisons or Comparisons())
        self.pace = Pace(rhythm=Rhythm())
        self.seen = set()
        self.shots = {who: itertools.cycle(it) for who, it in faces.glimpses.items()}

    def run(self, seconds: float):
        """Plays to the end; the ledger's stretches. `seen`: whom a glance saw, or most
        frames of a look."""
        at, glance_at, seen_at = 0.0, 0.4, 0.0
        self._want(looks_wanted(self.world.watch, T0, self.world.policy, self.chance))
        while at < seconds:
            look_at = self._next_look()
            at = max(at, min(look_at, glance_at, seen_at))
            self.world.now = max(self.world.now, T0 + timedelta(seconds=at))
            if at >= seen_at:
                self.world.seen()
                seen_at += EVERY_S
            elif at >= glance_at:
                glance_at = at + self._glance(at)
            else:
                self._look(at)
        return self.world.ledger.stretches

    def _want(self, looks):
        for it in looks:
            self.world.looks.setdefault(it.why, it.due_at)

    def _next_look(self) -> float:
        due = min(self.world.looks.values(), default=None)
        return np.inf if due is None else (due - T0).total_seconds()

    def _glance(self, at: float) -> float:
        if not self.glances:
            return np.inf
        self.seen.add(self.cast(at))
        glimpse = next(self.shots[self.cast(at)])
        followed = self.follower.take(glimpse, at, self.faces.embed)
        told_at = T0 + timedelta(seconds=at)
        glance = Glance(
            sight=followed.sight,
            at=told_at,
            epoch=self.world.watch.epoch,
            gap_s=followed.gap_s,
        )
        self.world.take(glanced(self.world.watch, glance, self.world.policy))
        every_s = self.pace.after_s(followed.sight, at)
        return every_s * self.chance.uniform(0.8, 1.2) + GATHER_S

    def _look(self, at: float) -> None:
        """The sample is of whoever sits there while it is captured."""
        why = min(self.world.looks, key=self.world.looks.__getitem__)
        asked = self.world.asks.get(why) is not None
        who = tuple(self.cast(at + after) for after in SEEN_AT_S)
        self.seen |= {it for it in who if who.count(it) > len(who) / 2}
        finding = self.faces.finding(who, self.student)
        if asked:
            finding = replace(finding, did_as_asked=True, kept=0.7)
        look = Judged(
            why=why,
            epoch=self.world.watch.epoch,
            asked_at=T0 + timedelta(seconds=at),
            at=T0 + timedelta(seconds=at + JUDGED_AFTER_S),
            verdict=verdict_of(finding, self.world.policy),
            asked=asked,
        )
        if self.glances:
            self._glance(at + SEEN_AT_S[0])  # Every look has its glance.
        self.world.looks.pop(why, None)
        self.world.asks.pop(why, None)
        self.world.now = look.at
        self.world.seen()
        watch = self.world.watch  # With what the glance has changed.
        self.world.take(judge(watch, look, self.world.policy, self.chance))
        if not self.world.looks and self.world.watch.state is State.RUNNING:
            wanted = looks_wanted(watch, look.at, self.world.policy, self.chance)
            self._want(it for it in wanted if it.why is not Why.START)


def confirmed_of(stretches, began: float, ended: float) -> float:
    """How many confirmed seconds lie between two seconds of the play."""
    total = 0.0
    for it in stretches:
        if it.state != "confirmed":
            continue
        start = (it.started_at - T0).total_seconds()
        end = (it.ended_at - T0).total_seconds()
        total += max(0.0, min(end, ended) - max(start, began))
    return total
