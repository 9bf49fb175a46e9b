"""Sets, modules and topics: the only SQL of this slice."""

from app.adapters.db import Row, Tx
from app.kernel.ids import ModuleCode
from app.learning.domain import Module, StudySet, Topic


async def upsert_set(tx: Tx, study_set: StudySet) -> None:
    await tx.execute(
        """INSERT INTO study_set (code, title, mandatory) VALUES ($1, $2, $3)
           ON CONFLICT (code) DO UPDATE
           SET title = excluded.title, mandatory = excluded.mandatory""",
        study_set.code,
        study_set.title,
        study_set.mandatory,
    )


async def upsert_module(tx: Tx, module: Module, position: int) -> None:
    await tx.execute(
        """INSERT INTO module (code, set_code, title, hours, summary, position)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (code) DO UPDATE
           SET set_code = excluded.set_code, title = excluded.title,
               hours = excluded.hours, summary = excluded.summary,
               position = excluded.position""",
        module.code,
        module.set_code,
        module.title,
        module.hours,
        module.summary,
        position,
    )


async def upsert_topic(tx: Tx, module: ModuleCode, topic: Topic, position: int) -> None:
    await tx.execute(
        """INSERT INTO topic (module_code, code, title, minutes, position, body)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (module_code, code) DO UPDATE
           SET title = excluded.title, minutes = excluded.minutes,
               position = excluded.position, body = excluded.body""",
        module,
        topic.code,
        topic.title,
        topic.minutes,
        position,
        topic.body,
    )


async def read_sets(tx: Tx) -> list[Row]:
    return await tx.fetch("SELECT code, title, mandatory FROM study_set ORDER BY code")


async def read_modules(tx: Tx) -> list[Row]:
    return await tx.fetch(
        """SELECT code, set_code, title, hours::float8 AS hours, summary FROM module
           ORDER BY set_code, position"""
    )


async def read_topics(tx: Tx, module: ModuleCode) -> list[Topic]:
    rows = await tx.fetch(
        """SELECT code, title, minutes, body FROM topic WHERE module_code = $1
           ORDER BY position""",
        module,
    )
    return [Topic(**dict(row)) for row in rows]
