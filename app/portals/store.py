"""The windows' table."""

from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId
from app.portals.domain import Portal, Window

MOST = 100


async def insert(tx: Tx, it: Window, by: AccountId) -> None:
    """Raises asyncpg's ExclusionViolationError when it overlaps another one."""
    await tx.execute(
        """INSERT INTO portal_window (window_id, portal, closed_from, closed_till,
               announced_from, reason, made_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        it.window,
        it.portal,
        it.closed_from,
        it.closed_till,
        it.announced_from,
        it.reason,
        by,
    )


async def end(tx: Tx, window: UUID, now: datetime) -> bool:
    """One that has begun opens now; one that has not is taken back."""
    tag = await tx.execute(
        """UPDATE portal_window
           SET cancelled_at = CASE WHEN closed_from >= $2 THEN $2 END,
               closed_till = CASE WHEN closed_from >= $2 THEN closed_till ELSE $2 END
           WHERE window_id = $1 AND cancelled_at IS NULL AND closed_till > $2""",
        window,
        now,
    )
    return bool(tag != "UPDATE 0")


async def read_open(tx: Tx, now: datetime) -> list[Window]:
    """Current and coming ones, the earliest first."""
    rows = await tx.fetch(
        """SELECT * FROM portal_window WHERE closed_till > $1 AND cancelled_at IS NULL
           ORDER BY closed_from LIMIT $2""",
        now,
        MOST,
    )
    return [_window(row) for row in rows]


def _window(row: Row) -> Window:
    return Window(
        window=row["window_id"],
        portal=Portal(row["portal"]),
        closed_from=row["closed_from"],
        closed_till=row["closed_till"],
        announced_from=row["announced_from"],
        reason=row["reason"],
    )
