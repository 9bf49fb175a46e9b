"""The trail's tables: the only SQL that knows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.adapters.audit.chain import Event, Head
from app.adapters.db import Row, Tx


async def lock_head(tx: Tx) -> Head:
    """Writers come one after the other; each sees what the one before committed."""
    return _head(await tx.fetchrow("SELECT * FROM audit_head FOR UPDATE"))


async def read_head(tx: Tx) -> Head:
    return _head(await tx.fetchrow("SELECT * FROM audit_head"))


async def move_head(tx: Tx, head: Head) -> None:
    await tx.execute(
        "UPDATE audit_head SET seq = $1, hash = $2, mac = $3",
        head.seq,
        head.hash,
        head.mac,
    )


async def insert(tx: Tx, event: Event) -> None:
    await tx.execute(
        """INSERT INTO audit_event (seq, at, by, what, whom, details, previous, hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        event.seq,
        event.at,
        event.by,
        event.what,
        event.whom,
        event.details,
        event.previous,
        event.hash,
    )


async def read_after(tx: Tx, seq: int, limit: int) -> list[Event]:
    rows = await tx.fetch(
        "SELECT * FROM audit_event WHERE seq > $1 ORDER BY seq LIMIT $2", seq, limit
    )
    return [_event(row) for row in rows]


async def read_before(
    tx: Tx, before: int | None, whom: UUID | None, limit: int
) -> list[Event]:
    """Newest first; of everybody, or only what was done to `whom`."""
    rows = await tx.fetch(
        """SELECT * FROM audit_event
           WHERE ($1::bigint IS NULL OR seq < $1) AND ($2::uuid IS NULL OR whom = $2)
           ORDER BY seq DESC LIMIT $3""",
        before,
        whom,
        limit,
    )
    return [_event(row) for row in rows]


async def read_acts(tx: Tx, whats: Sequence[str], whom: Sequence[UUID]) -> list[Event]:
    rows = await tx.fetch(
        """SELECT * FROM audit_event WHERE whom = ANY ($2) AND what = ANY ($1)
           ORDER BY seq""",
        whats,
        whom,
    )
    return [_event(row) for row in rows]


async def count_since(tx: Tx, by: UUID, what: str, since: datetime) -> int:
    found: int = await tx.fetchval(
        "SELECT count(*) FROM audit_event WHERE by = $1 AND what = $2 AND at > $3",
        by,
        what,
        since,
    )
    return found


def _head(row: Row | None) -> Head:
    assert row is not None, "the migration made the head, and a trigger keeps it"
    return Head(seq=row["seq"], hash=row["hash"], mac=row["mac"])


def _event(row: Row) -> Event:
    return Event(
        seq=row["seq"],
        at=row["at"],
        by=row["by"],
        what=row["what"],
        whom=row["whom"],
        details=row["details"],
        previous=row["previous"],
        hash=row["hash"],
    )
