"""Sittings of tests: opened for a seat or remotely, and ended with their test."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

import structlog

from app.adapters.db import Tx
from app.adapters.logs import about
from app.booking.service.desk import News
from app.booking.service.sat import lock_to_sit, require_card_shown
from app.exams.domain.exams import EndedWhy, Exam, ExamState, Opener
from app.exams.domain.opening import Window
from app.exams.domain.policy import AdmitCards
from app.exams.service.acts import note
from app.exams.service.drawing import Wanted
from app.exams.service.exams import Exams
from app.kernel.ids import AccountId, CheckId, ExamId, ModuleCode, SeatId, SittingId
from app.kernel.refusals import Refusal
from app.proctoring.domain import watch as life
from app.proctoring.domain.exam_clock import ending_of
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Ending, Kind
from app.proctoring.service import rechecks
from app.proctoring.service.desk import Desk
from app.proctoring.service.remote import require_remote
from app.proctoring.service.sittings import (
    CheckedDevices,
    Gate,
    OpenedMeanwhile,
    OpenedOn,
    begin_sitting,
)
from app.proctoring.store import exam_sittings as store
from app.proctoring.store import sittings

Wish: TypeAlias = Callable[[Tx, datetime], Awaitable[Wanted]]
"""What somebody wants to sit, with what has to be so checked."""

ANY_BROWSER = OpenedOn()

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How somebody comes to sit. `card`: the number of the admit card, as they typed
    it. `hindered`: why no test can begin just now; one that has begun goes on."""

    opened_on: OpenedOn = ANY_BROWSER
    opener: Opener | None = None
    card: str | None = None
    hindered: Refusal | None = None


ANYHOW = Arrival()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedExam:
    """The test and its sitting, each with the epoch of the page that may write."""

    exam: Exam
    sitting: SittingId
    epoch: int


