"""What an import writes. Nothing is deleted: what is gone is retired."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import ModuleCode
from app.learning.domain.catalogue import ContentFile, Module, StudySet, Topic


async def lock(tx: Tx) -> None:
    """One import at a time; readers go on."""
    await tx.execute("LOCK TABLE study_set IN SHARE ROW EXCLUSIVE MODE")


async def note_import(tx: Tx, import_id: UUID, now: datetime) -> None:
    await tx.execute(
        "INSERT INTO content_import (import_id, at, report) VALUES ($1, $2, '{}')",
        import_id,
        now,
    )


async def save_report(tx: Tx, import_id: UUID, report: str) -> None:
    await tx.execute(
        "UPDATE content_import SET report = $2::jsonb WHERE import_id = $1",
        import_id,
        report,
    )


async def sets_of_modules(tx: Tx) -> dict[str, str]:
    """Module code -> set code, retired ones too."""
    rows = await tx.fetch("SELECT code, set_code FROM module")
    return {row["code"]: row["set_code"] for row in rows}


async def upsert_set(tx: Tx, study_set: StudySet) -> None:
    await tx.execute(
        """INSERT INTO study_set (code, title, mandatory) VALUES ($1, $2, $3)
           ON CONFLICT (code) DO UPDATE SET title = excluded.title,
               mandatory = excluded.mandatory, retired_at = NULL""",
        study_set.code,
        study_set.title,
        study_set.mandatory,
    )


async def upsert_module(tx: Tx, module: Module, position: int) -> None:
    await tx.execute(
        """INSERT INTO module (code, set_code, title, hours, summary, position,
               pass_mark, fee_minor, currency)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (code) DO UPDATE
           SET title = excluded.title, hours = excluded.hours,
               summary = excluded.summary, position = excluded.position,
               pass_mark = excluded.pass_mark, fee_minor = excluded.fee_minor,
               currency = excluded.currency, retired_at = NULL""",
        module.code,
        module.set_code,
        module.title,
        module.hours,
        module.summary,
        position,
        module.pass_mark,
        module.fee.minor,
        module.fee.currency,
    )


async def topics_before(tx: Tx, module: ModuleCode) -> dict[str, Row]:
    rows = await tx.fetch(
        """SELECT code, title, minutes, body, video, captions, retired_at FROM topic
           WHERE module_code = $1""",
        module,
    )
    return {row["code"]: row for row in rows}


async def upsert_topic(tx: Tx, module: ModuleCode, topic: Topic, position: int) -> None:
    await tx.execute(
        """INSERT INTO topic (module_code, code, title, minutes, position, body, video,
               captions)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (module_code, code) DO UPDATE
           SET title = excluded.title, minutes = excluded.minutes,
               position = excluded.position, body = excluded.body,
               video = excluded.video, captions = excluded.captions,
               retired_at = NULL""",
        module,
        topic.code,
        topic.title,
        topic.minutes,
        position,
        topic.body,
        topic.video,
        topic.captions,
    )


async def keep_version(
    tx: Tx, module: ModuleCode, topic: Topic, import_id: UUID
) -> None:
    await tx.execute(
        """INSERT INTO topic_version (module_code, topic_code, import_id, title,
               minutes, body)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        module,
        topic.code,
        import_id,
        topic.title,
        topic.minutes,
        topic.body,
    )


async def retire_topics(
    tx: Tx, module: ModuleCode, kept: Sequence[str], now: datetime
) -> list[str]:
    rows = await tx.fetch(
        """UPDATE topic SET retired_at = $3
           WHERE module_code = $1 AND code <> ALL ($2::text[]) AND retired_at IS NULL
           RETURNING code""",
        module,
        kept,
        now,
    )
    return sorted(row["code"] for row in rows)


async def retire_modules(tx: Tx, kept: Sequence[str], now: datetime) -> list[str]:
    rows = await tx.fetch(
        """UPDATE module SET retired_at = $2
           WHERE code <> ALL ($1::text[]) AND retired_at IS NULL RETURNING code""",
        kept,
        now,
    )
    return sorted(row["code"] for row in rows)


async def retire_sets(tx: Tx, kept: Sequence[str], now: datetime) -> None:
    await tx.execute(
        """UPDATE study_set SET retired_at = $2
           WHERE code <> ALL ($1::text[]) AND retired_at IS NULL""",
        kept,
        now,
    )


async def modules_not_in(tx: Tx, kept: Sequence[str]) -> list[str]:
    rows = await tx.fetch(
        """SELECT code FROM module WHERE code <> ALL ($1::text[])
           AND retired_at IS NULL ORDER BY code""",
        kept,
    )
    return [row["code"] for row in rows]


async def replace_files(
    tx: Tx, module: ModuleCode, files: Sequence[ContentFile]
) -> None:
    await tx.execute("DELETE FROM content_file WHERE module_code = $1", module)
    await tx.executemany(
        """INSERT INTO content_file (module_code, name, media_type, size, sha256)
           VALUES ($1, $2, $3, $4, $5)""",
        [(module, it.name, it.media_type, it.size, it.sha256) for it in files],
    )


async def files_before(tx: Tx, module: ModuleCode) -> dict[str, bytes]:
    rows = await tx.fetch(
        "SELECT name, sha256 FROM content_file WHERE module_code = $1", module
    )
    return {row["name"]: row["sha256"] for row in rows}
