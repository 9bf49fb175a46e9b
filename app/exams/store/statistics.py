"""What was answered in exams that are over, as far back as it says something."""

import json
from decimal import Decimal
from uuid import UUID

from app.adapters.db import Tx
from app.exams.domain.questions import Answer
from app.kernel.ids import ModuleCode

EXAMS_MOST = 1_000
"""The newest: some ten thousand answers, and banks change anyway."""

Given = tuple[UUID, UUID, int, Answer]
"""(exam, question, version, the answer that counts)"""


async def answers(tx: Tx, module: ModuleCode) -> list[Given]:
    """Without tests that are annulled: who answered there is in doubt."""
    rows = await tx.fetch(
        """SELECT p.exam_id, p.question_id, p.version, a.answer
           FROM (SELECT exam_id FROM exam WHERE module_code = $1 AND state = 'ended'
                   AND started_at IS NOT NULL AND NOT is_annulled(exam_id)
                 ORDER BY ended_at DESC LIMIT $2) e
           JOIN exam_question p USING (exam_id)
           LEFT JOIN LATERAL (SELECT answer FROM exam_answer a
               WHERE a.exam_id = p.exam_id AND a.position = p.position
               ORDER BY turn DESC LIMIT 1) a ON true""",
        module,
        EXAMS_MOST,
    )
    return [
        (row["exam_id"], row["question_id"], row["version"], _answer(row["answer"]))
        for row in rows
    ]


def _answer(kept: str | None) -> Answer:
    """A number, a list of numbers, or a decimal as a text."""
    said = None if kept is None else json.loads(kept)
    if isinstance(said, list):
        return tuple(said)
    if isinstance(said, str):
        return Decimal(said)
    return said if isinstance(said, int) else None
