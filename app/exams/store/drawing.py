"""What a paper is drawn from: blueprint, bank, and who needs more time."""

import json
from dataclasses import dataclass

from app.adapters.db import Tx
from app.exams.domain.papers import BankQuestion
from app.exams.domain.questions import QuestionKind
from app.kernel.ids import AccountId, ModuleCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    tag: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The part of a blueprint that opening an exam needs."""

    version: int
    parts: tuple[Part, ...]
    duration_s: int
    remote: bool


async def terms(tx: Tx, module: ModuleCode) -> Terms | None:
    row = await tx.fetchrow(
        """SELECT version, parts, duration_s, remote FROM blueprint
           WHERE module_code = $1 ORDER BY version DESC LIMIT 1""",
        module,
    )
    if row is None:
        return None
    return Terms(
        version=row["version"],
        parts=tuple(
            Part(tag=it["tag"], count=it["count"]) for it in json.loads(row["parts"])
        ),
        duration_s=row["duration_s"],
        remote=row["remote"],
    )


async def remote_modules(tx: Tx) -> frozenset[ModuleCode]:
    """Whose newest blueprint allows it."""
    rows = await tx.fetch(
        """SELECT module_code FROM (
               SELECT DISTINCT ON (module_code) module_code, remote FROM blueprint
               ORDER BY module_code, version DESC) newest
           WHERE remote"""
    )
    return frozenset(ModuleCode(row["module_code"]) for row in rows)


async def bank(tx: Tx, module: ModuleCode) -> list[BankQuestion]:
    """The newest version of each question that is neither retired nor withdrawn."""
    rows = await tx.fetch(
        """SELECT q.question_id, v.version, v.kind, v.tags, v.options
           FROM question q CROSS JOIN LATERAL (
               SELECT version, kind, tags, withdrawn_at,
                   coalesce(jsonb_array_length(body -> 'options'), 0) AS options
               FROM question_version WHERE question_id = q.question_id
               ORDER BY version DESC LIMIT 1) v
           WHERE q.module_code = $1 AND q.retired_at IS NULL
             AND v.withdrawn_at IS NULL""",
        module,
    )
    return [
        BankQuestion(
            question=row["question_id"],
            version=row["version"],
            kind=QuestionKind(row["kind"]),
            tags=tuple(row["tags"]),
            options=row["options"],
        )
        for row in rows
    ]


async def extra_percent(tx: Tx, account: AccountId) -> int:
    """More time, for who needs it."""
    found = await tx.fetchval(
        "SELECT extra_percent FROM accommodation WHERE account_id = $1", account
    )
    return int(found or 0)
