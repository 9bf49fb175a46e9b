"""What of an exam stands in the trail."""

from datetime import datetime

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.exams.domain.exams import EndedWhy, Exam


async def note(
    tx: Tx, house: Gatehouse, exam: Exam, what: str, now: datetime, **more: str
) -> None:
    """Last in its transaction. No answer and no question ever stands there."""
    by_student = exam.ended_why in (None, EndedWhy.HANDED_IN)
    act = Act(
        at=now,
        by=exam.account if by_student else None,
        what=f"exam.{what}",
        whom=exam.account,
        details={"exam": str(exam.exam), **more},
    )
    await house.trail.write(tx, act)
