"""Profile photos and the face references made from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.adapters.db import Row, Tx
from app.kernel.findings import Template
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


async def decide_reference(
    tx: Tx, photo: PhotoId, pack: str, vector: bytes | None, reason: str | None
) -> None:
    """Once: a reference that is decided stays as it is."""
    await tx.execute(
        """UPDATE reference SET state = $3, vector = $4, reason = $5
           WHERE photo_id = $1 AND pack = $2 AND state = 'wanted'""",
        photo,
        pack,
        "made" if vector is not None else "refused",
        vector,
        reason,
    )


async def reference_of(tx: Tx, account: AccountId, pack: str) -> Template | None:
    vector = await tx.fetchval(
        """SELECT vector FROM reference JOIN profile_photo p USING (photo_id)
           WHERE p.account_id = $1 AND pack = $2 AND state = 'made'""",
        account,
        pack,
    )
    return Template(pack=pack, vector=vector) if vector else None


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
