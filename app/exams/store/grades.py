"""Papers as they are graded, what was graded, and questions that are withdrawn."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.adapters.db import Row, Tx
from app.exams.domain.bodies import from_json
from app.exams.domain.grading import Asked, Given, Grade, Share
from app.exams.domain.questions import Answer
from app.kernel.ids import AccountId, ExamId, ModuleCode, QuestionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An ended exam, to be graded. `grade`: the newest there is; `at_number`: its."""

    exam: ExamId
    account: AccountId
    pass_mark: int
    ended_at: datetime | None
    grade: Grade | None
    at_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version of a question, and whether it is withdrawn."""

    question: QuestionId
    version: int
    module: ModuleCode
    name: str
    body: dict[str, object]
    withdrawn_at: datetime | None
    withdrawn_why: str | None


async def lock_paper(tx: Tx, exam: ExamId) -> Paper | None:
    """One grading of an exam at a time."""
    row = await tx.fetchrow(
        """SELECT e.exam_id, e.account_id, e.ended_at, b.pass_mark FROM exam e
           JOIN blueprint b
               ON (b.module_code, b.version) = (e.module_code, e.blueprint_version)
           WHERE e.exam_id = $1 FOR UPDATE OF e""",
        exam,
    )
    if row is None:
        return None
    newest = await tx.fetchrow(
        "SELECT * FROM exam_grade WHERE exam_id = $1 ORDER BY number DESC LIMIT 1", exam
    )
    return Paper(
        exam=exam,
        account=row["account_id"],
        pass_mark=row["pass_mark"],
        ended_at=row["ended_at"],
        grade=grade_of(newest) if newest else None,
        at_number=newest["number"] if newest else 0,
    )


async def lock_asked(tx: Tx, exam: ExamId) -> list[Asked]:
    """The places of a paper; a question is withdrawn before this grading, or after."""
    rows = await tx.fetch(
        """SELECT q.position, q.part_tag, v.body, v.withdrawn_at FROM exam_question q
           JOIN question_version v USING (question_id, version)
           WHERE q.exam_id = $1 ORDER BY q.question_id FOR SHARE OF v""",
        exam,
    )
    return [
        Asked(
            position=row["position"],
            tag=row["part_tag"],
            question=from_json(json.loads(row["body"])),
            withdrawn=row["withdrawn_at"] is not None,
        )
        for row in rows
    ]


async def given(tx: Tx, exam: ExamId) -> list[Given]:
    """Every answer that was acknowledged."""
    rows = await tx.fetch(
        "SELECT position, turn, answer FROM exam_answer WHERE exam_id = $1", exam
    )
    return [
        Given(
            position=row["position"],
            turn=row["turn"],
            answer=_answer(json.loads(row["answer"])),
        )
        for row in rows
    ]


def _answer(kept: object) -> Answer:
    """Of an answer's JSON: an option, several, or a number as text."""
    if isinstance(kept, list):
        return tuple(sorted(int(it) for it in kept))
    if isinstance(kept, str):
        return Decimal(kept)
    return kept if isinstance(kept, int) else None


async def insert_grade(
    tx: Tx, exam: ExamId, number: int, it: Grade, why: str, now: datetime
) -> None:
    tags = {tag: [share.points, share.of_points] for tag, share in it.by_tag.items()}
    await tx.execute(
        """INSERT INTO exam_grade (exam_id, number, points, of_points, percent, passed,
               by_tag, why, graded_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        exam,
        number,
        it.points,
        it.of_points,
        it.percent,
        it.passed,
        json.dumps(tags, sort_keys=True),
        why,
        now,
    )


async def ungraded(tx: Tx, limit: int) -> list[ExamId]:
    """Ended, and no grade: whoever ended them was cut off."""
    rows = await tx.fetch(
        """SELECT e.exam_id FROM exam e
           WHERE e.state = 'ended' AND e.started_at IS NOT NULL
             AND e.told IS DISTINCT FROM 'result' AND NOT EXISTS (
               SELECT FROM exam_grade g WHERE g.exam_id = e.exam_id)
           ORDER BY e.ended_at LIMIT $1""",
        limit,
    )
    return [row["exam_id"] for row in rows]


async def lock_version(tx: Tx, question: QuestionId, version: int) -> VersionRow | None:
    """Waits for every grading that reads it."""
    row = await tx.fetchrow(
        """SELECT v.*, q.module_code, q.name FROM question_version v
           JOIN question q USING (question_id)
           WHERE v.question_id = $1 AND v.version = $2 FOR UPDATE OF v""",
        question,
        version,
    )
    return _version(row) if row else None


async def versions(
    tx: Tx, module: ModuleCode, question: QuestionId
) -> list[VersionRow]:
    """The newest first."""
    rows = await tx.fetch(
        """SELECT v.*, q.module_code, q.name FROM question_version v
           JOIN question q USING (question_id)
           WHERE v.question_id = $1 AND q.module_code = $2 ORDER BY v.version DESC""",
        question,
        module,
    )
    return [_version(row) for row in rows]


async def withdraw(
    tx: Tx, it: VersionRow, by: AccountId, why: str, now: datetime
) -> None:
    await tx.execute(
        """UPDATE question_version
           SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_why = $5
           WHERE question_id = $1 AND version = $2""",
        it.question,
        it.version,
        now,
        by,
        why,
    )


async def withdrawn_since(tx: Tx, since: datetime) -> list[tuple[QuestionId, int]]:
    rows = await tx.fetch(
        """SELECT question_id, version FROM question_version WHERE withdrawn_at > $1
           ORDER BY withdrawn_at""",
        since,
    )
    return [(row["question_id"], row["version"]) for row in rows]


_HAD = """FROM exam_question q JOIN exam e USING (exam_id)
    WHERE q.question_id = $1 AND q.version = $2 AND e.state = 'ended'"""


async def count_had(tx: Tx, question: QuestionId, version: int) -> int:
    """How many ended exams had it."""
    found: int = await tx.fetchval(f"SELECT count(*) {_HAD}", question, version)
    return found


async def to_regrade(
    tx: Tx, question: QuestionId, version: int, limit: int
) -> Sequence[ExamId]:
    """Ended exams that had it and whose newest grade counts it still: of as many points
    as places that count, a grade needs none anew."""
    rows = await tx.fetch(
        f"""SELECT q.exam_id {_HAD} AND (
                SELECT g.of_points FROM exam_grade g WHERE g.exam_id = q.exam_id
                ORDER BY g.number DESC LIMIT 1) <> (
                SELECT count(*) FROM exam_question p
                JOIN question_version v USING (question_id, version)
                WHERE p.exam_id = q.exam_id AND v.withdrawn_at IS NULL)
            ORDER BY q.exam_id LIMIT $3""",
        question,
        version,
        limit,
    )
    return [row["exam_id"] for row in rows]


def grade_of(row: Row) -> Grade:
    """Of the columns of exam_grade."""
    return Grade(
        points=int(row["points"]),
        of_points=int(row["of_points"]),
        percent=row["percent"],
        passed=row["passed"],
        by_tag={
            tag: Share(points=points, of_points=of_points)
            for tag, (points, of_points) in json.loads(row["by_tag"]).items()
        },
    )


def _version(row: Row) -> VersionRow:
    return VersionRow(
        question=row["question_id"],
        version=row["version"],
        module=row["module_code"],
        name=row["name"],
        body=json.loads(row["body"]),
        withdrawn_at=row["withdrawn_at"],
        withdrawn_why=row["withdrawn_why"],
    )
