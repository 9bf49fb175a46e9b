"""Results as they are read: an exam, its student, its newest grade, its certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.exams.domain.results import Hold, Issued, Sat
from app.exams.store.grades import grade_of
from app.exams.store.rulings import NEWEST, newest_in
from app.kernel.ids import AccountId, ExamId

_SAT = f"""SELECT e.*, a.name, a.srn, a.time_zone, a.erased_at, m.title, b.pass_mark,
        coalesce(n.cooling_s, 0) AS cooling_s,
        g.number, g.points, g.of_points, g.percent, g.passed, g.by_tag, g.graded_at,
        c.certificate_id, c.number AS certificate_number, c.issued_at, c.revoked_at,
        c.revoked_why, r.*
    FROM exam e
    JOIN account a USING (account_id)
    JOIN module m ON m.code = e.module_code
    JOIN blueprint b
        ON (b.module_code, b.version) = (e.module_code, e.blueprint_version)
    LEFT JOIN LATERAL (SELECT cooling_s FROM blueprint
        WHERE module_code = e.module_code ORDER BY version DESC LIMIT 1) n ON true
    LEFT JOIN LATERAL (SELECT * FROM exam_grade WHERE exam_id = e.exam_id
        ORDER BY number DESC LIMIT 1) g ON true
    LEFT JOIN certificate c ON c.exam_id = e.exam_id
    {NEWEST} """


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Of the staff's list: exams that ended in a period; `before`: the page after this
    exam; empty words mean all."""

    module: str = ""
    srn: str = ""
    since: datetime | None = None
    till: datetime | None = None
    before: ExamId | None = None


async def read(tx: Tx, exam: ExamId) -> Sat | None:
    row = await tx.fetchrow(_SAT + "WHERE e.exam_id = $1", exam)
    return _sat(row) if row else None


async def of_student(tx: Tx, account: AccountId) -> list[Sat]:
    """The newest first."""
    rows = await tx.fetch(
        _SAT + "WHERE e.account_id = $1 ORDER BY e.drawn_at DESC, e.exam_id LIMIT 500",
        account,
    )
    return [_sat(row) for row in rows]


async def ended(tx: Tx, wanted: Wanted, limit: int) -> list[Sat]:
    """The newest first."""
    rows = await tx.fetch(
        _SAT
        + """WHERE e.state = 'ended' AND ($1 = '' OR e.module_code = $1)
                 AND ($2 = '' OR a.srn = $2)
                 AND ($3::timestamptz IS NULL OR e.ended_at >= $3)
                 AND ($4::timestamptz IS NULL OR e.ended_at < $4)
                 AND ($5::uuid IS NULL OR (e.ended_at, e.exam_id) <
                     (SELECT ended_at, exam_id FROM exam WHERE exam_id = $5))
             ORDER BY e.ended_at DESC, e.exam_id DESC LIMIT $6""",
        wanted.module,
        wanted.srn,
        wanted.since,
        wanted.till,
        wanted.before,
        limit,
    )
    return [_sat(row) for row in rows]


async def lock(tx: Tx, exam: ExamId) -> None:
    """One change of what was told of it at a time."""
    await tx.execute("SELECT FROM exam WHERE exam_id = $1 FOR UPDATE", exam)


async def to_tell(
    tx: Tx, ended_by: datetime, after: tuple[datetime, ExamId] | None, limit: int
) -> list[tuple[datetime, ExamId]]:
    """Ended and graded by then, and not yet told; the longest ago first."""
    rows = await tx.fetch(
        """SELECT ended_at, exam_id FROM exam e
           WHERE state = 'ended' AND told IS DISTINCT FROM 'result' AND ended_at <= $1
             AND ($2::timestamptz IS NULL OR (ended_at, exam_id) > ($2, $3::uuid))
           ORDER BY ended_at, exam_id LIMIT $4""",
        ended_by,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [(row["ended_at"], row["exam_id"]) for row in rows]


async def told_among(tx: Tx, exams: Sequence[ExamId]) -> list[ExamId]:
    """Those whose result was told."""
    rows = await tx.fetch(
        """SELECT exam_id FROM exam WHERE exam_id = ANY ($1::uuid[])
             AND told = 'result' ORDER BY exam_id""",
        exams,
    )
    return [row["exam_id"] for row in rows]


async def set_told(tx: Tx, exam: ExamId, told: str) -> None:
    await tx.execute("UPDATE exam SET told = $2 WHERE exam_id = $1", exam, told)


async def set_hold(tx: Tx, exam: ExamId, hold: Hold | None) -> None:
    await tx.execute(
        """UPDATE exam SET held_by = $2, held_why = $3, held_at = $4
           WHERE exam_id = $1""",
        exam,
        hold.by if hold else None,
        hold.why if hold else None,
        hold.at if hold else None,
    )


async def gradings(tx: Tx, exam: ExamId) -> list[Row]:
    """number, points, of_points, percent, passed, why, graded_at; the newest first."""
    return await tx.fetch(
        "SELECT * FROM exam_grade WHERE exam_id = $1 ORDER BY number DESC", exam
    )


async def withdrawn_of(tx: Tx, exam: ExamId) -> list[Row]:
    """position, name, withdrawn_at, withdrawn_why: of this paper."""
    return await tx.fetch(
        """SELECT p.position, q.name, v.withdrawn_at, v.withdrawn_why
           FROM exam_question p JOIN question_version v USING (question_id, version)
           JOIN question q USING (question_id)
           WHERE p.exam_id = $1 AND v.withdrawn_at IS NOT NULL ORDER BY p.position""",
        exam,
    )


async def modules(tx: Tx) -> list[tuple[str, str]]:
    """Codes and titles, in their order."""
    rows = await tx.fetch("SELECT code, title FROM module ORDER BY set_code, position")
    return [(row["code"], row["title"]) for row in rows]


def _sat(row: Row) -> Sat:
    graded = row["number"] is not None
    return Sat(
        exam=row["exam_id"],
        account=row["account_id"],
        name=row["name"],
        srn=row["srn"],
        time_zone=row["time_zone"],
        is_erased=row["erased_at"] is not None,
        module=row["module_code"],
        title=row["title"],
        drawn_at=row["drawn_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        ended_why=row["ended_why"],
        pass_mark=row["pass_mark"],
        cooling_s=row["cooling_s"],
        hold=_hold(row),
        ruling=newest_in(row),
        told=row["told"],
        grade=grade_of(row) if graded else None,
        graded_at=row["graded_at"],
        gradings=row["number"] or 0,
        certificate=_issued(row),
    )


def _hold(row: Row) -> Hold | None:
    if row["held_at"] is None:
        return None
    return Hold(by=row["held_by"], why=row["held_why"], at=row["held_at"])


def _issued(row: Row) -> Issued | None:
    if row["certificate_id"] is None:
        return None
    return Issued(
        certificate=row["certificate_id"],
        number=row["certificate_number"],
        issued_at=row["issued_at"],
        revoked_at=row["revoked_at"],
        revoked_why=row["revoked_why"],
    )
