"""Sets, modules, topics and files, as students read them."""

from app.adapters.db import Row, Tx
from app.kernel.ids import ModuleCode
from app.learning.domain.catalogue import ContentFile, Topic


async def read_sets(tx: Tx) -> list[Row]:
    return await tx.fetch(
        """SELECT code, title, mandatory FROM study_set WHERE retired_at IS NULL
           ORDER BY code"""
    )


async def read_modules(tx: Tx) -> list[Row]:
    return await tx.fetch(
        """SELECT code, set_code, title, hours::float8 AS hours, summary, pass_mark,
               fee_minor, currency
           FROM module WHERE retired_at IS NULL ORDER BY set_code, position"""
    )


async def read_module(tx: Tx, module: ModuleCode) -> Row | None:
    """Also a retired one: who began it may finish it."""
    return await tx.fetchrow(
        """SELECT code, set_code, title, hours::float8 AS hours, summary, pass_mark,
               fee_minor, currency
           FROM module WHERE code = $1""",
        module,
    )


async def read_topics(tx: Tx, module: ModuleCode) -> list[Topic]:
    rows = await tx.fetch(
        """SELECT code, title, minutes, body, video, captions FROM topic
           WHERE module_code = $1 AND retired_at IS NULL ORDER BY position""",
        module,
    )
    return [Topic(**dict(row)) for row in rows]


async def topic_titles(tx: Tx) -> dict[tuple[str, str], str]:
    """By module and topic code; retired ones too, for the history."""
    rows = await tx.fetch("SELECT module_code, code, title FROM topic")
    return {(row["module_code"], row["code"]): row["title"] for row in rows}


async def read_file(tx: Tx, module: ModuleCode, name: str) -> ContentFile | None:
    row = await tx.fetchrow(
        """SELECT name, media_type, size, sha256 FROM content_file
           WHERE module_code = $1 AND name = $2""",
        module,
        name,
    )
    return ContentFile(**dict(row)) if row else None
