"""What results ask of proctoring: incidents of the sittings exams were sat in."""

from collections.abc import Mapping, Sequence

from app.adapters.db import Tx
from app.exams.domain.results import Incident
from app.kernel.ids import ExamId
from app.proctoring.store import exam_incidents as store


async def incidents_of(
    tx: Tx, exams: Sequence[ExamId]
) -> Mapping[ExamId, Sequence[Incident]]:
    """In the caller's transaction; exams without any are missing."""
    return await store.incidents_of(tx, exams)
