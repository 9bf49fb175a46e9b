"""Incidents of the sittings that exams were sat in, and pictures that wait."""

from collections.abc import Mapping, Sequence

from app.adapters.db import Tx
from app.exams.domain.results import Incident
from app.kernel.ids import ExamId


async def incidents_of(
    tx: Tx, exams: Sequence[ExamId]
) -> Mapping[ExamId, list[Incident]]:
    """The newest first. Open: nobody has decided yet, or a second person has to.
    Upheld: also where the test was ended for it."""
    rows = await tx.fetch(
        """SELECT s.exam_id, i.incident_id, i.state IN ('open', 'appealed', 'proposed')
               AS is_open, i.state IN ('decided', 'closed')
               AND i.choice IN ('uphold', 'end') AS is_upheld
           FROM incident i JOIN sitting s USING (sitting_id)
           WHERE s.exam_id = ANY ($1::uuid[]) ORDER BY i.raised_at DESC""",
        exams,
    )
    found: dict[ExamId, list[Incident]] = {}
    for row in rows:
        it = Incident(
            incident=row["incident_id"],
            is_open=row["is_open"],
            is_upheld=row["is_upheld"],
        )
        found.setdefault(row["exam_id"], []).append(it)
    return found


async def looks_of(tx: Tx, exams: Sequence[ExamId]) -> Mapping[ExamId, int]:
    """How many pictures wait for a person to compare them."""
    rows = await tx.fetch(
        """SELECT s.exam_id, count(*) AS looks
           FROM look l JOIN sitting s USING (sitting_id)
           WHERE s.exam_id = ANY ($1::uuid[]) AND l.held_at IS NOT NULL
             AND l.judged_at IS NULL AND l.cancelled_at IS NULL
           GROUP BY s.exam_id""",
        exams,
    )
    return {row["exam_id"]: row["looks"] for row in rows}


async def doubtful(tx: Tx) -> list[ExamId]:
    """Those with an incident that waits for a person."""
    rows = await tx.fetch(
        """SELECT DISTINCT s.exam_id FROM incident i JOIN sitting s USING (sitting_id)
           WHERE i.state IN ('open', 'appealed', 'proposed')
             AND s.exam_id IS NOT NULL"""
    )
    return [row["exam_id"] for row in rows]
