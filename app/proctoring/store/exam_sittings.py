"""Sittings of tests, as far as tests ask for them."""

from app.adapters.db import Tx
from app.kernel.ids import ExamId, SittingId


async def open_of(tx: Tx, exam: ExamId) -> SittingId | None:
    found = await tx.fetchval(
        "SELECT sitting_id FROM sitting WHERE exam_id = $1 AND state <> 'ended'", exam
    )
    return SittingId(found) if found else None


async def left_alone(tx: Tx) -> list[ExamId]:
    """Tests that go on without a sitting: something of ours ended it alone."""
    rows = await tx.fetch(
        """SELECT exam_id FROM exam e WHERE state <> 'ended' AND NOT EXISTS (
               SELECT FROM sitting s WHERE s.exam_id = e.exam_id
                 AND s.state <> 'ended') LIMIT 100"""
    )
    return [ExamId(row["exam_id"]) for row in rows]


async def forgotten(tx: Tx) -> list[tuple[ExamId, SittingId]]:
    """Tests that ended while their sitting goes on: a fault of ours, to be mended."""
    rows = await tx.fetch(
        """SELECT e.exam_id, s.sitting_id FROM sitting s JOIN exam e USING (exam_id)
           WHERE s.state <> 'ended' AND e.state = 'ended' LIMIT 100"""
    )
    return [(ExamId(it["exam_id"]), SittingId(it["sitting_id"])) for it in rows]
