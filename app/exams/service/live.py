"""The live topic `exam:ACCOUNT`: a student's open test, or the one that just ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Database, Row
from app.adapters.live import JsonState
from app.exams.store import exams as store
from app.kernel.clock import Clock
from app.kernel.ids import AccountId

RECENTLY = timedelta(hours=1)


class ExamStates:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def states(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """By account; `exam` None: there is none. One statement for them all."""
        now = self._clock.now()
        accounts = [AccountId(UUID(it)) for it in ids]
        async with self._db.connection() as tx:
            rows = await store.newest_of(tx, accounts, now - RECENTLY)
        found = {row["account_id"]: _state(row) for row in rows}
        nothing: JsonState = {"exam": None}
        return {
            id_: {"now": now.isoformat(), **found.get(account, nothing)}
            for id_, account in zip(ids, accounts, strict=True)
        }


def _state(row: Row) -> JsonState:
    return {
        "exam": str(row["exam_id"]),
        "module": row["module_code"],
        "state": row["state"],
        "epoch": row["epoch"],
        "opened_by": str(row["opened_by"]) if row["opened_by"] else None,
        "opened_since": row["opened_since"],
        "duration_s": row["duration_s"],
        "deadline_at": _iso(row["deadline_at"]),
        "paused_at": _iso(row["paused_at"]),
        "ended_at": _iso(row["ended_at"]),
        "ended_why": row["ended_why"],
        "answered": row["answered"] or [],
        "flagged": row["flagged"] or [],
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
