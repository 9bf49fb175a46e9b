"""Results as students and staff see them; holds, and what housekeeping finishes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.accounts.domain.people import Identity
from app.adapters.audit import Act
from app.adapters.db import Row, Tx
from app.adapters.faults import kind_of
from app.exams.domain.events import NOTHING_TOLD, Event, Told
from app.exams.domain.results import (
    HeldAlready,
    Hold,
    NeverBegun,
    NoSuchExam,
    NotEnded,
    NotHeld,
    Result,
    Sat,
    State,
    reason_of,
)
from app.exams.domain.rulings import Annulled, Ruled, Ruling
from app.exams.service.drawing import remote_modules
from app.exams.service.events import told_of
from app.exams.service.exams import FAULTS
from app.exams.service.grading import Grading
from app.exams.service.telling import HELD, Telling
from app.exams.store import events, grades, rulings
from app.exams.store import results as store
from app.exams.store.results import Wanted
from app.kernel.ids import AccountId, ExamId, ModuleCode
from app.kernel.refusals import Unavailable

PAGE = 50
EVENTS_PAGE = 50
LOOKED_THROUGH = 1000
"""Exams that one page of a filtered list looks through at most."""
AT_A_TIME = 100
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`after`: where the next page begins; None: there is none."""

    results: Sequence[Result]
    after: ExamId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One result as the staff sees it."""

    result: Result
    gradings: Sequence[Row]
    told: Told
    rulings: Sequence[Row]
    withdrawn: Sequence[Row]


class Results:
    def __init__(
        self,
        telling: Telling,
        grading: Grading,
        page: int = PAGE,
        at_a_time: int = AT_A_TIME,
    ) -> None:
        self._page = page
        self._at_a_time = at_a_time
        self._house = telling.house
        self._telling = telling
        self._grading = grading

    async def result_of(self, account: AccountId, exam: ExamId) -> Result:
        """A student's own. Raises NoSuchExam."""
        async with self._house.db.connection() as tx:
            sat = await store.read(tx, exam)
            if sat is None or sat.account != account:
                raise NoSuchExam
            [found] = await self._telling.results(tx, [sat])
        return found

    async def mine(self, account: AccountId) -> list[Result]:
        """All goes, the newest first."""
        async with self._house.db.connection() as tx:
            return await self._telling.results(tx, await store.of_student(tx, account))

    async def is_remote(self, module: ModuleCode) -> bool:
        """Whether this test may be sat outside of a centre."""
        async with self._house.db.connection() as tx:
            return module in await remote_modules(tx)

    async def case(self, exam: ExamId) -> Case:
        """Raises NoSuchExam."""
        async with self._house.db.connection() as tx:
            sat = await store.read(tx, exam)
            if sat is None:
                raise NoSuchExam
            [found] = await self._telling.results(tx, [sat])
            return Case(
                result=found,
                gradings=await store.gradings(tx, exam),
                told=(await told_of(tx, [exam])).get(exam, NOTHING_TOLD),
                rulings=await rulings.of_exam(tx, exam),
                withdrawn=await store.withdrawn_of(tx, exam),
            )

    async def events(self, exam: ExamId, page: int) -> list[Event]:
        """A page of what the browser told, the oldest first; the first is 1."""
        skip = EVENTS_PAGE * (page - 1)
        async with self._house.db.connection() as tx:
            return await events.page(tx, exam, skip, EVENTS_PAGE)

    async def modules(self) -> list[tuple[str, str]]:
        async with self._house.db.connection() as tx:
            return await store.modules(tx)

    async def listed(self, wanted: Wanted, state: State | None) -> Listed:
        """A page of ended exams, the newest first. What is held is known only exam by
        exam, so a rare state may give a page that is not full."""
        found: list[Result] = []
        last: ExamId | None = None
        looked = 0
        async for it in self.each(wanted):
            if len(found) == self._page or looked == LOOKED_THROUGH:
                return Listed(results=found, after=last)
            looked, last = looked + 1, it.sat.exam
            if state in (None, it.state):
                found.append(it)
        return Listed(results=found, after=None)

    async def each(self, wanted: Wanted) -> AsyncIterator[Result]:
        """Every ended exam that is wanted, the newest first."""
        while True:
            async with self._house.db.connection() as tx:
                sats = await store.ended(tx, wanted, self._at_a_time)
                found = await self._telling.results(tx, sats)
            for it in found:
                yield it
            if len(sats) < self._at_a_time:
                return
            wanted = replace(wanted, before=sats[-1].exam)

    async def hold(self, by: Identity, exam: ExamId, why: str) -> None:
        """The student is told at once, with the reason. Raises SayWhy, NoSuchExam,
        NotEnded, NeverBegun, Annulled or HeldAlready."""
        reason, now = reason_of(why), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            it = await self._telling.lock(tx, exam)
            sat = it.sat
            if sat.ended_at is None:
                raise NotEnded
            if it.state is State.UNBEGUN:
                raise NeverBegun
            if it.state is State.ANNULLED:
                raise Annulled
            if sat.hold is not None:
                raise HeldAlready
            await store.set_hold(tx, exam, Hold(by=by.account, why=reason, at=now))
            await self._telling.held_by_hand(tx, sat, reason)
            await self._write(tx, by, "result.held", sat, reason)

    async def release(self, by: Identity, exam: ExamId, why: str) -> None:
        """Although incidents may have been upheld. Told at once, unless one is open
        still. Raises SayWhy, NoSuchExam or NotHeld."""
        reason, now = reason_of(why), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            it = await self._telling.lock(tx, exam)
            sat = it.sat
            if sat.hold is None and not (it.state is State.HELD and it.unruled):
                raise NotHeld
            await store.set_hold(tx, exam, None)
            if it.unruled:
                await rulings.insert(tx, exam, _released(by, it, reason, now))
                # It may have been told before the incident: now it is told again.
                await store.set_told(tx, exam, HELD)
            await self._telling.settle(tx, exam, now)
            await self._write(tx, by, "result.released", sat, reason)

    async def issue_due(self) -> int:
        """What is due by now, for housekeeping: grades that are missing, results to be
        told, certificates; how many. May run twice, or in many processes at once."""
        now = self._house.clock.now()
        done = await self._grade_missing(now)
        async with self._house.db.connection() as tx:
            doubted = await self._telling.doubted(tx)
        for exam in doubted:
            done += await self._settle(exam, now)
        by = now - timedelta(minutes=self._telling.policy.settle_after_min)
        after: tuple[datetime, ExamId] | None = None
        while True:
            async with self._house.db.connection() as tx:
                batch = await store.to_tell(tx, by, after, self._at_a_time)
            for _, exam in batch:
                done += await self._settle(exam, now)
            if len(batch) < self._at_a_time:
                return done
            after = batch[-1]

    async def _grade_missing(self, now: datetime) -> int:
        async with self._house.db.connection() as tx:
            exams = await grades.ungraded(tx, self._at_a_time)
        for exam in exams:
            await self._safely(exam, lambda tx, it: self._grading.grade(tx, it, now))
        return len(exams)

    async def _settle(self, exam: ExamId, now: datetime) -> bool:
        return await self._safely(
            exam, lambda tx, it: self._telling.settle(tx, it, now)
        )

    async def _safely(
        self, exam: ExamId, act: Callable[[Tx, ExamId], Awaitable[object]]
    ) -> bool:
        """What fails with one exam keeps no other waiting. What the act says."""
        try:
            async with self._house.db.transaction() as tx:
                return bool(await act(tx, exam))
        except Unavailable:
            raise
        except FAULTS as error:
            log.warning("result_not_told", exam=str(exam), error=kind_of(error))
            return False

    async def _write(
        self, tx: Tx, by: Identity, what: str, sat: Sat, reason: str
    ) -> None:
        act = Act(
            at=self._house.clock.now(),
            by=by.account,
            what=what,
            whom=sat.account,
            details={"exam": str(sat.exam), "module": sat.module, "why": reason},
        )
        await self._house.trail.write(tx, act)


def _released(by: Identity, it: Result, reason: str, now: datetime) -> Ruling:
    return Ruling(
        what=Ruled.RELEASED,
        why=reason,
        at=now,
        by=by.account,
        incidents=it.undecided.upheld,
    )
