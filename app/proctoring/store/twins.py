"""Whose sittings show the same picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.adapters.db import Tx
from app.kernel.ids import AccountId, SittingId


async def owners(tx: Tx, sittings: Sequence[SittingId]) -> dict[SittingId, AccountId]:
    """Of those that are open; a device check is nobody's studying."""
    rows = await tx.fetch(
        """SELECT sitting_id, account_id FROM sitting
           WHERE sitting_id = ANY ($1) AND state <> 'ended' AND kind <> 'check'""",
        list(sittings),
    )
    return {SittingId(row["sitting_id"]): AccountId(row["account_id"]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An incident of a sitting that has a twin; `last_at`: shown the last time."""

    incident: UUID
    is_open: bool
    last_at: datetime


async def known(tx: Tx, sitting: SittingId, other: AccountId) -> Known | None:
    """The sitting's newest with this other student. Lock the sitting first."""
    row = await tx.fetchrow(
        """SELECT i.incident_id, i.state = 'open' AS is_open, max(p.at) AS last_at
           FROM incident i JOIN incident_twin t USING (incident_id)
           JOIN incident o ON o.incident_id = t.twin_id
           JOIN incident_part p ON p.incident_id = i.incident_id
           WHERE i.sitting_id = $1 AND o.account_id = $2 AND p.kind = 'same_clip'
           GROUP BY i.incident_id ORDER BY i.raised_at DESC LIMIT 1""",
        sitting,
        other,
    )
    if row is None:
        return None
    return Known(
        incident=row["incident_id"], is_open=row["is_open"], last_at=row["last_at"]
    )


async def link(tx: Tx, incident: UUID, twin: UUID, now: datetime) -> None:
    """Both ways; twice is once."""
    await tx.execute(
        """INSERT INTO incident_twin (incident_id, twin_id, found_at)
           VALUES ($1, $2, $3), ($2, $1, $3) ON CONFLICT DO NOTHING""",
        incident,
        twin,
        now,
    )


async def withdrew(tx: Tx, since: datetime) -> list[AccountId]:
    """Who took back what marks rest on, and has not agreed again."""
    rows = await tx.fetch(
        """SELECT DISTINCT c.account_id FROM consent c
           WHERE c.purpose IN ('camera', 'biometrics') AND c.withdrawn_at >= $1
             AND NOT EXISTS (SELECT FROM consent it
                 WHERE it.account_id = c.account_id AND it.purpose = c.purpose
                   AND it.stands)""",
        since,
    )
    return [AccountId(row["account_id"]) for row in rows]
