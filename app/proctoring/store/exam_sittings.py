"""Sittings of tests, as far as tests ask for them."""

from app.adapters.db import Tx
from app.kernel.ids import ExamId, SittingId


async def open_of(tx: Tx, exam: ExamId) -> SittingId | None:
    found = await tx.fetchval(
        "SELECT sitting_id FROM sitting WHERE exam_id = $1 AND state <> 'ended'", exam
    )
    return SittingId(found) if found else None


async def undecided(tx: Tx, exam: ExamId) -> int:
    """What of this test a person has still to decide: incidents, and looks of who is
    checked by a person."""
    found: int = await tx.fetchval(
        """SELECT (SELECT count(*) FROM incident i JOIN sitting s USING (sitting_id)
                   WHERE s.exam_id = $1 AND i.state = 'open')
                + (SELECT count(*) FROM look l JOIN sitting s USING (sitting_id)
                   WHERE s.exam_id = $1 AND l.held_at IS NOT NULL
                     AND l.judged_at IS NULL AND l.cancelled_at IS NULL)""",
        exam,
    )
    return found


async def left_alone(tx: Tx) -> list[ExamId]:
    """Tests that go on without a sitting: something of ours ended it alone."""
    rows = await tx.fetch(
        """SELECT exam_id FROM exam e WHERE state <> 'ended' AND NOT EXISTS (
               SELECT FROM sitting s WHERE s.exam_id = e.exam_id
                 AND s.state <> 'ended') LIMIT 100"""
    )
    return [ExamId(row["exam_id"]) for row in rows]


async def forgotten(tx: Tx) -> list[ExamId]:
    """Tests that ended while their sitting goes on: a fault of ours, to be mended."""
    rows = await tx.fetch(
        """SELECT e.exam_id FROM sitting s JOIN exam e USING (exam_id)
           WHERE s.state <> 'ended' AND e.state = 'ended' LIMIT 100"""
    )
    return [ExamId(row["exam_id"]) for row in rows]
