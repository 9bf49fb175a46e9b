"""Whose sittings show the same picture."""

from collections.abc import Sequence
from datetime import datetime

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
