"""Exams: one row a go, locked by whoever changes its life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Row, Tx
from app.exams.domain.exams import EndedWhy, Exam, ExamState, Opener
from app.exams.domain.papers import Placed
from app.kernel.ids import AccountId, ExamId, ModuleCode, SeatId

_EXAMS = """SELECT e.exam_id, e.account_id, e.module_code, e.blueprint_version,
        e.seat_id, e.state, e.epoch, e.opened_by, e.opened_on, e.opened_since,
        e.drawn_at, e.duration_s, e.started_at, e.deadline_at, e.paused_at, e.ended_at,
        e.ended_why, b.pause_stops_clock
    FROM exam e JOIN blueprint b
        ON (b.module_code, b.version) = (e.module_code, e.blueprint_version)"""


async def insert(tx: Tx, exam: Exam, seed: bytes) -> bool:
    """False when the student has an open one, or the seat has been sat."""
    tag = await tx.execute(
        """INSERT INTO exam (exam_id, account_id, module_code, blueprint_version,
               seat_id, seed, state, epoch, drawn_at, duration_s, opened_by, opened_on)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT DO NOTHING""",
        exam.exam,
        exam.account,
        exam.module,
        exam.blueprint_version,
        exam.seat,
        seed,
        exam.state,
        exam.epoch,
        exam.drawn_at,
        exam.duration_s,
        *_opener(exam),
    )
    return tag == "INSERT 0 1"


async def insert_paper(tx: Tx, exam: ExamId, paper: Sequence[Placed]) -> None:
    await tx.executemany(
        """INSERT INTO exam_question (exam_id, position, question_id, version,
               part_tag, options) VALUES ($1, $2, $3, $4, $5, $6)""",
        [
            (exam, it.position, it.question, it.version, it.part_tag, it.options)
            for it in paper
        ],
    )


async def lock(tx: Tx, exam: ExamId, owner: AccountId | None = None) -> Exam | None:
    """Waits for answers that are being written: they are in time, or not at all."""
    row = await tx.fetchrow(
        f"""{_EXAMS} WHERE e.exam_id = $1 AND ($2::uuid IS NULL OR e.account_id = $2)
            FOR UPDATE OF e""",
        exam,
        owner,
    )
    return exam_of(row) if row else None


async def lock_open_of(tx: Tx, account: AccountId) -> Exam | None:
    row = await tx.fetchrow(
        f"""{_EXAMS} WHERE e.account_id = $1 AND e.state <> 'ended'
            FOR UPDATE OF e""",
        account,
    )
    return exam_of(row) if row else None


async def read(tx: Tx, exam: ExamId, owner: AccountId | None = None) -> Exam | None:
    row = await tx.fetchrow(
        f"""{_EXAMS} WHERE e.exam_id = $1
            AND ($2::uuid IS NULL OR e.account_id = $2)""",
        exam,
        owner,
    )
    return exam_of(row) if row else None


async def of_seat(tx: Tx, seat: SeatId) -> Exam | None:
    row = await tx.fetchrow(f"{_EXAMS} WHERE e.seat_id = $1", seat)
    return exam_of(row) if row else None


async def of_seats(tx: Tx, seats: Sequence[SeatId]) -> list[Exam]:
    rows = await tx.fetch(f"{_EXAMS} WHERE e.seat_id = ANY($1)", seats)
    return [exam_of(row) for row in rows]


async def save(tx: Tx, exam: Exam) -> None:
    await tx.execute(
        """UPDATE exam SET state = $2, epoch = $3, started_at = $4, deadline_at = $5,
               paused_at = $6, ended_at = $7, ended_why = $8, opened_by = $9,
               opened_on = $10, opened_since = $11 WHERE exam_id = $1""",
        exam.exam,
        exam.state,
        exam.epoch,
        exam.started_at,
        exam.deadline_at,
        exam.paused_at,
        exam.ended_at,
        exam.ended_why,
        *_opener(exam),
        exam.opened_since,
    )


async def cooling_till(
    tx: Tx, account: AccountId, module: ModuleCode
) -> datetime | None:
    """From when on the next go may be opened; None: there was none."""
    found: datetime | None = await tx.fetchval(
        "SELECT cooling_till($1, $2)", account, module
    )
    return found


async def plain_duration(tx: Tx, exam: Exam) -> int:
    """Without extra time."""
    found: int = await tx.fetchval(
        "SELECT duration_s FROM blueprint WHERE module_code = $1 AND version = $2",
        exam.module,
        exam.blueprint_version,
    )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    begin: timedelta
    paused: timedelta


async def neglected(tx: Tx, now: datetime, patience: Patience) -> list[ExamId]:
    """Past their deadline, not begun in time, or paused for good."""
    rows = await tx.fetch(
        """(SELECT exam_id FROM exam WHERE state = 'running' AND deadline_at < $1
            ORDER BY deadline_at LIMIT 500)
           UNION ALL
           (SELECT exam_id FROM exam
            WHERE state = 'ready' AND drawn_at <= $1::timestamptz - $2::interval
               OR state = 'paused' AND paused_at <= $1::timestamptz - $3::interval
            LIMIT 100)""",
        now,
        patience.begin,
        patience.paused,
    )
    return [ExamId(row["exam_id"]) for row in rows]


async def newest_of(
    tx: Tx, accounts: Sequence[AccountId], since: datetime
) -> list[Row]:
    """Each student's open exam, or the last that ended since then; with the places
    that have an answer, and those that are flagged."""
    return await tx.fetch(
        """SELECT e.*, p.answered, p.flagged FROM (
               SELECT DISTINCT ON (account_id) exam_id, account_id, module_code, state,
                   epoch, opened_by, opened_since, duration_s, started_at, deadline_at,
                   paused_at, ended_at, ended_why
               FROM exam WHERE account_id = ANY($1)
                 AND (state <> 'ended' OR ended_at > $2)
               ORDER BY account_id, ended_at DESC NULLS FIRST) e
           CROSS JOIN LATERAL (
               SELECT array_agg(q.position ORDER BY q.position)
                       FILTER (WHERE a.answer <> 'null') AS answered,
                   array_agg(q.position ORDER BY q.position) FILTER (WHERE q.flagged)
                       AS flagged
               FROM exam_question q LEFT JOIN LATERAL (
                   SELECT answer FROM exam_answer
                   WHERE exam_id = q.exam_id AND position = q.position
                   ORDER BY turn DESC LIMIT 1) a ON true
               WHERE q.exam_id = e.exam_id) p""",
        accounts,
        since,
    )


def _opener(exam: Exam) -> tuple[UUID | None, UUID | None]:
    return (exam.opener.page, exam.opener.device) if exam.opener else (None, None)


def exam_of(row: Row) -> Exam:
    page, device = row["opened_by"], row["opened_on"]
    return Exam(
        exam=ExamId(row["exam_id"]),
        account=AccountId(row["account_id"]),
        module=ModuleCode(row["module_code"]),
        blueprint_version=row["blueprint_version"],
        seat=SeatId(row["seat_id"]) if row["seat_id"] else None,
        duration_s=row["duration_s"],
        drawn_at=row["drawn_at"],
        pause_stops_clock=row["pause_stops_clock"],
        state=ExamState(row["state"]),
        epoch=row["epoch"],
        opener=Opener(page=page, device=device) if page and device else None,
        opened_since=row["opened_since"],
        started_at=row["started_at"],
        deadline_at=row["deadline_at"],
        paused_at=row["paused_at"],
        ended_at=row["ended_at"],
        ended_why=EndedWhy(row["ended_why"]) if row["ended_why"] else None,
    )
