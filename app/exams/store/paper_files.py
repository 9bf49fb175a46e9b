"""Pictures of a paper: for whoever has a question that shows them."""

from dataclasses import dataclass

from app.adapters.db import Tx
from app.kernel.ids import AccountId, ExamId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    sha256: bytes
    media_type: str


async def read(tx: Tx, exam: ExamId, account: AccountId, name: str) -> PaperFile | None:
    """While the questions are seen, and only what stands in a text of theirs."""
    row = await tx.fetchrow(
        """SELECT f.sha256, f.media_type
           FROM exam e JOIN question_file f USING (module_code)
           WHERE e.exam_id = $1 AND e.account_id = $2 AND f.name = $3
             AND e.state = 'running' AND EXISTS (
                 SELECT FROM exam_question q
                 JOIN question_version v USING (question_id, version)
                 WHERE q.exam_id = e.exam_id
                   AND (strpos(v.body ->> 'text', 'files/' || $3) > 0 OR EXISTS (
                       SELECT FROM jsonb_array_elements(v.body -> 'options') o
                       WHERE strpos(o ->> 'text', 'files/' || $3) > 0)))""",
        exam,
        account,
        name,
    )
    return PaperFile(**dict(row)) if row else None
