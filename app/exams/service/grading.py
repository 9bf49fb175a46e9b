"""Grading: once when an exam ends, and anew when a question is withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from app.accounts.domain.people import Identity
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.exams.domain.exams import EndedWhy
from app.exams.domain.grading import Grade, grade, regraded
from app.exams.domain.results import LEFT_PAUSED, Hold, NoSuchExam, reason_of
from app.exams.service.telling import Telling
from app.exams.store import grades as store
from app.exams.store import results
from app.exams.store.grades import Paper, VersionRow
from app.kernel.ids import AccountId, ExamId, ModuleCode, QuestionId
from app.kernel.refusals import NotFound

BATCH = 25
"""Exams graded anew in one transaction: well within a second."""
FRESH = timedelta(days=7)
"""Regrading that was cut off is finished by housekeeping for so long."""
FIRST, WITHDRAWN = "first", "withdrawn"
Details: TypeAlias = dict[str, str | int | bool]


class NoSuchQuestion(NotFound):
    """There is no such question, or no such version of it, in this bank."""


class Ended(Protocol):
    """An exam as whoever ends it knows it."""

    @property
    def exam(self) -> ExamId: ...
    @property
    def ended_why(self) -> EndedWhy | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Regraded:
    """`changed`: of how many exams pass or failure changed."""

    exams: int
    changed: int


class Grading:
    def __init__(self, telling: Telling, batch: int = BATCH) -> None:
        self._batch = batch
        self._house = telling.house
        self._policy = telling.policy
        self._telling = telling

    @property
    def may_fail(self) -> bool:
        """Whether grading anew may take a pass away."""
        return self._policy.regrade_may_fail

    async def on_ended(self, tx: Tx, ended: Ended, now: datetime) -> None:
        """For whoever ends exams: graded in the same transaction, if it had begun; and
        held where only a pause that nobody lifted ended it."""
        if ended.ended_why is EndedWhy.NEVER_BEGUN:
            return
        await self.grade(tx, ended.exam, now)
        if ended.ended_why is EndedWhy.LEFT_PAUSED:
            hold = Hold(by=None, why=LEFT_PAUSED, at=now)
            await results.set_hold(tx, ended.exam, hold)

    async def grade(
        self, tx: Tx, exam: ExamId, now: datetime, why: str = FIRST
    ) -> Grade:
        """Of an exam that has ended. Graded before, 'first' changes nothing."""
        paper = await store.lock_paper(tx, exam)
        if paper is None or paper.ended_at is None:
            raise NoSuchExam
        if paper.grade is not None and why == FIRST:
            return paper.grade
        found = await self._grade_of(tx, paper)
        await store.insert_grade(tx, exam, paper.at_number + 1, found, why, now)
        return found

    async def _grade_of(self, tx: Tx, paper: Paper) -> Grade:
        asked = await store.lock_asked(tx, paper.exam)
        given = await store.given(tx, paper.exam)
        found = grade(asked, given, paper.pass_mark)
        if paper.grade is None:
            return found
        return regraded(paper.grade, found, may_fail=self.may_fail)

    async def withdraw(
        self, by: Identity, question: QuestionId, version: int, why: str
    ) -> int:
        """From now on it counts for nobody; how many ended exams had it. Withdrawn
        before, the first reason stands. Raises SayWhy or NoSuchQuestion."""
        reason = reason_of(why)
        async with self._house.db.transaction() as tx:
            it = await store.lock_version(tx, question, version)
            if it is None:
                raise NoSuchQuestion
            exams = await store.count_had(tx, question, version)
            if it.withdrawn_at is None:
                now = self._house.clock.now()
                await store.withdraw(tx, it, by.account, reason, now)
                details: Details = {"exams": exams, "why": reason}
                await self._write(tx, by.account, "question.withdrawn", it, details)
        return exams

    async def regrade_version(
        self, question: QuestionId, version: int, most: int | None = None
    ) -> Regraded:
        """What was withdrawn, in batches, each a transaction of its own, about `most`
        exams; the rest is housekeeping's. Cut off, the same again goes on where it was;
        done already, it does nothing."""
        exams = changed = 0
        while most is None or exams < most:
            async with self._house.db.connection() as tx:
                due = await store.to_regrade(tx, question, version, self._batch)
            if not due:
                break
            changed += await self._regrade(due)
            exams += len(due)
        if exams:
            async with self._house.db.transaction() as tx:
                it = await store.lock_version(tx, question, version)
                assert it is not None
                details: Details = {"exams": exams, "changed": changed}
                await self._write(tx, None, "question.regraded", it, details)
        return Regraded(exams=exams, changed=changed)

    async def _regrade(self, exams: Sequence[ExamId]) -> int:
        """Of how many it changed whether they passed."""
        changed = []
        async with self._house.db.transaction() as tx:
            now = self._house.clock.now()
            for exam in exams:
                act = await self._regrade_one(tx, exam, now)
                changed += [act] if act else []
            for act in changed:
                await self._house.trail.write(tx, act)
        return len(changed)

    async def _regrade_one(self, tx: Tx, exam: ExamId, now: datetime) -> Act | None:
        paper = await store.lock_paper(tx, exam)
        if paper is None or paper.grade is None:
            return None
        found = await self._grade_of(tx, paper)
        if found.of_points == paper.grade.of_points:
            return None  # Somebody else was here first.
        await store.insert_grade(tx, exam, paper.at_number + 1, found, WITHDRAWN, now)
        await self._telling.graded_anew(tx, exam, paper.grade.passed, now)
        if found.passed is paper.grade.passed:
            return None
        details: Details = {
            "exam": str(exam),
            "passed": found.passed,
        }
        return Act(
            at=now, by=None, what="result.regraded", whom=paper.account, details=details
        )

    async def regrade_due(self) -> int:
        """What was cut off; for housekeeping."""
        since = self._house.clock.now() - FRESH
        async with self._house.db.connection() as tx:
            withdrawn = await store.withdrawn_since(tx, since)
        exams = 0
        for question, version in withdrawn:
            exams += (await self.regrade_version(question, version)).exams
        return exams

    async def versions(
        self, module: ModuleCode, question: QuestionId
    ) -> list[VersionRow]:
        """The newest first. Raises NoSuchQuestion."""
        async with self._house.db.connection() as tx:
            found = await store.versions(tx, module, question)
        if not found:
            raise NoSuchQuestion
        return found

    async def count_had(self, question: QuestionId, version: int) -> int:
        """How many ended exams had it."""
        async with self._house.db.connection() as tx:
            return await store.count_had(tx, question, version)

    async def _write(
        self,
        tx: Tx,
        by: AccountId | None,
        what: str,
        it: VersionRow,
        details: Details,
    ) -> None:
        """An act about a version of a question."""
        of: Details = {
            "question": str(it.question),
            "version": it.version,
            "module": it.module,
        }
        now = self._house.clock.now()
        act = Act(at=now, by=by, what=what, details={**of, **details})
        await self._house.trail.write(tx, act)
