"""Consents: given, withdrawn, and the templates that hang on them."""

from datetime import datetime
from uuid import uuid4

from app.accounts.domain.consents import CheckedBy, Consent, Purpose
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


async def of_account(tx: Tx, account: AccountId) -> list[Consent]:
    """All there ever were, the oldest first."""
    rows = await tx.fetch(
        """SELECT purpose, version, given_at, given_on, withdrawn_at FROM consent
           WHERE account_id = $1 ORDER BY given_at, purpose""",
        account,
    )
    return [Consent(**{**row, "purpose": Purpose(row["purpose"])}) for row in rows]


async def lock(tx: Tx, account: AccountId) -> Row | None:
    """name, srn, checked_by, person_wished_at; nobody else changes consents now.

    No key update: whoever holds a consent may still refer to the account.
    """
    return await tx.fetchrow(
        """SELECT name, srn, checked_by, person_wished_at FROM account
           WHERE account_id = $1 FOR NO KEY UPDATE""",
        account,
    )


async def checking_of(tx: Tx, account: AccountId) -> Row | None:
    """checked_by, person_wished_at, name, srn."""
    return await tx.fetchrow(
        """SELECT name, srn, checked_by, person_wished_at FROM account
           WHERE account_id = $1""",
        account,
    )


async def give(tx: Tx, account: AccountId, it: Consent) -> None:
    await tx.execute(
        """INSERT INTO consent (consent_id, account_id, purpose, version, given_at,
               given_on)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        uuid4(),
        account,
        it.purpose,
        it.version,
        it.given_at,
        it.given_on,
    )


async def withdraw(tx: Tx, account: AccountId, purpose: Purpose, now: datetime) -> bool:
    """With the templates that hang on it. False when none stood.

    Locked first: a template that is being claimed just now is seen by the DELETE.
    """
    await tx.execute(
        """SELECT FROM consent WHERE account_id = $1 AND purpose = $2 AND stands
           FOR UPDATE""",
        account,
        purpose,
    )
    await tx.execute(
        """DELETE FROM reference USING consent c
           WHERE c.consent_id = reference.consent_id AND c.account_id = $1
             AND c.purpose = $2 AND c.stands""",
        account,
        purpose,
    )
    tag = await tx.execute(
        """UPDATE consent SET stands = false, withdrawn_at = greatest($3, given_at)
           WHERE account_id = $1 AND purpose = $2 AND stands""",
        account,
        purpose,
        now,
    )
    return bool(tag != "UPDATE 0")


async def hold(tx: Tx, account: AccountId, purpose: Purpose, since: int) -> bool:
    """Whether one to a text of this version or later stands, which is locked against
    being withdrawn."""
    found = await tx.fetchrow(
        """SELECT FROM consent WHERE account_id = $1 AND purpose = $2 AND stands
             AND version >= $3
           FOR KEY SHARE""",
        account,
        purpose,
        since,
    )
    return found is not None


async def wish_person(tx: Tx, account: AccountId, now: datetime) -> bool:
    """False when it was wished before, or is so already."""
    tag = await tx.execute(
        """UPDATE account SET person_wished_at = $2
           WHERE account_id = $1 AND person_wished_at IS NULL
             AND checked_by = 'machine'""",
        account,
        now,
    )
    return bool(tag != "UPDATE 0")


async def set_checked_by(tx: Tx, account: AccountId, by: CheckedBy) -> None:
    await tx.execute(
        """UPDATE account SET checked_by = $2, person_wished_at = NULL
           WHERE account_id = $1""",
        account,
        by,
    )
