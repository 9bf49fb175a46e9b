"""Who gets a daily statement, and which days are told."""

from dataclasses import dataclass
from datetime import date, datetime

from app.adapters.db import Tx
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`settled`: the last local day that needs no letter any more."""

    account: AccountId
    settled: date


async def is_wanted(tx: Tx, account: AccountId) -> bool:
    found: bool = await tx.fetchval(
        "SELECT statement_mail FROM account WHERE account_id = $1", account
    )
    return found


async def begin(tx: Tx, account: AccountId, settled: date, due_at: datetime) -> None:
    """From the day after `settled` on; wanted already, it goes on as it was."""
    await tx.execute(
        """UPDATE account SET statement_mail = true,
               statement_day = greatest(statement_day, $2), statement_due_at = $3
           WHERE account_id = $1 AND NOT statement_mail""",
        account,
        settled,
        due_at,
    )


async def end(tx: Tx, account: AccountId) -> None:
    await tx.execute(
        "UPDATE account SET statement_mail = false WHERE account_id = $1", account
    )


async def claim_due(tx: Tx, now: datetime) -> Due | None:
    """One that is due, locked until the transaction ends; others skip it."""
    row = await tx.fetchrow(
        """SELECT account_id, statement_day FROM account
           WHERE statement_mail AND statement_due_at <= $1
             AND state = 'active' AND email IS NOT NULL
           ORDER BY statement_due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED""",
        now,
    )
    if row is None:
        return None
    return Due(account=AccountId(row["account_id"]), settled=row["statement_day"])


async def note_sent(tx: Tx, account: AccountId, day: date, now: datetime) -> bool:
    """False when this day was told before."""
    tag = await tx.execute(
        """INSERT INTO statement_sent (account_id, day, sent_at) VALUES ($1, $2, $3)
           ON CONFLICT DO NOTHING""",
        account,
        day,
        now,
    )
    return tag == "INSERT 0 1"


async def settle(tx: Tx, account: AccountId, settled: date, due_at: datetime) -> None:
    await tx.execute(
        """UPDATE account SET statement_day = greatest(statement_day, $2),
               statement_due_at = $3 WHERE account_id = $1""",
        account,
        settled,
        due_at,
    )
