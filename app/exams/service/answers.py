"""What a page writes while an exam runs, and what it may see of the paper.

An answer that is acknowledged counts: it is kept in the one statement that also holds
the exam against its end. Each place counts its turns; the highest that is kept counts.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from asyncpg import CheckViolationError

from app.adapters.db import Clashed, Database, Row
from app.exams.domain import exams as life
from app.exams.domain.answers import (
    BATCH_MOST,
    TURN_MOST,
    Json,
    Place,
    UnknownPlace,
    from_json,
    parse,
    shown,
    to_json,
)
from app.exams.domain.exams import Exam, ExamState, NoSuchExam
from app.exams.domain.questions import QuestionKind
from app.exams.store import answers as store
from app.exams.store import exams as exam_store
from app.exams.store.answers import Writer
from app.kernel.clock import Clock
from app.kernel.ids import AccountId, ExamId
from app.kernel.refusals import Conflict, Refusal

TRIES = 3
PAPERS_KEPT = 4096
EVENTS_MOST = 2000

Places: TypeAlias = Mapping[int, Place]


class StaleAnswer(Conflict):
    """A newer answer to this question was saved already."""


class BadTurn(Refusal):
    """Turns are whole numbers from 1. Reload the page."""


class TooManyAtOnce(Refusal):
    """At most 50 answers at once."""


class BadEvent(Refusal):
    """Events are numbered from 1 to 2000. Reload the page."""


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
class Given:
    """An answer as a page sends it."""

    position: int
    turn: int
    answer: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Acknowledged. `answer`: as it was read and is shown."""

    position: int
    turn: int
    answer: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`newest`: the highest turn of this place that is kept."""

    position: int
    turn: int
    newest: int
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of a batch, one by one."""

    saved: list[Saved] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`ago`: how long before it was sent; an offline page sends late."""

    number: int
    kind: EventKind
    ago: timedelta = timedelta()


class Answers:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._papers: OrderedDict[tuple[ExamId, AccountId], Places] = OrderedDict()
        """What the newest papers are made of, which never changes: past PAPERS_KEPT
        the one longest unused is forgotten, and read again."""

    async def save(self, page: Page, given: Sequence[Given]) -> Outcome:
        """Keeps each answer that may be kept, and says so. Twice is once.

        What came late, twice, or out of order is refused by itself (`Refused`);
        everything is, by raising, where the page may not write: NoSuchExam, ExamOver,
        OpenedElsewhere, ExamNotBegun, ExamPaused, TooManyAtOnce.
        """
        if not 1 <= len(given) <= BATCH_MOST:
            raise TooManyAtOnce
        outcome = Outcome()
        places = await self._places(page)
        read = _read(places, given, outcome)
        for _ in range(TRIES):
            rows = await self._save(page, read)
            left = _sort(rows, places, read, outcome, page, self._clock.now())
            if not left:
                return outcome
            # Somebody else wrote the same place meanwhile: now it can be seen.
            read = {key: read[key] for key in left}
        raise Clashed

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
            not 1 <= it.number <= EVENTS_MOST for it in events
        ):
            raise BadEvent
        now = self._clock.now()
        told = [(it.number, it.kind, now - max(it.ago, timedelta())) for it in events]
        async with self._db.connection() as tx:
            if await store.note_events(tx, _writer(page, now), told):
                return
            exam = await exam_store.read(tx, page.exam, page.account)
        if exam is None:
            raise NoSuchExam
        if exam.state is ExamState.ENDED:
            raise life.ExamOver
        raise life.OpenedElsewhere(epoch=exam.epoch)

    async def _save(
        self, page: Page, read: Mapping[tuple[int, int], Json]
    ) -> list[Row]:
        wanted = [(*key, json.dumps(answer)) for key, answer in read.items()]
        try:
            async with self._db.connection() as tx:
                rows = await store.save(tx, _writer(page, self._clock.now()), wanted)
        except CheckViolationError as error:  # the schema has the last word
            raise life.ExamOver from error
        if wanted and not rows:
            raise NoSuchExam
        return rows

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
