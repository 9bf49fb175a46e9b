"""SQL of exports, erasures and retention: over the tables of every slice."""

from datetime import date, datetime
from uuid import UUID, uuid4

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId
from app.operations.privacy.holdings import Holding

RETENTION = 0x5350_4F4D_5245_5445
"""One retention at a time."""


async def export_rows(tx: Tx, holding: Holding, account: AccountId) -> list[str]:
    """Each row as JSON text, without columns of bytes and what is hidden."""
    rows = await tx.fetch(
        f"""SELECT (to_jsonb(t) - $2::text[] - coalesce(
                (SELECT array_agg(column_name::text) FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = '{holding.table}'
                   AND data_type = 'bytea'), '{{}}'))::text AS row
            FROM {holding.table} t WHERE {holding.of}""",
        account,
        list(holding.hidden),
    )
    return [row["row"] for row in rows]


async def pictures_of(tx: Tx, account: AccountId) -> list[Row]:
    """name, jpeg: those that are not sealed."""
    return await tx.fetch(
        """SELECT 'profile-photo' AS name, jpeg FROM profile_photo WHERE account_id = $1
           UNION ALL SELECT 'photo-request-' || request_id, jpeg FROM photo_request
           WHERE account_id = $1
           UNION ALL SELECT 'registration-' || registration_id, photo FROM registration
           WHERE account_id = $1""",
        account,
    )


async def sealed_pictures_of(tx: Tx, account: AccountId) -> list[Row]:
    """look_id, sealed: those that wait for a person."""
    return await tx.fetch(
        """SELECT look_id, sealed FROM look_picture JOIN look USING (look_id)
           JOIN sitting USING (sitting_id) WHERE account_id = $1""",
        account,
    )


async def captures_of(tx: Tx, account: AccountId) -> list[Row]:
    """enrolment_id, ask, picture (sealed): those that wait for a person."""
    return await tx.fetch(
        """SELECT enrolment_id, ask, picture FROM capture
           JOIN enrolment USING (enrolment_id) WHERE account_id = $1""",
        account,
    )


async def references_of(tx: Tx, account: AccountId) -> list[Row]:
    """photo_id, pack, sealed."""
    return await tx.fetch(
        """SELECT photo_id, pack, sealed FROM reference
           WHERE account_id = $1 AND sealed IS NOT NULL""",
        account,
    )


async def sittings_of(tx: Tx, account: AccountId) -> list[UUID]:
    rows = await tx.fetch(
        "SELECT sitting_id FROM sitting WHERE account_id = $1", account
    )
    return [row["sitting_id"] for row in rows]


async def lock_account(tx: Tx, account: AccountId) -> Row | None:
    """srn, role, erased_at."""
    return await tx.fetchrow(
        "SELECT srn, role, erased_at FROM account WHERE account_id = $1 FOR UPDATE",
        account,
    )


async def has_open_sitting(tx: Tx, account: AccountId) -> bool:
    found: bool = await tx.fetchval(
        """SELECT EXISTS (SELECT FROM sitting
           WHERE account_id = $1 AND state <> 'ended')""",
        account,
    )
    return found


async def has_coming_test(tx: Tx, account: AccountId, now: datetime) -> bool:
    """A seat that is held, offered or booked, or money on its way back."""
    found: bool = await tx.fetchval(
        """SELECT EXISTS (
               SELECT FROM seat e JOIN slot s USING (slot_id)
               WHERE e.account_id = $1 AND (e.state IN ('offered', 'held')
                   OR e.state = 'booked' AND s.ends_at > $2))
           OR EXISTS (
               SELECT FROM refund r JOIN payment p USING (payment_id)
               JOIN test_order o USING (order_id)
               WHERE o.account_id = $1 AND r.state <> 'done')""",
        account,
        now,
    )
    return found


async def delete_rows(tx: Tx, holding: Holding, account: AccountId) -> int:
    tag = await tx.execute(f"DELETE FROM {holding.table} WHERE {holding.of}", account)
    return int(tag.split()[-1])


async def count_rows(tx: Tx, holding: Holding, account: AccountId) -> int:
    found: int = await tx.fetchval(
        f"SELECT count(*) FROM {holding.table} WHERE {holding.of}", account
    )
    return found


async def unname(tx: Tx, account: AccountId, pseudonym: str, now: datetime) -> None:
    await tx.execute(
        """UPDATE account SET srn = $2, name = 'Erased', state = 'closed',
               email = NULL, email_confirmed_at = NULL, mobile = NULL,
               mobile_confirmed_at = NULL, password_hash = NULL,
               password_set_at = NULL, statement_mail = false,
               person_wished_at = NULL, erased_at = $3
           WHERE account_id = $1""",
        account,
        pseudonym,
        now,
    )


async def confirmed_seconds(tx: Tx, account: AccountId) -> int:
    found: int = await tx.fetchval(
        """SELECT coalesce(sum(extract(epoch FROM ended_at - started_at)), 0)::bigint
           FROM stretch WHERE account_id = $1 AND state = 'confirmed'""",
        account,
    )
    return found


async def save_erasure(
    tx: Tx, account: AccountId, now: datetime, receipt: bytes
) -> None:
    await tx.execute(
        """INSERT INTO erasure (erasure_id, account_id, erased_at, receipt)
           VALUES ($1, $2, $3, $4)""",
        uuid4(),
        account,
        now,
        receipt,
    )


async def erasure_of(tx: Tx, account: AccountId) -> bytes | None:
    found: bytes | None = await tx.fetchval(
        "SELECT receipt FROM erasure WHERE account_id = $1 ORDER BY erased_at LIMIT 1",
        account,
    )
    return found


async def set_programme_end(
    tx: Tx, accounts: list[AccountId] | None, ends_on: date
) -> int:
    """None: of every student who has no such day yet."""
    tag = await tx.execute(
        """UPDATE account SET programme_ends_on = $2
           WHERE role = 'student' AND erased_at IS NULL
             AND CASE WHEN $1::uuid[] IS NULL THEN programme_ends_on IS NULL
                 ELSE account_id = ANY ($1) END""",
        accounts,
        ends_on,
    )
    return int(tag.split()[-1])
