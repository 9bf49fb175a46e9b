"""What browsers told while tests were sat, as people read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.adapters.db import Row, Tx
from app.exams.domain.events import Event
from app.kernel.ids import ExamId


async def times(tx: Tx, exams: Sequence[ExamId]) -> list[Row]:
    """exam_id, kind, times."""
    return await tx.fetch(
        """SELECT exam_id, kind, count(*) AS times FROM exam_event
           WHERE exam_id = ANY ($1::uuid[]) GROUP BY exam_id, kind""",
        exams,
    )


async def last(
    tx: Tx, exams: Sequence[ExamId], most: int
) -> Mapping[ExamId, list[Event]]:
    """Of each exam the newest first. A page's numbers say which of the same moment."""
    rows = await tx.fetch(
        """SELECT e.* FROM unnest($1::uuid[]) AS x (exam_id) CROSS JOIN LATERAL (
               SELECT exam_id, kind, at FROM exam_event WHERE exam_id = x.exam_id
               ORDER BY at DESC, number DESC LIMIT $2) e""",
        exams,
        most,
    )
    found: dict[ExamId, list[Event]] = {}
    for row in rows:
        found.setdefault(ExamId(row["exam_id"]), []).append(_event(row))
    return found


async def between(
    tx: Tx, exam: ExamId, since: datetime, till: datetime, most: int
) -> list[Event]:
    """The oldest first."""
    rows = await tx.fetch(
        """SELECT kind, at FROM exam_event
           WHERE exam_id = $1 AND at BETWEEN $2 AND $3 ORDER BY at, number LIMIT $4""",
        exam,
        since,
        till,
        most,
    )
    return [_event(row) for row in rows]


async def page(tx: Tx, exam: ExamId, skip: int, most: int) -> list[Event]:
    """The oldest first."""
    rows = await tx.fetch(
        """SELECT kind, at FROM exam_event WHERE exam_id = $1
           ORDER BY at, number OFFSET $2 LIMIT $3""",
        exam,
        skip,
        most,
    )
    return [_event(row) for row in rows]


def _event(row: Row) -> Event:
    return Event(kind=row["kind"], at=row["at"])
