"""Registrations and photo requests that wait for a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    registration: UUID
    name: str
    srn: str | None
    email: str
    mobile: str
    photo: bytes
    asked_at: datetime
    state: str


async def insert_registration(tx: Tx, it: Registration) -> bool:
    """False when this address waits already."""
    done: str = await tx.execute(
        """INSERT INTO registration (registration_id, name, srn, email, mobile, photo,
               asked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING""",
        it.registration,
        it.name,
        it.srn,
        it.email,
        it.mobile,
        it.photo,
        it.asked_at,
    )
    return done != "INSERT 0 0"


async def lock_registration(tx: Tx, registration: UUID) -> Registration | None:
    row = await tx.fetchrow(
        "SELECT * FROM registration WHERE registration_id = $1 FOR UPDATE",
        registration,
    )
    return _registration(row) if row else None


async def waiting_registrations(tx: Tx, limit: int) -> list[Registration]:
    """Oldest first."""
    rows = await tx.fetch(
        """SELECT * FROM registration WHERE state = 'waiting'
           ORDER BY asked_at LIMIT $1""",
        limit,
    )
    return [_registration(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """By whom, when, and for a refusal why."""

    state: str
    by: AccountId
    at: datetime
    reason: str | None = None


async def decide_registration(
    tx: Tx, registration: UUID, decision: Decision, account: AccountId | None
) -> None:
    await tx.execute(
        """UPDATE registration SET state = $2, decided_by = $3, decided_at = $4,
               reason = $5, account_id = $6
           WHERE registration_id = $1 AND state = 'waiting'""",
        registration,
        decision.state,
        decision.by,
        decision.at,
        decision.reason,
        account,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRequest:
    request: UUID
    account: AccountId
    jpeg: bytes
    asked_at: datetime
    state: str
    srn: str = ""
    name: str = ""


async def replace_photo_request(
    tx: Tx, request: UUID, account: AccountId, jpeg: bytes, now: datetime
) -> None:
    """A newer one takes the place of one that waits."""
    await tx.execute(
        """INSERT INTO photo_request (request_id, account_id, jpeg, asked_at)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (account_id) WHERE state = 'waiting'
           DO UPDATE SET jpeg = excluded.jpeg, asked_at = excluded.asked_at,
               request_id = excluded.request_id""",
        request,
        account,
        jpeg,
        now,
    )


async def lock_photo_request(tx: Tx, request: UUID) -> PhotoRequest | None:
    row = await tx.fetchrow(
        """SELECT request_id, account_id, jpeg, asked_at, r.state, srn, name
           FROM photo_request r JOIN account USING (account_id)
           WHERE request_id = $1 FOR UPDATE OF r""",
        request,
    )
    return _photo_request(row) if row else None


async def waiting_photo_requests(tx: Tx, limit: int) -> list[PhotoRequest]:
    """Oldest first."""
    rows = await tx.fetch(
        """SELECT request_id, account_id, jpeg, asked_at, r.state, srn, name
           FROM photo_request r JOIN account USING (account_id)
           WHERE r.state = 'waiting' ORDER BY asked_at LIMIT $1""",
        limit,
    )
    return [_photo_request(row) for row in rows]


async def decide_photo_request(tx: Tx, request: UUID, decision: Decision) -> None:
    await tx.execute(
        """UPDATE photo_request SET state = $2, decided_by = $3, decided_at = $4,
               reason = $5
           WHERE request_id = $1 AND state = 'waiting'""",
        request,
        decision.state,
        decision.by,
        decision.at,
        decision.reason,
    )


async def count_waiting(tx: Tx) -> tuple[int, int]:
    """Registrations, photo requests."""
    row = await tx.fetchrow(
        """SELECT (SELECT count(*) FROM registration WHERE state = 'waiting') AS people,
               (SELECT count(*) FROM photo_request WHERE state = 'waiting') AS photos"""
    )
    assert row is not None
    return row["people"], row["photos"]


def _registration(row: Row) -> Registration:
    return Registration(
        registration=row["registration_id"],
        name=row["name"],
        srn=row["srn"],
        email=row["email"],
        mobile=row["mobile"],
        photo=row["photo"],
        asked_at=row["asked_at"],
        state=row["state"],
    )


def _photo_request(row: Row) -> PhotoRequest:
    return PhotoRequest(
        request=row["request_id"],
        account=AccountId(row["account_id"]),
        jpeg=row["jpeg"],
        asked_at=row["asked_at"],
        state=row["state"],
        srn=row["srn"],
        name=row["name"],
    )
