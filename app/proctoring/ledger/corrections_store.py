"""Corrections: asked once, decided once. The schema insists on two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, ModuleCode
from app.proctoring.ledger.domain import Correction, Decided

_COLUMNS = """c.correction_id, c.account_id, c.module_code, c.seconds, c.reason,
    c.stretch_id, c.asked_by, c.asked_as, c.asked_at, c.state, c.decided_by,
    c.decided_as, c.decided_at, c.incident_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A correction for the one who decides: whose, of what, and who asks."""

    correction: Correction
    srn: str
    name: str
    module_title: str
    asked_by_name: str


async def insert(tx: Tx, it: Correction) -> bool:
    """False when the same waits already."""
    tag = await tx.execute(
        """INSERT INTO correction (correction_id, account_id, module_code, seconds,
               reason, stretch_id, asked_by, asked_as, asked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (account_id, module_code, seconds, coalesce(stretch_id, 0))
               WHERE state = 'asked' DO NOTHING""",
        it.correction,
        it.account,
        it.module,
        it.seconds,
        it.reason,
        it.stretch,
        it.asked_by,
        it.asked_as,
        it.asked_at,
    )
    return tag == "INSERT 0 1"


async def lock(tx: Tx, correction: UUID) -> Correction | None:
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM correction c WHERE correction_id = $1 FOR UPDATE",
        correction,
    )
    return _correction(row) if row else None


async def decide(
    tx: Tx,
    correction: UUID,
    state: Decided,
    by: tuple[AccountId, str] | None,
    now: datetime,
) -> None:
    """Raises asyncpg's CheckViolationError for less than nothing or one person."""
    account, role = by or (None, None)
    await tx.execute(
        """UPDATE correction SET state = $2, decided_by = $3, decided_as = $4,
               decided_at = $5 WHERE correction_id = $1""",
        correction,
        state,
        account,
        role,
        now,
    )


async def of_accounts(tx: Tx, accounts: Sequence[AccountId]) -> list[Correction]:
    """By account and time, in whatever state."""
    rows = await tx.fetch(
        f"""SELECT {_COLUMNS} FROM correction c WHERE account_id = ANY ($1)
            ORDER BY account_id, asked_at, correction_id""",
        accounts,
    )
    return [_correction(row) for row in rows]


async def waiting(tx: Tx, limit: int) -> list[Waiting]:
    """The oldest first."""
    rows = await tx.fetch(
        f"""SELECT {_COLUMNS}, a.srn, a.name, m.title, b.name AS asked_by_name
            FROM correction c JOIN account a ON a.account_id = c.account_id
            JOIN account b ON b.account_id = c.asked_by
            JOIN module m ON m.code = c.module_code
            WHERE c.state = 'asked' ORDER BY c.asked_at LIMIT $1""",
        limit,
    )
    return [
        Waiting(
            correction=_correction(row),
            srn=row["srn"],
            name=row["name"],
            module_title=row["title"],
            asked_by_name=row["asked_by_name"],
        )
        for row in rows
    ]


async def count_waiting(tx: Tx) -> int:
    found: int = await tx.fetchval(
        "SELECT count(*) FROM correction WHERE state = 'asked'"
    )
    return found


def _correction(row: Row) -> Correction:
    decided_by = row["decided_by"]
    return Correction(
        correction=row["correction_id"],
        account=AccountId(row["account_id"]),
        module=ModuleCode(row["module_code"]),
        seconds=row["seconds"],
        reason=row["reason"],
        stretch=row["stretch_id"],
        asked_by=AccountId(row["asked_by"]),
        asked_as=row["asked_as"],
        asked_at=row["asked_at"],
        state=Decided(row["state"]),
        decided_by=AccountId(decided_by) if decided_by else None,
        decided_as=row["decided_as"],
        decided_at=row["decided_at"],
        incident=row["incident_id"],
    )
