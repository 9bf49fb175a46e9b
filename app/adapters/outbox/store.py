"""The outbox table."""

from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Row, Tx
from app.adapters.outbox.letters import Letter


async def insert(
    tx: Tx, letter_id: UUID, letter: Letter, sealed: bytes, now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO outbox (letter_id, channel, kind, about, sealed, posted_at,
               useful_until, due_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $6)""",
        letter_id,
        letter.channel,
        letter.kind,
        letter.about,
        sealed,
        now,
        letter.useful_until,
    )


async def claim(tx: Tx, now: datetime, lease: timedelta, limit: int) -> list[Row]:
    """Leases what is due, the newest first: somebody waits for a fresh code."""
    return await tx.fetch(
        """UPDATE outbox SET lease_until = $1::timestamptz + $2::interval,
               attempts = attempts + 1
           WHERE letter_id IN (
               SELECT letter_id FROM outbox
               WHERE state = 'waiting' AND due_at <= $1
                 AND (lease_until IS NULL OR lease_until <= $1)
               ORDER BY posted_at DESC LIMIT $3 FOR UPDATE SKIP LOCKED)
           RETURNING letter_id, channel, kind, about, sealed, useful_until, attempts""",
        now,
        lease,
        limit,
    )


async def settle(
    tx: Tx, letter_id: UUID, state: str, reason: str | None, now: datetime
) -> None:
    """Once. What it said is wiped, except where it was only shown."""
    await tx.execute(
        """UPDATE outbox SET state = $2, reason = $3, settled_at = $4,
               sealed = CASE WHEN $2 = 'shown' THEN sealed END
           WHERE letter_id = $1 AND state = 'waiting'""",
        letter_id,
        state,
        reason,
        now,
    )


async def put_off(tx: Tx, letter_id: UUID, due_at: datetime, reason: str) -> None:
    await tx.execute(
        """UPDATE outbox SET due_at = $2, lease_until = NULL, reason = $3
           WHERE letter_id = $1 AND state = 'waiting'""",
        letter_id,
        due_at,
        reason,
    )


async def read_shown(tx: Tx, limit: int) -> list[Row]:
    """Newest first, what can still be read."""
    return await tx.fetch(
        """SELECT letter_id, channel, kind, about, sealed, posted_at, useful_until,
               state
           FROM outbox WHERE sealed IS NOT NULL
           ORDER BY posted_at DESC, channel DESC LIMIT $1""",
        limit,
    )


async def read_about(tx: Tx, about: UUID, limit: int) -> list[Row]:
    """When what went where, newest first; never what it said."""
    return await tx.fetch(
        """SELECT channel, kind, state, reason, posted_at, settled_at FROM outbox
           WHERE about = $1 ORDER BY posted_at DESC LIMIT $2""",
        about,
        limit,
    )


async def read_waiting_since(tx: Tx, channel: str) -> datetime | None:
    """When the first letter was posted that waits and that no newer one overtook."""
    since: datetime | None = await tx.fetchval(
        """SELECT min(posted_at) FROM outbox
           WHERE state = 'waiting' AND channel = $1 AND posted_at > coalesce(
               (SELECT posted_at FROM outbox
                WHERE state IN ('sent', 'shown') AND channel = $1
                ORDER BY posted_at DESC LIMIT 1), '-infinity')""",
        channel,
    )
    return since


async def count_waiting(tx: Tx, channel: str) -> int:
    count: int = await tx.fetchval(
        "SELECT count(*) FROM outbox WHERE state = 'waiting' AND channel = $1", channel
    )
    return count


async def delete_before(tx: Tx, posted_at: datetime) -> None:
    await tx.execute(
        "DELETE FROM outbox WHERE posted_at < $1 AND state <> 'waiting'", posted_at
    )
