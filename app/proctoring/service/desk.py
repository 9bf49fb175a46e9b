"""One way to change a sitting: lock, decide, write, commit, then ring."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from app.adapters.bell import Bell
from app.adapters.db import Database, Tx
from app.exams.service.exams import exam_topic
from app.kernel.clock import Clock
from app.kernel.ids import AccountId, LookId, SittingId
from app.kernel.refusals import NotFound
from app.proctoring.domain.changes import (
    Change,
    Confirmed,
    IncidentRaised,
    LooksCancelled,
    StretchClosed,
    StretchOpened,
    Voided,
)
from app.proctoring.domain.planning import LookWanted
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.watch import Outcome, Watch
from app.proctoring.service.chance import Seeds, Terms
from app.proctoring.store import incidents, looks, sittings, stretches

Decision: TypeAlias = Callable[[Watch, datetime], Outcome]

WALL = "wall"
LOOKS = "looks"


class FollowsExams(Protocol):
    """The part of the tests' clock that follows a sitting."""

    async def follow(self, tx: Tx, watch: Watch, now: datetime) -> None:
        """After whatever changed it, in the same transaction."""


class NoSuchSitting(NotFound):
    """There is no such sitting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every proctoring service works with."""

    db: Database
    clock: Clock
    bell: Bell
    policy: Policy
    seeds: Seeds
    exams: FollowsExams | None = None

    async def change(
        self, sitting: SittingId, decide: Decision, *, owner: AccountId | None = None
    ) -> Watch:
        """Raises `NoSuchSitting`, also when not `owner`'s, and what `decide` raises."""
        async with self.db.transaction() as tx:
            watch = await sittings.lock(tx, sitting)
            if watch is None or (owner is not None and watch.account != owner):
                raise NoSuchSitting
            now = self.clock.now()
            after, changes = decide(watch, now)
            if changes or after != watch:
                await self.write(tx, after, changes, now)
        await self.tell(after, changes)
        return after

    async def write(
        self,
        tx: Tx,
        watch: Watch,
        changes: Sequence[Change],
        now: datetime,
        look: LookId | None = None,
    ) -> None:
        """Writes the watch and each change, in the order they were decided; the clock
        of the test that it watches follows."""
        await _write(tx, watch, changes, now, look)
        if watch.exam is not None and self.exams is not None:
            await self.exams.follow(tx, watch, now)

    async def terms(self, tx: Tx, sitting: SittingId) -> Terms:
        """What this sitting is judged and planned by. Lock it first."""
        return await self.seeds.terms(tx, sitting, self.policy)

    async def tell_of(self, account: AccountId) -> None:
        """After the commit: something of this student changed, but no sitting."""
        await self.bell.ring([topic_of(account), WALL])

    async def tell(
        self, watch: Watch, changes: Sequence[Change] = (), also: Iterable[str] = ()
    ) -> None:
        """After the commit: whoever shows this sitting, and the sampler; and who shows
        what else changed with it."""
        topics = [topic_of(watch.account), WALL, *also]
        if watch.exam is not None:
            topics.append(exam_topic(watch.account))
        if any(isinstance(change, LookWanted) for change in changes):
            topics.append(LOOKS)
        await self.bell.ring(topics)


def topic_of(account: AccountId) -> str:
    return f"student:{account}"


async def _write(
    tx: Tx,
    watch: Watch,
    changes: Sequence[Change],
    now: datetime,
    look: LookId | None = None,
) -> None:
    """An incident remembers the time that became void with it."""
    await sittings.save(tx, watch, now)
    voided: list[int] = []
    for change in changes:
        if isinstance(change, Voided):
            why, until = change.why, change.until
            voided += await stretches.void(tx, watch.account, why, until)
        elif isinstance(change, IncidentRaised):
            kind = change.kind
            incident = await incidents.insert(tx, watch.sitting, look, kind, now)
            await incidents.add_stretches(tx, incident, voided)
        else:
            await _write_change(tx, watch, change, now)


async def _write_change(tx: Tx, watch: Watch, change: Change, now: datetime) -> None:
    match change:
        case StretchOpened(at=at):
            await stretches.open_at(tx, watch.sitting, at)
        case StretchClosed(at=at):
            await stretches.close(tx, watch.sitting, at)
        case Confirmed(since=since, until=until):
            await stretches.confirm(tx, watch.account, since, until)
        case LookWanted():
            await looks.plan(tx, watch.sitting, change)
        case LooksCancelled():
            await looks.cancel_open(tx, watch.sitting, now)
