"""The roster's students, many in one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from app.accounts.domain.roster import RosterLine
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


async def lock(tx: Tx) -> None:
    """One import at a time."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('roster'))")


async def read(tx: Tx, srns: Sequence[str]) -> dict[str, Row]:
    """account_id, name, role, email, mobile and whether each contact is confirmed."""
    rows = await tx.fetch(
        """SELECT srn, account_id, name, role, email, mobile,
               email_confirmed_at IS NOT NULL AS email_confirmed,
               mobile_confirmed_at IS NOT NULL AS mobile_confirmed
           FROM account WHERE srn = ANY($1)""",
        list(srns),
    )
    return {row["srn"]: row for row in rows}


async def insert(tx: Tx, lines: Sequence[RosterLine], now: datetime) -> None:
    """Invited: they have no password yet."""
    await tx.execute(
        """INSERT INTO account (account_id, srn, name, role, state, email, mobile,
               created_at)
           SELECT account_id, srn, name, 'student', 'invited', email, mobile, $6
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
               AS given (account_id, srn, name, email, mobile)""",
        [uuid4() for _ in lines],
        [line.srn for line in lines],
        [line.name for line in lines],
        [line.email for line in lines],
        [line.mobile for line in lines],
        now,
    )


async def update(tx: Tx, lines: Sequence[RosterLine]) -> None:
    """What a person has confirmed themselves stays as it is."""
    await tx.execute(
        """UPDATE account a SET name = given.name,
               email = CASE WHEN email_confirmed_at IS NULL
                       THEN coalesce(given.email, a.email) ELSE a.email END,
               mobile = CASE WHEN mobile_confirmed_at IS NULL
                        THEN coalesce(given.mobile, a.mobile) ELSE a.mobile END
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
               AS given (srn, name, email, mobile)
           WHERE a.srn = given.srn AND a.role = 'student'""",
        [line.srn for line in lines],
        [line.name for line in lines],
        [line.email for line in lines],
        [line.mobile for line in lines],
    )


async def accounts(tx: Tx, srns: Sequence[str]) -> dict[str, AccountId]:
    rows = await tx.fetch(
        "SELECT srn, account_id FROM account WHERE srn = ANY($1)", list(srns)
    )
    return {row["srn"]: AccountId(row["account_id"]) for row in rows}
