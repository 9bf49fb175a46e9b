"""Questions, their versions, their pictures and their imports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.exams.domain.bodies import from_json, to_json
from app.exams.domain.questions import Question
from app.kernel.ids import AccountId, ModuleCode

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A version of a question as it stands in the bank."""

    question_id: UUID
    version: int
    question: Question
    made_at: datetime
    retired_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    name: str
    sha256: bytes
    media_type: str
    size: int


_NEWEST = """
    SELECT q.question_id, q.retired_at, v.version, v.body, v.made_at, v.withdrawn_at,
        v.withdrawn_why
    FROM question q
    JOIN LATERAL (SELECT * FROM question_version v WHERE v.question_id = q.question_id
        ORDER BY v.version DESC LIMIT 1) v ON true
    WHERE q.module_code = $1"""
_FOUND = """
    AND q.retired_at IS NULL
    AND ($2 = '' OR position(lower($2) IN lower(q.name || ' ' || v.body::text)) > 0)
    AND ($3 = '' OR $3 = ANY (v.tags))"""


async def lock_bank(tx: Tx, module: ModuleCode) -> bool:
    """One import of a module at a time; False when there is no such module."""
    found = await tx.fetchval(
        "SELECT code FROM module WHERE code = $1 FOR NO KEY UPDATE", module
    )
    return found is not None


async def newest(tx: Tx, module: ModuleCode) -> list[Kept]:
    """The newest version of every question, retired ones too, by name."""
    rows = await tx.fetch(f"{_NEWEST} ORDER BY q.name", module)
    return [_kept(row) for row in rows]


async def drawable(tx: Tx, module: ModuleCode) -> list[Kept]:
    """Those of the newest that a paper may be drawn from."""
    found = await newest(tx, module)
    return [it for it in found if not it.retired_at and not it.withdrawn_at]


async def find(
    tx: Tx, module: ModuleCode, text: str, tag: str, page: int
) -> list[Kept]:
    """One more than a page holds, so that one knows whether there is another."""
    rows = await tx.fetch(
        f"{_NEWEST} {_FOUND} ORDER BY q.name LIMIT $4 OFFSET $5",
        module,
        text,
        tag,
        PAGE + 1,
        page * PAGE,
    )
    return [_kept(row) for row in rows]


async def versions(tx: Tx, module: ModuleCode, question_id: UUID) -> list[Kept]:
    """Newest first."""
    rows = await tx.fetch(
        """SELECT q.question_id, q.retired_at, v.version, v.body, v.made_at,
               v.withdrawn_at, v.withdrawn_why
           FROM question q JOIN question_version v USING (question_id)
           WHERE q.module_code = $1 AND question_id = $2 ORDER BY v.version DESC""",
        module,
        question_id,
    )
    return [_kept(row) for row in rows]


async def every_version(tx: Tx, module: ModuleCode) -> dict[tuple[UUID, int], Question]:
    """By question and version, retired ones too."""
    rows = await tx.fetch(
        """SELECT question_id, version, body
           FROM question JOIN question_version USING (question_id)
           WHERE module_code = $1""",
        module,
    )
    return {
        (row["question_id"], row["version"]): from_json(json.loads(row["body"]))
        for row in rows
    }


async def tag_counts(tx: Tx) -> list[tuple[str, str | None, int]]:
    """(module, tag, questions): those that papers are drawn from; tag None: all of the
    module's."""
    rows = await tx.fetch(
        """SELECT q.module_code, t.tag, count(*) AS questions
           FROM question q
           JOIN LATERAL (SELECT tags, withdrawn_at FROM question_version v
               WHERE v.question_id = q.question_id ORDER BY v.version DESC LIMIT 1) v
               ON true
           CROSS JOIN LATERAL (SELECT unnest(v.tags) AS tag UNION ALL SELECT NULL) t
           WHERE q.retired_at IS NULL AND v.withdrawn_at IS NULL
           GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    return [(row["module_code"], row["tag"], row["questions"]) for row in rows]


async def insert_questions(
    tx: Tx, module: ModuleCode, named: Sequence[tuple[UUID, str]], now: datetime
) -> None:
    await tx.executemany(
        """INSERT INTO question (question_id, module_code, name, made_at)
           VALUES ($1, $2, $3, $4)""",
        [(question_id, module, name, now) for question_id, name in named],
    )


async def insert_versions(
    tx: Tx,
    made: Sequence[tuple[UUID, int, Question]],
    import_id: UUID,
    now: datetime,
) -> None:
    await tx.executemany(
        """INSERT INTO question_version (question_id, version, kind, body, tags,
               import_id, made_at)
           VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)""",
        [
            (
                question_id,
                version,
                str(it.kind),
                json.dumps(to_json(it)),
                list(it.tags),
                import_id,
                now,
            )
            for question_id, version, it in made
        ],
    )


async def set_retired(
    tx: Tx, module: ModuleCode, questions: Sequence[UUID], at: datetime | None
) -> int:
    """`at` None: back in the bank. How many changed."""
    tag = await tx.execute(
        """UPDATE question SET retired_at = $3
           WHERE module_code = $1 AND question_id = ANY ($2::uuid[])
             AND (retired_at IS NULL) <> ($3::timestamptz IS NULL)""",
        module,
        list(questions),
        at,
    )
    return int(tag.removeprefix("UPDATE "))


async def note_import(
    tx: Tx,
    import_id: UUID,
    module: ModuleCode,
    source: str,
    by: AccountId,
    now: datetime,
) -> None:
    await tx.execute(
        """INSERT INTO bank_import (import_id, module_code, source, made_by, at, report)
           VALUES ($1, $2, $3, $4, $5, '{}')""",
        import_id,
        module,
        source,
        by,
        now,
    )


async def save_report(tx: Tx, import_id: UUID, report: str) -> None:
    await tx.execute(
        "UPDATE bank_import SET report = $2::jsonb WHERE import_id = $1",
        import_id,
        report,
    )


async def files(tx: Tx, module: ModuleCode) -> dict[str, BankFile]:
    rows = await tx.fetch(
        """SELECT name, sha256, media_type, size FROM question_file
           WHERE module_code = $1""",
        module,
    )
    return {row["name"]: BankFile(**dict(row)) for row in rows}


async def insert_files(tx: Tx, module: ModuleCode, files: Sequence[BankFile]) -> None:
    await tx.executemany(
        """INSERT INTO question_file (module_code, name, sha256, media_type, size)
           VALUES ($1, $2, $3, $4, $5)""",
        [(module, it.name, it.sha256, it.media_type, it.size) for it in files],
    )


def _kept(row: Row) -> Kept:
    return Kept(
        question_id=row["question_id"],
        version=row["version"],
        question=from_json(json.loads(row["body"])),
        made_at=row["made_at"],
        retired_at=row["retired_at"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_why=row["withdrawn_why"],
    )
