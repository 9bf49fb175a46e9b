"""What a student picked, where they are in a topic, and their notes."""

from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, ModuleCode


async def picked(tx: Tx, account: AccountId) -> dict[str, ModuleCode]:
    """Set code -> module code."""
    rows = await tx.fetch(
        "SELECT set_code, module_code FROM elective WHERE account_id = $1", account
    )
    return {row["set_code"]: ModuleCode(row["module_code"]) for row in rows}


async def pick(
    tx: Tx, account: AccountId, set_code: str, module: ModuleCode, now: datetime
) -> None:
    """Raises asyncpg's CheckViolationError once an hour of the old one is confirmed."""
    await tx.execute(
        """INSERT INTO elective (account_id, set_code, module_code, chosen_at)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (account_id, set_code) DO UPDATE
           SET module_code = excluded.module_code, chosen_at = excluded.chosen_at
           WHERE elective.module_code <> excluded.module_code""",
        account,
        set_code,
        module,
        now,
    )


async def progress_of(tx: Tx, account: AccountId, module: ModuleCode) -> list[Row]:
    """topic_code, opened_at, place, video_s, done_at of every topic opened so far."""
    return await tx.fetch(
        """SELECT topic_code, opened_at, place, video_s, done_at FROM topic_progress
           WHERE account_id = $1 AND module_code = $2""",
        account,
        module,
    )


async def last_topics(tx: Tx, account: AccountId) -> dict[str, str]:
    """Module code -> the topic opened last."""
    rows = await tx.fetch(
        """SELECT DISTINCT ON (module_code) module_code, topic_code FROM topic_progress
           JOIN topic t USING (module_code)
           WHERE account_id = $1 AND t.code = topic_code AND t.retired_at IS NULL
           ORDER BY module_code, opened_at DESC""",
        account,
    )
    return {row["module_code"]: row["topic_code"] for row in rows}


async def topics_done(tx: Tx, account: AccountId) -> dict[str, tuple[int, int]]:
    """Module code -> (topics done, topics there are)."""
    rows = await tx.fetch(
        """SELECT t.module_code, count(p.done_at) AS done, count(*) AS there
           FROM topic t LEFT JOIN topic_progress p
             ON p.module_code = t.module_code AND p.topic_code = t.code
            AND p.account_id = $1
           WHERE t.retired_at IS NULL GROUP BY 1""",
        account,
    )
    return {row["module_code"]: (row["done"], row["there"]) for row in rows}


async def open_topic(
    tx: Tx, account: AccountId, module: ModuleCode, topic: str, now: datetime
) -> Row:
    """Notes that it is read now; place, video_s and done_at as they stand."""
    row = await tx.fetchrow(
        """INSERT INTO topic_progress (account_id, module_code, topic_code, opened_at)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (account_id, module_code, topic_code)
           DO UPDATE SET opened_at = excluded.opened_at
           RETURNING place, video_s, done_at""",
        account,
        module,
        topic,
        now,
    )
    assert row is not None
    return row


async def save_progress(
    tx: Tx,
    where: tuple[AccountId, ModuleCode, str],
    place: float | None,
    video_s: float | None,
    done: bool | None,
    now: datetime,
) -> bool:
    """What is None stays. False when there is no such topic."""
    tag = await tx.execute(
        """INSERT INTO topic_progress (account_id, module_code, topic_code, opened_at,
               place, video_s, done_at)
           SELECT $1, module_code, code, $7, coalesce($4::real, 0),
               coalesce($5::real, 0), CASE WHEN $6::bool THEN $7::timestamptz END
           FROM topic WHERE module_code = $2 AND code = $3
           ON CONFLICT (account_id, module_code, topic_code) DO UPDATE
           SET place = coalesce($4::real, topic_progress.place),
               video_s = coalesce($5::real, topic_progress.video_s),
               done_at = CASE WHEN $6::bool IS NULL THEN topic_progress.done_at
                   WHEN $6::bool THEN coalesce(topic_progress.done_at, $7) END""",
        *where,
        place,
        video_s,
        done,
        now,
    )
    return tag == "INSERT 0 1"


async def note_of(
    tx: Tx, account: AccountId, module: ModuleCode, topic: str
) -> Row | None:
    """text and version."""
    return await tx.fetchrow(
        """SELECT text, version FROM note
           WHERE account_id = $1 AND module_code = $2 AND topic_code = $3""",
        account,
        module,
        topic,
    )


async def save_note(
    tx: Tx,
    where: tuple[AccountId, ModuleCode, str],
    text: str,
    version: int,
    now: datetime,
) -> int | None:
    """The new version; None when `version` is not the one that stands."""
    found: int | None = await tx.fetchval(
        """INSERT INTO note (account_id, module_code, topic_code, text, version,
               changed_at)
           SELECT $1, module_code, code, $4, 1, $6 FROM topic
           WHERE module_code = $2 AND code = $3 AND ($5 = 0 OR EXISTS (
               SELECT FROM note WHERE account_id = $1 AND module_code = $2
                 AND topic_code = $3))
           ON CONFLICT (account_id, module_code, topic_code) DO UPDATE
           SET text = $4, version = note.version + 1, changed_at = $6
           WHERE note.version = $5
           RETURNING version""",
        *where,
        text,
        version,
        now,
    )
    return found
