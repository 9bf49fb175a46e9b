"""The notices' table."""

from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId
from app.operations.notices.domain import Audience, Notice, Tone

MOST = 50


async def insert(tx: Tx, notice: Notice, by: AccountId) -> None:
    await tx.execute(
        """INSERT INTO notice (notice_id, text, tone, audience, shown_from, shown_till,
               made_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        notice.notice,
        notice.text,
        notice.tone,
        notice.audience,
        notice.shown_from,
        notice.shown_till,
        by,
    )


async def read_open(tx: Tx, now: datetime) -> list[Notice]:
    """Current and coming ones, the earliest first."""
    rows = await tx.fetch(
        """SELECT * FROM notice WHERE shown_till > $1
           ORDER BY shown_from LIMIT $2""",
        now,
        MOST,
    )
    return [_notice(row) for row in rows]


async def end(tx: Tx, notice: UUID, now: datetime) -> bool:
    done: str = await tx.execute(
        """UPDATE notice SET shown_till = greatest($2, shown_from)
           WHERE notice_id = $1 AND shown_till > $2""",
        notice,
        now,
    )
    return done != "UPDATE 0"


def _notice(row: Row) -> Notice:
    return Notice(
        notice=row["notice_id"],
        text=row["text"],
        tone=Tone(row["tone"]),
        audience=Audience(row["audience"]),
        shown_from=row["shown_from"],
        shown_till=row["shown_till"],
    )
