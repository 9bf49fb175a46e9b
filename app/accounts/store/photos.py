"""Profile photos and the face references made from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, PhotoId


async def same_photo(tx: Tx, account: AccountId, jpeg: bytes) -> bool:
    found: bool = await tx.fetchval(
        """SELECT EXISTS (SELECT FROM profile_photo
           WHERE account_id = $1 AND jpeg = $2)""",
        account,
        jpeg,
    )
    return found


async def replace_photo(
    tx: Tx, account: AccountId, photo: PhotoId, jpeg: bytes, now: datetime
) -> None:
    """The old photo and the references made from it go."""
    await tx.execute("DELETE FROM profile_photo WHERE account_id = $1", account)
    await tx.execute(
        """INSERT INTO profile_photo (photo_id, account_id, jpeg, uploaded_at)
           VALUES ($1, $2, $3, $4)""",
        photo,
        account,
        jpeg,
        now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A photo of which no reference has been made with this pack."""

    photo: PhotoId
    jpeg: bytes


async def claim_wanted(
    tx: Tx, pack: str, now: datetime, lease: timedelta
) -> Wanted | None:
    """Leases one photo to the caller, skipping what others claim.

    Only of those who agreed to a template: the schema takes no other. A consent that
    is being withdrawn is locked, and skipped too.
    """
    row = await tx.fetchrow(
        """INSERT INTO reference (photo_id, pack, state, lease_until, account_id,
               consent_id)
           SELECT p.photo_id, $1, 'wanted', $2::timestamptz + $3::interval,
               p.account_id, c.consent_id
           FROM profile_photo p
           JOIN consent c ON c.account_id = p.account_id AND c.stands
            AND c.purpose = 'biometrics'
           JOIN account a ON a.account_id = p.account_id
            AND coalesce(a.programme_ends_on, 'infinity') > ($2::timestamptz)::date
           LEFT JOIN reference r ON r.photo_id = p.photo_id AND r.pack = $1
           WHERE r.photo_id IS NULL OR (r.state = 'wanted' AND r.lease_until <= $2)
           ORDER BY p.uploaded_at LIMIT 1
           FOR UPDATE OF p SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED
           ON CONFLICT (photo_id, pack) DO UPDATE SET lease_until = excluded.lease_until
           RETURNING photo_id,
               (SELECT jpeg FROM profile_photo p WHERE p.photo_id = reference.photo_id)
               AS jpeg""",
        pack,
        now,
        lease,
    )
    return Wanted(photo=PhotoId(row["photo_id"]), jpeg=row["jpeg"]) if row else None


async def lock_wanted(tx: Tx, photo: PhotoId, pack: str) -> AccountId | None:
    """Whose it is; None when it is decided, or gone with the consent it hung on."""
    found: UUID | None = await tx.fetchval(
        """SELECT account_id FROM reference
           WHERE photo_id = $1 AND pack = $2 AND state = 'wanted' FOR UPDATE""",
        photo,
        pack,
    )
    return AccountId(found) if found else None


async def decide_reference(
    tx: Tx, photo: PhotoId, pack: str, sealed: bytes | None, reason: str | None
) -> None:
    """Once: a reference that is decided stays as it is."""
    await tx.execute(
        """UPDATE reference SET state = $3, sealed = $4, reason = $5
           WHERE photo_id = $1 AND pack = $2 AND state = 'wanted'""",
        photo,
        pack,
        "made" if sealed is not None else "refused",
        sealed,
        reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A template as it is kept."""

    photo: PhotoId
    sealed: bytes


async def reference_of(tx: Tx, account: AccountId, pack: str) -> Reference | None:
    row = await tx.fetchrow(
        """SELECT photo_id, sealed FROM reference
           WHERE account_id = $1 AND pack = $2 AND state = 'made'""",
        account,
        pack,
    )
    if row is None:
        return None
    return Reference(photo=PhotoId(row["photo_id"]), sealed=row["sealed"])


async def forget_reference(tx: Tx, photo: PhotoId, pack: str) -> None:
    """So that a worker makes it anew, where there is still consent."""
    await tx.execute(
        "DELETE FROM reference WHERE photo_id = $1 AND pack = $2", photo, pack
    )


async def forget_other_packs(tx: Tx, pack: str, limit: int) -> int:
    """Where this pack's reference of the same photo is made or refused."""
    tag = await tx.execute(
        """DELETE FROM reference WHERE (photo_id, pack) IN (
               SELECT old.photo_id, old.pack FROM reference old
               JOIN reference new ON new.photo_id = old.photo_id AND new.pack = $1
                AND new.state <> 'wanted'
               WHERE old.pack <> $1 LIMIT $2)""",
        pack,
        limit,
    )
    return int(tag.split()[-1])


async def reference_states(tx: Tx, account: AccountId) -> list[Row]:
    """state and reason of each reference; one row of NULLs for a bare photo."""
    return await tx.fetch(
        """SELECT state, reason FROM profile_photo p
           LEFT JOIN reference USING (photo_id) WHERE p.account_id = $1""",
        account,
    )


async def read_photo(tx: Tx, account: AccountId) -> bytes | None:
    found: bytes | None = await tx.fetchval(
        "SELECT jpeg FROM profile_photo WHERE account_id = $1", account
    )
    return found
