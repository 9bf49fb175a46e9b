"""What results ask of proctoring: what nobody has decided of the sittings exams were
sat in."""

from collections.abc import Mapping, Sequence

from app.adapters.db import Tx
from app.exams.domain.results import Undecided
from app.kernel.ids import ExamId
from app.proctoring.store import undecided as store


async def undecided_of(tx: Tx, exams: Sequence[ExamId]) -> Mapping[ExamId, Undecided]:
    """In the caller's transaction; exams without any are missing."""
    incidents = await store.incidents_of(tx, exams)
    looks = await store.looks_of(tx, exams)
    return {
        exam: Undecided(incidents=incidents.get(exam, ()), looks=looks.get(exam, 0))
        for exam in incidents.keys() | looks.keys()
    }


async def doubtful(tx: Tx) -> list[ExamId]:
    """Exams of whose sittings an incident waits for a person."""
    return await store.doubtful(tx)
