"""The life of exams: opened, begun, paused, resumed, ended; each end exactly once.

Whoever needs a sitting or a seat comes from above and is called by hooks: `before_end`
locks what is locked before an exam, `on_ended` acts in the transaction of the end (the
grade), `after_end` after its commit.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog
from asyncpg import PostgresError

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.bell import Bell
from app.adapters.db import Tx
from app.exams.domain import exams as life
from app.exams.domain import opening
from app.exams.domain.exams import (
    AnotherExamOpen,
    EndedWhy,
    Exam,
    ExamState,
    NoSuchExam,
    OpenedElsewhere,
    Opener,
)
from app.exams.domain.opening import Window
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.acts import note
from app.exams.service.drawing import Drawer, Source, Wanted
from app.exams.store import answers
from app.exams.store import exams as store
from app.kernel.ids import AccountId, ExamId
from app.kernel.refusals import Refusal, Unavailable

BeforeEnd: TypeAlias = Callable[[Tx, ExamId], Awaitable[None]]
OnEnded: TypeAlias = Callable[[Tx, Exam, datetime], Awaitable[None]]
AfterEnd: TypeAlias = Callable[[Exam], Awaitable[None]]

FAULTS = (Refusal, PostgresError, ValueError, ArithmeticError)
"""Of one test, which must not keep the others."""
log = structlog.get_logger()


class BadKey(Refusal):
    """The key of this request needs 8 to 100 plain characters. Reload the page."""


class Exams:
    def __init__(
        self,
        house: Gatehouse,
        bell: Bell,
        policy: ExamsPolicy,
        source: Source = secrets.token_bytes,
    ) -> None:
        """`source`: of as many unforeseeable bytes, for the seeds of papers."""
        self.house = house
        self.bell = bell
        self.policy = policy
        self._drawer = Drawer(house=house, policy=policy, source=source)
        self.before_end: list[BeforeEnd] = []
        self.on_ended: list[OnEnded] = []
        self.after_end: list[AfterEnd] = []

    async def open(
        self, tx: Tx, wanted: Wanted, now: datetime, by: Opener | None = None
    ) -> Exam:
        """Draws the paper; or takes the open exam up with a new epoch.

        Raises AnotherExamOpen, SatAlready, NoTestYet, OnlyAtACentre, CoolingOff,
        CannotBeDrawn, NotOpenYet, TooLate, ExamOver. Call `tell` after the commit.
        """
        found = await store.lock_open_of(tx, wanted.account)
        if found is None:
            return await self._drawer.draw(tx, wanted, now, by)
        if (found.module, found.seat) != (wanted.module, wanted.seat):
            raise AnotherExamOpen(exam=str(found.exam), module=found.module)
        exam = life.reopened(life.timed_out(found, now), by)
        await store.save(tx, exam)
        return exam

    async def open_of(self, tx: Tx, account: AccountId) -> Exam | None:
        """The test that somebody has open; locked."""
        return await store.lock_open_of(tx, account)

    async def note_device(self, tx: Tx, exam: ExamId, now: datetime) -> None:
        """It was opened on another device: an event."""
        await answers.note_event(tx, exam, "opened_elsewhere", now)

    async def look_up(self, tx: Tx, exam: ExamId) -> Exam:
        """As it is, without a lock. Raises NoSuchExam."""
        it = await store.read(tx, exam)
        if it is None:
            raise NoSuchExam
        return it

    async def begin(
        self, tx: Tx, exam: ExamId, now: datetime, window: Window | None = None
    ) -> Exam:
        """The start look has passed: the clock runs. Twice is once."""
        it = await self._lock(tx, exam)
        latest = None
        if window is not None:
            extra_s = it.duration_s - await store.plain_duration(tx, it)
            extra = timedelta(seconds=extra_s)
            latest = opening.latest_end(window, extra, self.policy)
        after = life.begun(it, now, latest)
        await self._save(tx, it, after, now)
        return after

    async def pause(self, tx: Tx, exam: ExamId, now: datetime) -> Exam:
        it = await self._lock(tx, exam)
        after = life.paused(it, now)
        await self._save(tx, it, after, now)
        return after

    async def resume(self, tx: Tx, exam: ExamId, now: datetime) -> Exam:
        it = await self._lock(tx, exam)
        after = life.resumed(it, now)
        await self._save(tx, it, after, now)
        return after

    async def end(
        self, tx: Tx, exam: ExamId, why: EndedWhy, now: datetime
    ) -> tuple[Exam, bool]:
        """And whether it was this call that ended it. Call `tell` after the commit."""
        for lock in self.before_end:
            await lock(tx, exam)
        it = await self._lock(tx, exam)
        after = life.ended(it, why, now)
        await self._save(tx, it, after, now)
        return after, after != it

    async def end_now(self, exam: ExamId, why: EndedWhy) -> Exam:
        """In a transaction of its own."""
        async with self.house.db.transaction() as tx:
            it, is_new = await self.end(tx, exam, why, self.house.clock.now())
        await self.tell(it, just_ended=is_new)
        return it

    async def hand_in(
        self, account: AccountId, exam: ExamId, epoch: int, key: str
    ) -> Exam:
        """Ends it; whatever key comes again finds it ended, which is the answer.

        Raises NoSuchExam, BadKey, and OpenedElsewhere while it is open elsewhere.
        """
        if not (8 <= len(key) <= 100 and key.isascii() and key.isprintable()):
            raise BadKey
        async with self.house.db.transaction() as tx:
            for lock in self.before_end:
                await lock(tx, exam)
            it = await store.lock(tx, exam, account)
            if it is None:
                raise NoSuchExam
            now = self.house.clock.now()
            if not life.is_over(it, now) and it.epoch != epoch:
                raise OpenedElsewhere(epoch=it.epoch)
            after = life.ended(it, EndedWhy.HANDED_IN, now)
            await self._save(tx, it, after, now)
        await self.tell(after, just_ended=after != it)
        return after

    async def sweep(self) -> int:
        """Ends what is past its deadline, not begun in time or paused for good.

        May run twice, late or in many processes; one that fails does not stop others.
        """
        patience = store.Patience(
            begin=timedelta(minutes=self.policy.begin_within_min),
            paused=timedelta(minutes=self.policy.paused_most_min),
        )
        async with self.house.db.connection() as tx:
            due = await store.neglected(tx, self.house.clock.now(), patience)
        for exam in due:
            try:
                await self.settle(exam)
            except Unavailable:
                raise
            except FAULTS as error:
                kind = type(error).__name__
                log.warning("exam_not_swept", exam=str(exam), error=kind)
        return len(due)

    async def settle(self, exam: ExamId) -> Exam:
        """Ends it if its time is over. Raises NoSuchExam."""
        async with self.house.db.transaction() as tx:
            for lock in self.before_end:
                await lock(tx, exam)
            it = await self._lock(tx, exam)
            now = self.house.clock.now()
            after = life.neglected(it, now, self.policy)
            await self._save(tx, it, after, now)
        await self.tell(after, just_ended=after != it)
        return after

    async def tell(self, exam: Exam, *, just_ended: bool = False) -> None:
        """After the commit: whoever shows it; and whoever waits for its end."""
        await self.bell.ring([exam_topic(exam.account)])
        for hook in self.after_end if just_ended else ():
            await hook(exam)

    async def _lock(self, tx: Tx, exam: ExamId) -> Exam:
        it = await store.lock(tx, exam)
        if it is None:
            raise NoSuchExam
        return it

    async def _save(self, tx: Tx, before: Exam, exam: Exam, now: datetime) -> None:
        if exam == before:
            return
        await store.save(tx, exam)
        if exam.state is ExamState.ENDED:
            for hook in self.on_ended:
                await hook(tx, exam, now)
            await note(tx, self.house, exam, "ended", now, why=str(exam.ended_why))
        elif before.state is ExamState.READY:
            await note(tx, self.house, exam, "begun", now)


def exam_topic(account: AccountId) -> str:
    return f"exam:{account}"
