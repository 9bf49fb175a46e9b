"""Accounts: who there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.domain.people import Person, Role, State
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId

_PERSON = """SELECT account_id, srn, name, role, state, email, mobile,
    email_confirmed_at, mobile_confirmed_at, password_hash, password_set_at, time_zone,
    EXISTS (SELECT FROM totp t WHERE t.account_id = account.account_id
            AND confirmed_at IS NOT NULL) AS has_totp,
    (SELECT count(*) FROM passkey p WHERE p.account_id = account.account_id) AS passkeys
    FROM account """


async def by_srn(tx: Tx, srn: str) -> Person | None:
    return _person(await tx.fetchrow(_PERSON + "WHERE srn = $1", srn))


async def known(tx: Tx, srns: Sequence[str]) -> set[str]:
    rows = await tx.fetch("SELECT srn FROM account WHERE srn = ANY($1)", srns)
    return {row["srn"] for row in rows}


async def by_id(tx: Tx, account: AccountId) -> Person | None:
    return _person(await tx.fetchrow(_PERSON + "WHERE account_id = $1", account))


async def by_srn_or_mobile(tx: Tx, srn: str, mobile: str | None) -> Person | None:
    """A mobile names a person only once it is confirmed."""
    row = await tx.fetchrow(
        _PERSON
        + """WHERE srn = $1 OR (mobile = $2 AND mobile_confirmed_at IS NOT NULL)
             ORDER BY srn = $1 DESC LIMIT 1""",
        srn,
        mobile,
    )
    return _person(row)


async def lock(tx: Tx, account: AccountId) -> None:
    """One change of an account's ways in at a time."""
    await tx.execute("SELECT FROM account WHERE account_id = $1 FOR UPDATE", account)


async def insert_active(tx: Tx, person: "ActivePerson", now: datetime) -> AccountId:
    """The account of this SRN: new, or the one that is there already, renamed."""
    found: AccountId = await tx.fetchval(
        """INSERT INTO account (account_id, srn, name, role, password_hash,
               password_set_at, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $6)
           ON CONFLICT (srn) DO UPDATE SET name = excluded.name
           RETURNING account_id""",
        person.account,
        person.srn,
        person.name,
        person.role,
        person.password_hash,
        now,
    )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivePerson:
    """Somebody whose account needs no activation."""

    account: AccountId
    srn: str
    name: str
    role: Role
    password_hash: str


async def set_password(
    tx: Tx, account: AccountId, password_hash: str, now: datetime
) -> None:
    """Also activates an account that was invited."""
    await tx.execute(
        """UPDATE account SET password_hash = $2, password_set_at = $3,
               state = CASE WHEN state = 'invited' THEN 'active' ELSE state END
           WHERE account_id = $1""",
        account,
        password_hash,
        now,
    )


async def remember_password(
    tx: Tx, account: AccountId, password_hash: str, now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO password_before (account_id, password_hash, set_at)
           VALUES ($1, $2, $3) ON CONFLICT DO NOTHING""",
        account,
        password_hash,
        now,
    )


async def passwords_before(tx: Tx, account: AccountId, count: int) -> list[str]:
    rows = await tx.fetch(
        """SELECT password_hash FROM password_before WHERE account_id = $1
           ORDER BY set_at DESC LIMIT $2""",
        account,
        count,
    )
    return [row["password_hash"] for row in rows]


async def forget_passwords_before(tx: Tx, account: AccountId, keep: int) -> None:
    await tx.execute(
        """DELETE FROM password_before WHERE account_id = $1 AND set_at NOT IN (
               SELECT set_at FROM password_before WHERE account_id = $1
               ORDER BY set_at DESC LIMIT $2)""",
        account,
        keep,
    )


async def set_email(tx: Tx, account: AccountId, email: str, now: datetime) -> None:
    """Confirmed: the code that went there came back."""
    await tx.execute(
        """UPDATE account SET email = $2, email_confirmed_at = $3
           WHERE account_id = $1""",
        account,
        email,
        now,
    )


async def set_mobile(tx: Tx, account: AccountId, mobile: str, now: datetime) -> None:
    """Confirmed: the code that went there came back."""
    await tx.execute(
        """UPDATE account SET mobile = $2, mobile_confirmed_at = $3
           WHERE account_id = $1""",
        account,
        mobile,
        now,
    )


async def set_preferences(
    tx: Tx, account: AccountId, language: str, time_zone: str
) -> None:
    await tx.execute(
        "UPDATE account SET language = $2, time_zone = $3 WHERE account_id = $1",
        account,
        language,
        time_zone,
    )


def _person(row: Row | None) -> Person | None:
    if row is None:
        return None
    return Person(
        account=AccountId(row["account_id"]),
        srn=row["srn"],
        name=row["name"],
        role=Role(row["role"]),
        state=State(row["state"]),
        email=row["email"],
        mobile=row["mobile"],
        email_confirmed=row["email_confirmed_at"] is not None,
        mobile_confirmed=row["mobile_confirmed_at"] is not None,
        password_hash=row["password_hash"],
        password_set_at=row["password_set_at"],
        time_zone=row["time_zone"],
        has_totp=row["has_totp"],
        passkeys=row["passkeys"],
    )
