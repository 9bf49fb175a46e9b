"""A paper as its browser may see it: what is asked, never what is right."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from app.adapters.db import Row
from app.exams.domain import exams as life
from app.exams.domain.answers import Place, from_json, shown
from app.exams.domain.exams import Exam, ExamState, NoSuchExam
from app.exams.domain.questions import QuestionKind
from app.exams.domain.rendering import render
from app.exams.service.exams import Exams
from app.exams.store import answers as store
from app.exams.store import exams as exam_store
from app.exams.store import paper_files
from app.exams.store.paper_files import PaperFile
from app.kernel.ids import AccountId, ExamId, SeatId
from app.kernel.refusals import NotFound

Json: TypeAlias = dict[str, object]


class NoSuchPicture(NotFound):
    """This test shows no such picture just now."""


class Papers:
    def __init__(self, exams: Exams) -> None:
        self._exams = exams

    async def of(self, account: AccountId, exam: ExamId) -> Exam:
        """Raises NoSuchExam."""
        async with self._exams.house.db.connection() as tx:
            it = await exam_store.read(tx, exam, account)
        if it is None:
            raise NoSuchExam
        return it

    async def of_seats(
        self, account: AccountId, seats: Sequence[SeatId]
    ) -> dict[SeatId, Exam]:
        """The tests that were opened with them; without those with none yet."""
        async with self._exams.house.db.connection() as tx:
            found = await exam_store.of_seats(tx, seats)
        return {
            it.seat: it for it in found if it.seat is not None and it.account == account
        }

    async def file(self, account: AccountId, exam: ExamId, name: str) -> PaperFile:
        """A picture of one of the questions. Raises NoSuchPicture."""
        async with self._exams.house.db.connection() as tx:
            found = await paper_files.read(tx, exam, account, name)
        if found is None:
            raise NoSuchPicture
        return found

    async def paper(self, account: AccountId, exam: ExamId) -> Json:
        """The exam's state, and its questions while it runs.

        Before the beginning nobody sees a question, nor while the clock stands still;
        and after the end the result's page shows them. Raises NoSuchExam.
        """
        house = self._exams.house
        async with house.db.connection() as tx:
            it = await exam_store.read(tx, exam, account)
            if it is None:
                raise NoSuchExam
            now = house.clock.now()
            runs = it.state is ExamState.RUNNING
            rows = await store.paper(tx, exam) if runs else []
            number = await store.next_event(tx, exam)
        if it.state is ExamState.RUNNING and life.is_over(it, now):
            it, rows = await self._exams.settle(exam), []
        return {
            **state_of(it, now),
            "next_event": number,
            "questions": [_question(row, f"/api/exams/{exam}/files/") for row in rows],
        }


def state_of(it: Exam, now: datetime) -> Json:
    return {
        "exam": str(it.exam),
        "module": it.module,
        "state": it.state,
        "epoch": it.epoch,
        "opened_by": str(it.opener.page) if it.opener else None,
        "opened_since": it.opened_since,
        "now": now.isoformat(),
        "duration_s": it.duration_s,
        "started_at": _iso(it.started_at),
        "deadline_at": _iso(it.deadline_at),
        "paused_at": _iso(it.paused_at),
        "remaining_s": life.remaining(it, now).total_seconds(),
        "warn_s": list(life.WARN_S),
        "ended_at": _iso(it.ended_at),
        "ended_why": it.ended_why,
    }


def _question(row: Row, files: str) -> Json:
    """Texts as HTML, whose pictures are below `files`."""
    kind = QuestionKind(row["kind"])
    place = Place(kind=kind, options=tuple(row["options"]))
    kept = json.loads(row["answer"]) if row["answer"] else None
    return {
        "place": row["position"],
        "kind": kind,
        "text": render(row["text"], files),
        "options": [render(text, files) for text in row["option_texts"]],
        "answer": shown(place, from_json(kind, kept)),
        "turn": row["turn"] or 0,
        "flagged": row["flagged"],
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
