"""Incidents: a person decides, a student answers once, to overturn takes two more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import UniqueViolationError

from app.accounts.domain.people import Identity
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict, NotFound
from app.proctoring.domain import watch as life
from app.proctoring.domain.changes import Change
from app.proctoring.domain.incident_words import letter
from app.proctoring.domain.incidents import (
    REVIEW,
    AnotherPerson,
    AppealOnce,
    Choice,
    Decided,
    Decision,
    appeal,
    decide,
)
from app.proctoring.domain.watch import Outcome, Watch
from app.proctoring.domain.words import Ending, Reason, State, Why
from app.proctoring.ledger.proof import APPROVED, ASKED
from app.proctoring.service.desk import Desk
from app.proctoring.store import incident_pages as pages
from app.proctoring.store import incidents as store
from app.proctoring.store import sittings

DECIDED, SAID = "incident.decided", "incident.appealed"
Effect = Callable[[Watch, datetime], Outcome]


class NoSuchIncident(NotFound):
    """There is no such incident."""


class NobodyToLookAt(Conflict):
    """This sitting has ended: there is nobody to look at. Choose another decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a reviewer chose, as it was typed."""

    choice: Choice
    reason: str


class Incidents:
    def __init__(self, house: Gatehouse, desk: Desk) -> None:
        self._house = house
        self._desk = desk
        self._codes = Codes(house)

    async def take(self, by: AccountId, incident: UUID) -> bool:
        """Reviews it for five minutes; False while a colleague does."""
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            return await store.take(tx, incident, by, now, now + REVIEW)

    async def decide(self, by: Identity, incident: UUID, told: Told) -> Decided:
        """One transaction: the decision, what follows from it, the letter, the trail.

        Raises NoSuchIncident, and what `domain.incidents.decide` raises.
        """
        reason = " ".join(told.reason.split())
        try:
            async with self._desk.db.transaction() as tx:
                found, watch = await self._locked(tx, incident)
                if told.choice is Choice.LOOK and watch.state is State.ENDED:
                    raise NobodyToLookAt
                now = self._desk.clock.now()
                decided = decide(found.case, by.account, told.choice, reason)
                given = Decision(
                    step=decided.step,
                    choice=told.choice,
                    reason=reason,
                    by=by.account,
                    at=now,
                )
                await store.write_decision(tx, incident, given, decided)
                changes = await self._follow(tx, watch, decided, now)
                await self._conclude(tx, by, incident, watch, given, decided)
        except UniqueViolationError as error:  # the same person, twice at once
            raise AnotherPerson from error
        await self._desk.tell(watch, changes)
        return decided

    async def _locked(self, tx: Tx, incident: UUID) -> tuple[store.Found, Watch]:
        """The sitting first: that is how incidents are raised."""
        sitting = await store.sitting_of(tx, incident)
        watch = await sittings.lock(tx, sitting) if sitting else None
        found = await store.lock(tx, incident)
        if watch is None or found is None:
            raise NoSuchIncident
        return found, watch

    async def _follow(
        self, tx: Tx, watch: Watch, decided: Decided, now: datetime
    ) -> list[Change]:
        """What the decision does to a sitting that is still open."""
        if not decided.takes_effect or watch.state is State.ENDED:
            return []
        policy = self._desk.policy
        after, changes = _EFFECTS.get(decided.choice, _nothing)(watch, now)
        if decided.choice is Choice.END:
            after, changes = life.end(watch, Ending.PROCTOR, now, policy)
        await self._desk.write(tx, after, changes, now)
        return changes

    async def _conclude(
        self,
        tx: Tx,
        by: Identity,
        incident: UUID,
        watch: Watch,
        given: Decision,
        decided: Decided,
    ) -> None:
        """Void time given back, a letter to the student, and the trail at last."""
        dismissed = decided.takes_effect and decided.choice is Choice.DISMISS
        role = str(by.role)
        back = (
            await store.restore(tx, incident, by.account, role, given.at)
            if dismissed
            else None
        )
        person = await people.by_id(tx, watch.account)
        seconds, in_a_test = back.seconds if back else 0, watch.exam is not None
        words = letter(decided, given.reason, seconds, in_a_test=in_a_test)
        if words is not None:
            await self._codes.tell(tx, person, words)
        if back is not None:
            for what in (ASKED, APPROVED):
                details: dict[str, str | int | bool] = {
                    "correction": str(back.correction),
                    "module": back.module,
                    "seconds": back.seconds,
                }
                await self._write(tx, by.account, what, watch.account, details)
        step, choice = str(given.step), str(given.choice)
        details = {"incident": str(incident), "step": step, "choice": choice}
        await self._write(tx, by.account, DECIDED, watch.account, details)

    async def appeal(self, account: AccountId, incident: UUID, said: str) -> None:
        """Once, within 14 days. Raises NoSuchIncident for somebody else's."""
        text = said.strip()
        try:
            async with self._desk.db.transaction() as tx:
                found, _ = await self._locked(tx, incident)
                if found.case.account != account:
                    raise NoSuchIncident
                now = self._desk.clock.now()
                appeal(found.case, found.settled_at, text, now)
                await store.write_appeal(tx, incident, account, text, now)
                details: dict[str, str | int | bool] = {"incident": str(incident)}
                await self._write(tx, account, SAID, account, details)
        except UniqueViolationError as error:
            raise AppealOnce from error

    async def of_student(self, account: AccountId) -> list[Row]:
        async with self._desk.db.connection() as tx:
            return await pages.of_student(tx, account)

    async def _write(
        self,
        tx: Tx,
        by: AccountId,
        what: str,
        whom: AccountId,
        details: dict[str, str | int | bool],
    ) -> None:
        now = self._desk.clock.now()
        act = Act(at=now, by=by, what=what, whom=whom, details=details)
        await self._house.trail.write(tx, act)


def _nothing(watch: Watch, _: datetime) -> Outcome:
    return watch, []


def _let_go_on(watch: Watch, now: datetime) -> Outcome:
    """Who waits for a person waits no longer: a look decides how it goes on."""
    if watch.reason is not Reason.NEEDS_PERSON:
        return watch, []
    return life.resume(watch, Reason.PROCTOR, now)


def _look(watch: Watch, now: datetime) -> Outcome:
    """Looked at anew, now."""
    if watch.reason is Reason.NEEDS_PERSON:
        return life.resume(watch, Reason.PROCTOR, now)
    return life.check(watch, Why.PROCTOR, now)


_EFFECTS: dict[Choice, Effect] = {
    Choice.UPHOLD: _let_go_on,
    Choice.DISMISS: _let_go_on,
    Choice.WARN: _let_go_on,
    Choice.LOOK: _look,
}
