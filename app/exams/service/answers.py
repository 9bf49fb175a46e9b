"""What a page writes while an exam runs, and what it may see of the paper.

An answer that is acknowledged counts: it is kept in the one statement that also holds
the exam against its end. Each place counts its turns; the highest that is kept counts.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from asyncpg import CheckViolationError

from app.adapters.db import Clashed, Database, Row
from app.exams.domain import exams as life
from app.exams.domain.answers import Place, UnknownPlace
from app.exams.domain.batches import BATCH_MOST, Batch, Given, Outcome, Told
from app.exams.domain.events import NUMBER_MOST
from app.exams.domain.exams import ExamState, NoSuchExam
from app.exams.domain.questions import QuestionKind
from app.exams.service.keeping import Keeping
from app.exams.store import answers as store
from app.exams.store import exams as exam_store
from app.exams.store.answers import Writer
from app.kernel.clock import Clock
from app.kernel.ids import AccountId, ExamId
from app.kernel.refusals import Conflict, Refusal

TRIES = 3
PAPERS_KEPT = 4096

Places: TypeAlias = Mapping[int, Place]


class BadEvent(Refusal):
    """Events are numbered one after the other, from 1 to 1800. Reload the page."""


class EventKind(StrEnum):
    """What a browser tells of itself."""

    LEFT_FULL_SCREEN = "left_full_screen"
    BACK_IN_FULL_SCREEN = "back_in_full_screen"
    HIDDEN = "hidden"
    VISIBLE = "visible"
    COPIED = "copied"
    PASTED = "pasted"
    SECOND_DISPLAY = "second_display"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whose page writes, and by which epoch of the exam."""

    account: AccountId
    exam: ExamId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`ago`: how long before it was sent; an offline page sends late."""

    number: int
    kind: EventKind
    ago: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    state: ExamState
    epoch: int
    deadline_at: datetime | None


class Answers:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._keeping = Keeping(db)
        self._papers: OrderedDict[tuple[ExamId, AccountId], Places] = OrderedDict()
        """What the newest papers are made of, which never changes: past PAPERS_KEPT
        the one longest unused is forgotten, and read again."""

    async def save(self, page: Page, given: Sequence[Given]) -> Outcome:
        """Keeps each answer that may be kept, and says so. Twice is once.

        What came late, twice, or out of order is refused by itself (`Refused`);
        everything is, by raising, where the page may not write: NoSuchExam, ExamOver,
        OpenedElsewhere, ExamNotBegun, ExamPaused (then `saved` in the details says
        which were acknowledged before: of those the answer was lost), TooManyAtOnce.
        """
        batch = Batch(places=await self._places(page))
        batch.read(given)
        deadline = None
        for _ in range(TRIES):
            if not batch.left:
                break
            try:
                deadline = await self._keep(page, batch)
            except Conflict as refusal:
                refusal.details["saved"] = [
                    [it.position, it.turn] for it in batch.saved
                ]
                raise
        else:
            if batch.left:
                raise Clashed  # Somebody else writes the same place, again and again.
        return Outcome(
            saved=batch.saved,
            refused=batch.refused,
            now=self._clock.now(),
            deadline_at=deadline,
        )

    async def flag(self, page: Page, position: int, *, flagged: bool) -> None:
        """Raises UnknownPlace, and what `save` does."""
        now = self._clock.now()
        async with self._db.connection() as tx:
            if await store.flag(tx, _writer(page, now), position, flagged=flagged):
                return
            exam = await exam_store.read(tx, page.exam, page.account)
        if exam is None:
            raise NoSuchExam
        life.require_writable(exam, page.epoch, now)
        raise UnknownPlace

    async def note(self, page: Page, events: Sequence[Event]) -> None:
        """Events, not verdicts; each number once. Raises BadEvent, NoSuchExam,
        ExamOver, OpenedElsewhere."""
        if not 1 <= len(events) <= BATCH_MOST or any(
            not 1 <= it.number <= NUMBER_MOST for it in events
        ):
            raise BadEvent
        now = self._clock.now()
        told = [(it.number, it.kind, now - max(it.ago, timedelta())) for it in events]
        async with self._db.connection() as tx:
            noted = await store.note_events(tx, _writer(page, now), told)
            if noted:
                return
            if noted is False:
                raise BadEvent
            exam = await exam_store.read(tx, page.exam, page.account)
        if exam is None:
            raise NoSuchExam
        if exam.state is ExamState.ENDED:
            raise life.ExamOver
        raise life.OpenedElsewhere(epoch=exam.epoch)

    async def _keep(self, page: Page, batch: Batch) -> datetime | None:
        """One statement; what another one wrote at the same moment stays left."""
        now = self._clock.now()
        given = [(*turn, json.dumps(answer)) for turn, answer in batch.left.items()]
        try:
            rows = await self._keeping.save((_writer(page, now), given))
        except CheckViolationError as error:  # the schema has the last word
            raise life.ExamOver from error
        if not rows:
            raise NoSuchExam
        for row in rows:
            batch.keep(_told(row))
        if batch.left:
            self._require_writable(rows[0], page, now)
        deadline: datetime | None = rows[0]["deadline_at"]
        return deadline

    def _require_writable(self, row: Row, page: Page, now: datetime) -> None:
        """What was acknowledged before the end is again; nothing else."""
        standing = _Standing(
            state=ExamState(row["state"]),
            epoch=row["epoch"],
            deadline_at=row["deadline_at"],
        )
        life.require_writable(standing, page.epoch, now)

    async def _places(self, page: Page) -> Places:
        key = page.exam, page.account
        known = self._papers.get(key)
        if known is not None:
            self._papers.move_to_end(key)
            return known
        async with self._db.connection() as tx:
            rows = await store.places(tx, *key)
        if not rows:
            raise NoSuchExam
        found = {row["position"]: _place(row) for row in rows}
        self._papers[key] = found
        if len(self._papers) > PAPERS_KEPT:
            self._papers.popitem(last=False)
        return found


def _writer(page: Page, now: datetime) -> Writer:
    return Writer(exam=page.exam, account=page.account, epoch=page.epoch, now=now)


def _place(row: Row) -> Place:
    return Place(kind=QuestionKind(row["kind"]), options=tuple(row["options"]))


def _told(row: Row) -> Told:
    return Told(
        position=row["position"],
        turn=row["turn"],
        kept=row["kept"],
        same=bool(row["same"]),
        newest=row["newest"] or 0,
    )
