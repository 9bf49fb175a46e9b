"""The ledger of time. The schema forbids overlaps and changes to closed time."""

from datetime import datetime

from app.adapters.db import Tx
from app.kernel.ids import AccountId, SittingId
from app.proctoring.domain.words import Verdict


async def open_at(tx: Tx, sitting: SittingId, at: datetime) -> None:
    await tx.execute(
        """INSERT INTO stretch (sitting_id, account_id, module_code, started_at)
           SELECT sitting_id, account_id, module_code, $2 FROM sitting
           WHERE sitting_id = $1""",
        sitting,
        at,
    )


async def close(tx: Tx, sitting: SittingId, at: datetime) -> None:
    await tx.execute(
        """UPDATE stretch SET ended_at = $2
           WHERE sitting_id = $1 AND ended_at IS NULL""",
        sitting,
        at,
    )


async def confirm(tx: Tx, account: AccountId, since: datetime, until: datetime) -> None:
    """Provisional time ended by `until` counts; before `since` it is void (a gap).

    But not where we closed the portal before the student could come back in time:
    that waits for their next passed look, however late it is.
    """
    await tx.execute(
        """UPDATE stretch SET
               state = CASE WHEN bridged THEN 'confirmed' ELSE 'void' END,
               void_reason = CASE WHEN NOT bridged THEN 'gap' END
           FROM (SELECT stretch_id AS id, ended_at >= $2
                     OR learning_was_closed(ended_at,
                         ended_at + ($3::timestamptz - $2::timestamptz)) AS bridged
                 FROM stretch WHERE account_id = $1 AND state = 'provisional'
                   AND ended_at <= $3) x
           WHERE stretch_id = x.id""",
        account,
        since,
        until,
    )


async def void(
    tx: Tx, account: AccountId, why: Verdict, until: datetime | None = None
) -> list[int]:
    """Provisional time that has ended, or ended by `until`, does not count; which."""
    rows = await tx.fetch(
        """UPDATE stretch SET state = 'void', void_reason = $2
           WHERE account_id = $1 AND state = 'provisional'
             AND ended_at <= coalesce($3::timestamptz, 'infinity')
           RETURNING stretch_id""",
        account,
        why,
        until,
    )
    return [row["stretch_id"] for row in rows]
