"""Rulings of results: written once, never changed; the newest counts."""

from app.adapters.db import Row, Tx
from app.exams.domain.rulings import Ruled, Ruling
from app.kernel.ids import AccountId, ExamId

NEWEST = """LEFT JOIN LATERAL (SELECT what AS ruled, why AS ruled_why, ruled_at,
        ruled_by, incidents AS ruled_incidents, revoked AS ruled_revoked
        FROM exam_ruling WHERE exam_id = e.exam_id
        ORDER BY number DESC LIMIT 1) r ON true"""
"""For a statement that reads exams as `e`; see `newest_in`."""


async def insert(tx: Tx, exam: ExamId, it: Ruling) -> None:
    """With the exam locked."""
    await tx.execute(
        """INSERT INTO exam_ruling (exam_id, number, what, incidents, why, ruled_by,
               ruled_at, revoked)
           SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7
           FROM exam_ruling WHERE exam_id = $1""",
        exam,
        it.what,
        list(it.incidents),
        it.why,
        it.by,
        it.at,
        it.revoked,
    )


async def of_exam(tx: Tx, exam: ExamId) -> list[Row]:
    """what, why, ruled_at, name of who ruled; the newest first."""
    return await tx.fetch(
        """SELECT r.what, r.why, r.ruled_at, a.name FROM exam_ruling r
           JOIN account a ON a.account_id = r.ruled_by
           WHERE r.exam_id = $1 ORDER BY r.number DESC LIMIT 200""",
        exam,
    )


def newest_in(row: Row) -> Ruling | None:
    """Of the columns of NEWEST."""
    if row["ruled"] is None:
        return None
    return Ruling(
        what=Ruled(row["ruled"]),
        why=row["ruled_why"],
        at=row["ruled_at"],
        by=AccountId(row["ruled_by"]),
        incidents=tuple(row["ruled_incidents"]),
        revoked=row["ruled_revoked"],
    )