class ExamSittings:
    def __init__(
        self,
        desk: Desk,
        exams: Exams,
        gates: Sequence[Gate] = (),
        checks: CheckedDevices | None = None,
        to_begin: Sequence[Gate] = (),
    ) -> None:
        """`gates` as in `Sittings`; those `to_begin` are for tests that have not begun.
        A test that ends ends its sitting from now on."""
        self._desk = desk
        self._exams = exams
        self._gates = gates
        self._to_begin = to_begin
        self._checks = checks
        exams.before_end.append(self._lock)
        exams.on_ended.append(self._end)
        exams.after_end.append(self._tell)

    async def open_for_seat(
        self, account: AccountId, seat: SeatId, arrival: Arrival = ANYHOW
    ) -> OpenedExam:
        """For the booked slot, once its admit card was shown; opened again, it goes on
        here with a new epoch, and a learning sitting that was open ends.

        Raises NoSuchSeat, SeatNotBooked, what the gates and `Exams.open` raise; and
        till it has begun, what hinders it, ShowYourAdmitCard or NotThisCard.
        """

        async def wish(tx: Tx, now: datetime) -> Wanted:
            sits = await self._exams.open_of(tx, account)
            if sits and sits.seat == seat and sits.state is not ExamState.READY:
                return Wanted(account=account, module=sits.module, seat=seat)
            slot, booked = await lock_to_sit(tx, account, seat)
            return Wanted(
                account=account,
                module=booked.module,
                seat=seat,
                window=Window(starts_at=slot.starts_at, ends_at=slot.ends_at),
            )

        return await self._open(account, wish, arrival)

    async def open_remotely(
        self, account: AccountId, module: ModuleCode, arrival: Arrival = ANYHOW
    ) -> OpenedExam:
        """Without a seat, where the blueprint allows it, for who would be fit to book.
        Raises what `require_remote` does, and as for a seat."""

        async def wish(tx: Tx, now: datetime) -> Wanted:
            if await self._exams.open_of(tx, account) is None:
                await require_remote(tx, account, module, now)
            return Wanted(account=account, module=module)

        return await self._open(account, wish, arrival)

    async def sweep(self) -> int:
        """Ends what nobody ends; and sittings that outlived their test, if any."""
        ended = await self._exams.sweep()
        async with self._desk.db.connection() as tx:
            sitting_on = await store.forgotten(tx)
            left_alone = await store.left_alone(tx)
        for exam, sitting in sitting_on:
            with about(sitting=sitting):
                log.warning("sitting_outlived_its_exam", exam=str(exam))
            async with self._desk.db.transaction() as tx:
                it = await self._exams.look_up(tx, exam)
                await self._end(tx, it, self._desk.clock.now())
        for exam in left_alone:
            log.warning("exam_outlived_its_sitting", exam=str(exam))
            await self._exams.end_now(exam, EndedWhy.PROCTOR)
        return ended + len(sitting_on) + len(left_alone)

    async def _open(
        self, account: AccountId, wish: Wish, arrival: Arrival
    ) -> OpenedExam:
        opened_on, device = arrival.opened_on, arrival.opened_on.device
        marked = News()
        for gate in self._gates:
            await gate(account)
        hindered = await self._hindered(account) or arrival.hindered
        checked = await rechecks.checked(self._checks, account, device)
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            # The sitting first: that is the order in which its end locks, too.
            found = await sittings.lock_open_of(tx, account)
            wanted = await wish(tx, now)
            if hindered and await self._exams.open_of(tx, account) is None:
                raise hindered  # before a paper is drawn for nothing
            exam = await self._exams.open(tx, wanted, now, arrival.opener)
            sits = found.watch if found else None
            check = await rechecks.check_of(tx, exam, sits, checked, device)
            if exam.state is ExamState.READY:
                if hindered is not None:
                    raise hindered
                await self._require_card(tx, exam, arrival.card, now, marked)
            if found is not None and found.watch.exam == exam.exam:
                watch = life.connected(found.watch, opened_on.browser, check)
                await sittings.save(tx, watch, now)
                await self._note_device(tx, exam, found.watch, watch, now)
            else:
                watch = _watch_of(exam, opened_on, check, now)
                await self._insert(tx, watch, exam, found, now)
            await begin_sitting(self._desk, tx, watch, now)
        await self._desk.tell(watch, also=marked.topics())
        return OpenedExam(exam=exam, sitting=watch.sitting, epoch=watch.epoch)

    async def _hindered(self, account: AccountId) -> Refusal | None:
        try:
            for gate in self._to_begin:
                await gate(account)
        except Refusal as refusal:
            return refusal
        return None

    async def _require_card(
        self, tx: Tx, exam: Exam, typed: str | None, now: datetime, marked: News
    ) -> None:
        """Of a test that has not begun: then a mark that is undone stops nothing."""
        how, house = self._exams.policy.admit_card, self._exams.house
        if exam.seat is None or how is AdmitCards.NONE:
            return
        slot, seat = await lock_to_sit(tx, exam.account, exam.seat)
        number = typed if how is AdmitCards.CODE else None
        if await require_card_shown(tx, slot, seat, number, house.sealer):
            await note(tx, house, exam, "card_typed", now, seat=str(exam.seat))
            marked.of(slot, exam.account)

    async def _insert(
        self,
        tx: Tx,
        watch: Watch,
        exam: Exam,
        found: sittings.Found | None,
        now: datetime,
    ) -> None:
        """Instead of whatever was studied just now."""
        if found is not None:
            policy, why = self._desk.policy, Ending.REPLACED
            await self._desk.write(tx, *life.end(found.watch, why, now, policy), now)
        if not await sittings.insert(tx, watch, exam.module):
            raise OpenedMeanwhile

    async def _note_device(
        self, tx: Tx, exam: Exam, before: Watch, watch: Watch, now: datetime
    ) -> None:
        """An event, no verdict: batteries end, and browsers crash."""
        if (before.opened_on, before.check) != (watch.opened_on, watch.check):
            await self._exams.note_device(tx, exam.exam, now)

    async def _lock(self, tx: Tx, exam: ExamId) -> None:
        sitting = await store.open_of(tx, exam)
        if sitting is not None:
            await sittings.lock(tx, sitting)

    async def _end(self, tx: Tx, exam: Exam, now: datetime) -> None:
        sitting = await store.open_of(tx, exam.exam)
        watch = await sittings.lock(tx, sitting) if sitting else None
        if watch is not None:
            policy, why = self._desk.policy, ending_of(exam.ended_why)
            await self._desk.write(tx, *life.end(watch, why, now, policy), now)

    async def _tell(self, exam: Exam) -> None:
        await self._desk.tell_of(exam.account)


def _watch_of(
    exam: Exam, opened_on: OpenedOn, check: CheckId | None, now: datetime
) -> Watch:
    return Watch(
        sitting=SittingId(uuid4()),
        account=exam.account,
        opened_at=now,
        kind=Kind.EXAM,
        opened_on=opened_on.browser,
        check=check,
        exam=exam.exam,
    )
