"""Authenticator apps, recovery codes and passkeys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """`secret` is sealed."""

    secret: bytes
    confirmed_at: datetime | None
    last_step: int


async def read_totp(tx: Tx, account: AccountId) -> Totp | None:
    row = await tx.fetchrow(
        "SELECT secret, confirmed_at, last_step FROM totp WHERE account_id = $1",
        account,
    )
    return Totp(**dict(row)) if row else None


async def replace_totp(
    tx: Tx, account: AccountId, secret: bytes, now: datetime
) -> None:
    """Not in force until it is confirmed; one in force stays until then."""
    await tx.execute(
        """INSERT INTO totp (account_id, secret, made_at) VALUES ($1, $2, $3)
           ON CONFLICT (account_id) DO UPDATE SET secret = $2, made_at = $3,
               confirmed_at = NULL, last_step = 0
           WHERE totp.confirmed_at IS NULL""",
        account,
        secret,
        now,
    )


async def use_step(tx: Tx, account: AccountId, step: int) -> bool:
    """True once for each step, in a race too."""
    done: str = await tx.execute(
        "UPDATE totp SET last_step = $2 WHERE account_id = $1 AND last_step < $2",
        account,
        step,
    )
    return done != "UPDATE 0"


async def confirm_totp(tx: Tx, account: AccountId, now: datetime) -> None:
    await tx.execute(
        "UPDATE totp SET confirmed_at = $2 WHERE account_id = $1", account, now
    )


async def delete_totp(tx: Tx, account: AccountId) -> bool:
    done: str = await tx.execute("DELETE FROM totp WHERE account_id = $1", account)
    return done != "DELETE 0"


async def replace_recovery(
    tx: Tx, account: AccountId, hashes: Sequence[bytes], now: datetime
) -> None:
    """The former ones are worthless."""
    await tx.execute("DELETE FROM recovery_code WHERE account_id = $1", account)
    await tx.executemany(
        """INSERT INTO recovery_code (account_id, code_hash, made_at)
           VALUES ($1, $2, $3)""",
        [(account, code_hash, now) for code_hash in hashes],
    )


async def use_recovery(
    tx: Tx, account: AccountId, code_hash: bytes, now: datetime
) -> bool:
    """True once, in a race too."""
    done: str = await tx.execute(
        """UPDATE recovery_code SET used_at = $3
           WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL""",
        account,
        code_hash,
        now,
    )
    return done != "UPDATE 0"


async def recovery_left(tx: Tx, account: AccountId) -> int:
    found: int = await tx.fetchval(
        """SELECT count(*) FROM recovery_code
           WHERE account_id = $1 AND used_at IS NULL""",
        account,
    )
    return found


async def delete_recovery(tx: Tx, account: AccountId) -> None:
    await tx.execute("DELETE FROM recovery_code WHERE account_id = $1", account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    credential: bytes
    account: AccountId
    public_key: bytes
    sign_count: int
    name: str
    made_at: datetime
    used_at: datetime | None


async def lock_passkey(tx: Tx, credential: bytes) -> Passkey | None:
    row = await tx.fetchrow(
        "SELECT * FROM passkey WHERE credential_id = $1 FOR UPDATE", credential
    )
    return _passkey(row) if row else None


async def passkeys_of(tx: Tx, account: AccountId) -> list[Passkey]:
    rows = await tx.fetch(
        "SELECT * FROM passkey WHERE account_id = $1 ORDER BY made_at", account
    )
    return [_passkey(row) for row in rows]


async def insert_passkey(tx: Tx, passkey: Passkey) -> bool:
    """False when this credential is known already, to whomever."""
    done: str = await tx.execute(
        """INSERT INTO passkey (credential_id, account_id, public_key, sign_count, name,
               made_at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
        passkey.credential,
        passkey.account,
        passkey.public_key,
        passkey.sign_count,
        passkey.name,
        passkey.made_at,
    )
    return done != "INSERT 0 0"


async def use_passkey(
    tx: Tx, credential: bytes, sign_count: int, now: datetime
) -> None:
    await tx.execute(
        "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE credential_id = $1",
        credential,
        sign_count,
        now,
    )


async def rename_passkey(
    tx: Tx, account: AccountId, credential: bytes, name: str
) -> bool:
    done: str = await tx.execute(
        """UPDATE passkey SET name = $3
           WHERE account_id = $1 AND credential_id = $2""",
        account,
        credential,
        name,
    )
    return done != "UPDATE 0"


async def delete_passkey(tx: Tx, account: AccountId, credential: bytes) -> bool:
    done: str = await tx.execute(
        "DELETE FROM passkey WHERE account_id = $1 AND credential_id = $2",
        account,
        credential,
    )
    return done != "DELETE 0"


async def delete_passkeys(tx: Tx, account: AccountId) -> int:
    done: str = await tx.execute("DELETE FROM passkey WHERE account_id = $1", account)
    return int(done.split()[1])


async def save_challenge(tx: Tx, login: UUID, challenge: bytes) -> None:
    """Of the passkey that this login is about to add."""
    await tx.execute(
        "UPDATE login SET challenge = $2 WHERE login_id = $1", login, challenge
    )


async def take_challenge(tx: Tx, login: UUID) -> bytes | None:
    """Once."""
    found: bytes | None = await tx.fetchval(
        """UPDATE login SET challenge = NULL
           FROM (SELECT challenge FROM login WHERE login_id = $1 FOR UPDATE) before
           WHERE login_id = $1 RETURNING before.challenge""",
        login,
    )
    return found


def _passkey(row: Row) -> Passkey:
    return Passkey(
        credential=row["credential_id"],
        account=AccountId(row["account_id"]),
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        name=row["name"],
        made_at=row["made_at"],
        used_at=row["used_at"],
    )
