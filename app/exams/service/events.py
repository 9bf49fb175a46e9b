"""What browsers told while tests were sat, for whoever watches or decides. In the
caller's transactions; nothing here judges."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.adapters.db import Tx
from app.exams.domain.events import Event, Told
from app.exams.store import events as store
from app.kernel.ids import ExamId

LAST = 4
NEAR_MOST = 200


async def told_of(tx: Tx, exams: Sequence[ExamId]) -> Mapping[ExamId, Told]:
    """Two statements for them all; exams of which nothing was told are missing."""
    if not exams:
        return {}
    times: defaultdict[ExamId, dict[str, int]] = defaultdict(dict)
    for row in await store.times(tx, exams):
        times[ExamId(row["exam_id"])][row["kind"]] = row["times"]
    last = await store.last(tx, list(times), LAST)
    return {
        exam: Told(times=some, last=last.get(exam, ())) for exam, some in times.items()
    }


async def told_between(
    tx: Tx, exam: ExamId, since: datetime, till: datetime
) -> list[Event]:
    """The oldest first, 200 at most."""
    return await store.between(tx, exam, since, till, NEAR_MOST)


async def told_last(tx: Tx, exam: ExamId, most: int) -> Sequence[Event]:
    """The newest first."""
    return (await store.last(tx, [exam], most)).get(exam, ())
