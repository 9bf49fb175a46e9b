"""Whose sittings show the same picture."""

from collections.abc import Sequence

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
