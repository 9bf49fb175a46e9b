"""More time for who needs it."""

from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Tx
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Accommodation:
    """`extra_percent` of time in every exam drawn from now on."""

    extra_percent: int
    reason: str
    granted_by: AccountId
    granted_at: datetime


async def read(tx: Tx, account: AccountId) -> Accommodation | None:
    row = await tx.fetchrow(
        """SELECT extra_percent, reason, granted_by, granted_at FROM accommodation
           WHERE account_id = $1""",
        account,
    )
    return Accommodation(**row) if row else None


async def save(tx: Tx, account: AccountId, it: Accommodation) -> None:
    await tx.execute(
        """INSERT INTO accommodation
               (account_id, extra_percent, reason, granted_by, granted_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (account_id) DO UPDATE SET extra_percent = $2, reason = $3,
               granted_by = $4, granted_at = $5""",
        account,
        it.extra_percent,
        it.reason,
        it.granted_by,
        it.granted_at,
    )


async def end(tx: Tx, account: AccountId) -> bool:
    """False when there was none."""
    tag: str = await tx.execute(
        "DELETE FROM accommodation WHERE account_id = $1", account
    )
    return tag != "DELETE 0"
