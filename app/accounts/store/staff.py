"""What staff look up about people, and what only they may change."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.domain.people import Role, State
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    account: AccountId
    srn: str
    name: str
    role: Role
    state: State


async def search(
    tx: Tx, text: str, *, students_only: bool, after: str, limit: int
) -> list[Found]:
    """By SRN, name, e-mail or mobile; in the order of SRNs, beyond `after`."""
    rows = await tx.fetch(
        """SELECT account_id, srn, name, role, state FROM account
           WHERE (NOT $2 OR role = 'student') AND srn > $3 AND ($1 = '' OR
               srn LIKE upper($1) || '%' OR name ILIKE '%' || $1 || '%'
               OR lower(email) = lower($1) OR mobile LIKE '%' || $1)
           ORDER BY srn LIMIT $4""",
        _literal(text),
        students_only,
        after,
        limit,
    )
    return [_found(row) for row in rows]


async def staff(tx: Tx) -> list[Found]:
    rows = await tx.fetch(
        """SELECT account_id, srn, name, role, state FROM account
           WHERE role <> 'student' ORDER BY role, srn"""
    )
    return [_found(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    account: AccountId
    srn: str
    name: str
    role: Role
    email: str | None
    mobile: str | None


async def insert_staff(tx: Tx, new: NewStaff, now: datetime) -> bool:
    """Invited; False when the SRN is there already."""
    done: str = await tx.execute(
        """INSERT INTO account (account_id, srn, name, role, state, email, mobile,
               created_at)
           VALUES ($1, $2, $3, $4, 'invited', $5, $6, $7) ON CONFLICT DO NOTHING""",
        new.account,
        new.srn,
        new.name,
        new.role,
        new.email,
        new.mobile,
        now,
    )
    return done != "INSERT 0 0"


async def set_role(tx: Tx, account: AccountId, role: Role) -> None:
    await tx.execute(
        "UPDATE account SET role = $2 WHERE account_id = $1", account, role
    )


async def set_closed(tx: Tx, account: AccountId, *, closed: bool) -> None:
    """One that was never activated is invited again when it opens."""
    await tx.execute(
        """UPDATE account SET state = CASE WHEN $2 THEN 'closed'
               WHEN password_hash IS NULL THEN 'invited' ELSE 'active' END
           WHERE account_id = $1""",
        account,
        closed,
    )


async def lock_admins(tx: Tx) -> int:
    """How many admins are open to log in; held, so that two cannot leave at once."""
    rows = await tx.fetch(
        """SELECT FROM account WHERE role = 'admin' AND state <> 'closed'
           ORDER BY account_id FOR UPDATE"""
    )
    return len(rows)


async def locks_of(tx: Tx, account: AccountId, now: datetime) -> list[Row]:
    """failures and locked_until of each scope that counts against this account."""
    return await tx.fetch(
        """SELECT failures, locked_until FROM lockout
           WHERE account_id = $1 AND locked_until > $2 ORDER BY locked_until DESC""",
        account,
        now,
    )


async def names_of(tx: Tx, accounts: list[UUID]) -> dict[UUID, str]:
    rows = await tx.fetch(
        "SELECT account_id, srn FROM account WHERE account_id = ANY($1)", accounts
    )
    return {row["account_id"]: row["srn"] for row in rows}


def _literal(text: str) -> str:
    """What LIKE would read as a pattern stands for itself."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _found(row: Row) -> Found:
    return Found(
        account=AccountId(row["account_id"]),
        srn=row["srn"],
        name=row["name"],
        role=Role(row["role"]),
        state=State(row["state"]),
    )
