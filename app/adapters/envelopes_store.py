"""Wrapped data keys: what `app.adapters.envelopes` keeps in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from app.adapters.db import Tx
from app.kernel.ids import AccountId

WRAPPING = 0x5350_4F4D_4B45_59
"""Shared by whoever wraps a new data key, exclusive for whoever takes a key away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """`wrapped` opens with the key `key_id`, for this row alone."""

    id: UUID
    account: AccountId
    purpose: str
    key_id: str
    wrapped: bytes


async def of_student(tx: Tx, account: AccountId, purpose: str) -> DataKey | None:
    row = await tx.fetchrow(
        """SELECT data_key_id, key_id, wrapped FROM data_key
           WHERE account_id = $1 AND purpose = $2""",
        account,
        purpose,
    )
    if row is None:
        return None
    return DataKey(
        id=row["data_key_id"],
        account=account,
        purpose=purpose,
        key_id=row["key_id"],
        wrapped=row["wrapped"],
    )


async def hold_ring(tx: Tx) -> None:
    """Until the transaction ends, no key is taken out of the ring."""
    await tx.execute("SELECT pg_advisory_xact_lock_shared($1)", WRAPPING)


async def lock_ring(tx: Tx) -> None:
    """Waits for every data key that is being made, and lets nobody make one."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", WRAPPING)


async def insert(tx: Tx, it: DataKey) -> None:
    """One that came first stays."""
    await tx.execute(
        """INSERT INTO data_key (data_key_id, account_id, purpose, key_id, wrapped)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, purpose) DO NOTHING""",
        it.id,
        it.account,
        it.purpose,
        it.key_id,
        it.wrapped,
    )


async def delete(tx: Tx, account: AccountId, purpose: str) -> None:
    await tx.execute(
        "DELETE FROM data_key WHERE account_id = $1 AND purpose = $2", account, purpose
    )


async def lock_others(tx: Tx, key_id: str, after: UUID, limit: int) -> list[DataKey]:
    """Those beyond `after` that another key than `key_id` wraps, by their ids."""
    rows = await tx.fetch(
        """SELECT data_key_id AS id, account_id AS account, purpose, key_id, wrapped
           FROM data_key WHERE key_id <> $1 AND data_key_id > $2
           ORDER BY data_key_id LIMIT $3 FOR NO KEY UPDATE""",
        key_id,
        after,
        limit,
    )
    return [DataKey(**row) for row in rows]


async def rewrap(tx: Tx, keys: Sequence[DataKey]) -> None:
    await tx.execute(
        """UPDATE data_key d SET key_id = it.key_id, wrapped = it.wrapped
           FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS it (id, key_id, wrapped)
           WHERE d.data_key_id = it.id""",
        [it.id for it in keys],
        [it.key_id for it in keys],
        [it.wrapped for it in keys],
    )


async def counts(tx: Tx) -> dict[str, int]:
    """How many data keys each key wraps."""
    rows = await tx.fetch("SELECT key_id, count(*) AS n FROM data_key GROUP BY key_id")
    return {row["key_id"]: row["n"] for row in rows}


def fresh_id() -> UUID:
    return uuid4()
