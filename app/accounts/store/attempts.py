"""Attempts to come in, lockouts and reset links."""

from datetime import datetime
from typing import TypeAlias

from app.accounts.domain.attempts import Attempt, Purpose, Way
from app.accounts.domain.lockouts import Failures
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId

Values: TypeAlias = tuple[object, ...]


async def insert(tx: Tx, token_hash: bytes, attempt: Attempt) -> None:
    await tx.execute(
        """INSERT INTO attempt (token_hash, ways, tries, code_hash, code_sent_at,
               codes_sent, contact, challenge, purpose, account_id, named, remember,
               begun_at, go_on)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        token_hash,
        *_changing(attempt),
        attempt.purpose,
        attempt.account,
        attempt.named,
        attempt.remember,
        attempt.begun_at,
        attempt.go_on,
    )


async def lock(tx: Tx, token_hash: bytes) -> Attempt | None:
    """One request at a time moves an attempt on."""
    row = await tx.fetchrow(
        "SELECT * FROM attempt WHERE token_hash = $1 FOR UPDATE", token_hash
    )
    return _attempt(row) if row else None


async def save(tx: Tx, token_hash: bytes, attempt: Attempt) -> None:
    await tx.execute(
        """UPDATE attempt SET ways = $2, tries = $3, code_hash = $4, code_sent_at = $5,
               codes_sent = $6, contact = $7, challenge = $8
           WHERE token_hash = $1""",
        token_hash,
        *_changing(attempt),
    )


async def delete(tx: Tx, token_hash: bytes) -> None:
    await tx.execute("DELETE FROM attempt WHERE token_hash = $1", token_hash)


async def delete_begun_before(tx: Tx, before: datetime) -> None:
    await tx.execute("DELETE FROM attempt WHERE begun_at < $1", before)


async def lock_scope(tx: Tx, scope: bytes) -> Failures | None:
    """Held until the transaction ends, also where there is no row yet."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", scope
    )
    return await read_scope(tx, scope)


async def read_scope(tx: Tx, scope: bytes) -> Failures | None:
    row = await tx.fetchrow(
        "SELECT failures, locks, last_at, locked_until FROM lockout WHERE scope = $1",
        scope,
    )
    if row is None:
        return None
    return Failures(
        count=row["failures"],
        locks=row["locks"],
        last_at=row["last_at"],
        until=row["locked_until"],
    )


async def save_scope(
    tx: Tx, scope: bytes, account: AccountId | None, failures: Failures
) -> None:
    await tx.execute(
        """INSERT INTO lockout (scope, account_id, failures, locks, last_at,
               locked_until)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (scope) DO UPDATE SET failures = excluded.failures,
               locks = excluded.locks, last_at = excluded.last_at,
               locked_until = excluded.locked_until""",
        scope,
        account,
        failures.count,
        failures.locks,
        failures.last_at,
        failures.until,
    )


async def delete_scope(tx: Tx, scope: bytes) -> None:
    await tx.execute("DELETE FROM lockout WHERE scope = $1", scope)


async def delete_scopes_of(tx: Tx, account: AccountId) -> int:
    """How many were counted against this account."""
    done: str = await tx.execute("DELETE FROM lockout WHERE account_id = $1", account)
    return int(done.split()[1])


async def delete_scopes_quiet_since(tx: Tx, before: datetime, now: datetime) -> None:
    await tx.execute(
        """DELETE FROM lockout WHERE last_at < $1
           AND (locked_until IS NULL OR locked_until < $2)""",
        before,
        now,
    )


async def insert_link(
    tx: Tx, token_hash: bytes, account: AccountId | None, now: datetime
) -> None:
    await tx.execute(
        "INSERT INTO reset_link (token_hash, account_id, sent_at) VALUES ($1, $2, $3)",
        token_hash,
        account,
        now,
    )


async def account_of_link(
    tx: Tx, token_hash: bytes, not_before: datetime
) -> AccountId | None:
    """Whose link it is; None when it was used, is too old or never was."""
    found: AccountId | None = await tx.fetchval(
        """SELECT account_id FROM reset_link
           WHERE token_hash = $1 AND used_at IS NULL AND sent_at > $2""",
        token_hash,
        not_before,
    )
    return found


async def use_link(
    tx: Tx, token_hash: bytes, not_before: datetime, now: datetime
) -> AccountId | None:
    """The same, and uses it up: once, in a race too."""
    found: AccountId | None = await tx.fetchval(
        """UPDATE reset_link SET used_at = $3
           WHERE token_hash = $1 AND used_at IS NULL AND sent_at > $2
           RETURNING account_id""",
        token_hash,
        not_before,
        now,
    )
    return found


async def delete_links_of(tx: Tx, account: AccountId) -> None:
    await tx.execute("DELETE FROM reset_link WHERE account_id = $1", account)


async def delete_links_before(tx: Tx, before: datetime) -> None:
    await tx.execute("DELETE FROM reset_link WHERE sent_at < $1", before)


def _changing(attempt: Attempt) -> Values:
    return (
        list(attempt.ways),
        attempt.tries,
        attempt.code_hash,
        attempt.code_sent_at,
        attempt.codes_sent,
        attempt.contact,
        attempt.challenge,
    )


def _attempt(row: Row) -> Attempt:
    return Attempt(
        purpose=Purpose(row["purpose"]),
        account=AccountId(row["account_id"]) if row["account_id"] else None,
        named=row["named"],
        ways=tuple(Way(word) for word in row["ways"]),
        remember=row["remember"],
        begun_at=row["begun_at"],
        tries=row["tries"],
        code_hash=row["code_hash"],
        code_sent_at=row["code_sent_at"],
        codes_sent=row["codes_sent"],
        contact=row["contact"],
        challenge=row["challenge"],
        go_on=row["go_on"],
    )
