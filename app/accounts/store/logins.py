"""Logins and the devices they are on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.domain.people import Identity, Role
from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    identity: Identity
    remembered: bool
    begun_at: datetime
    last_seen_at: datetime


async def insert(
    tx: Tx, token_hash: bytes, login: UUID, account: AccountId, row: "NewLogin"
) -> None:
    await tx.execute(
        """INSERT INTO login (token_hash, login_id, account_id, device_id, remembered,
               ways, proved_at, network, place, created_at, last_seen_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7, $7)""",
        token_hash,
        login,
        account,
        row.device,
        row.remembered,
        list(row.ways),
        row.now,
        row.network,
        row.place,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogin:
    device: UUID
    remembered: bool
    ways: Sequence[str]
    network: str
    place: str
    now: datetime


async def read(tx: Tx, token_hashes: Sequence[bytes]) -> dict[bytes, Login]:
    rows = await tx.fetch(
        """SELECT token_hash, account_id, srn, name, role, login_id, proved_at,
               language, time_zone, remembered, l.created_at, last_seen_at
           FROM login l JOIN account a USING (account_id)
           WHERE token_hash = ANY($1) AND a.state = 'active'""",
        list(token_hashes),
    )
    return {row["token_hash"]: _login(row) for row in rows}


async def touch(tx: Tx, token_hashes: Sequence[bytes], now: datetime) -> None:
    """Those that nobody has locked just now; the others with their next request."""
    await tx.execute(
        """UPDATE login SET last_seen_at = $2 WHERE token_hash IN (
               SELECT token_hash FROM login WHERE token_hash = ANY($1)
               FOR UPDATE SKIP LOCKED)""",
        list(token_hashes),
        now,
    )


async def prove(tx: Tx, login: UUID, now: datetime) -> None:
    await tx.execute("UPDATE login SET proved_at = $2 WHERE login_id = $1", login, now)


async def delete(tx: Tx, token_hash: bytes) -> None:
    await tx.execute("DELETE FROM login WHERE token_hash = $1", token_hash)


async def delete_one(tx: Tx, account: AccountId, login: UUID) -> bool:
    done: str = await tx.execute(
        "DELETE FROM login WHERE account_id = $1 AND login_id = $2", account, login
    )
    return done != "DELETE 0"


async def delete_of_device(tx: Tx, device: UUID) -> None:
    """A browser has one cookie: what it held before is nobody's any more."""
    await tx.execute("DELETE FROM login WHERE device_id = $1", device)


async def delete_all(tx: Tx, account: AccountId, but: UUID | None = None) -> int:
    done: str = await tx.execute(
        """DELETE FROM login WHERE account_id = $1
           AND ($2::uuid IS NULL OR login_id <> $2)""",
        account,
        but,
    )
    return int(done.split()[1])


async def delete_dead(
    tx: Tx, *, begun: datetime, seen: datetime, remembered: datetime
) -> None:
    """Begun or last seen before these; `remembered` is for remembered ones."""
    await tx.execute(
        """DELETE FROM login WHERE
           CASE WHEN remembered THEN created_at < $3
                ELSE created_at < $1 OR last_seen_at < $2 END""",
        begun,
        seen,
        remembered,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLogin:
    """As its owner sees it in the list of devices."""

    login: UUID
    device: str
    place: str
    network: str
    remembered: bool
    begun_at: datetime
    last_seen_at: datetime


async def of_account(tx: Tx, account: AccountId) -> list[OpenLogin]:
    """Newest first; the dead ones too, until housekeeping takes them."""
    rows = await tx.fetch(
        """SELECT login_id, d.name, place, network, remembered, l.created_at,
               l.last_seen_at
           FROM login l JOIN device d USING (device_id)
           WHERE l.account_id = $1 ORDER BY l.last_seen_at DESC LIMIT 100""",
        account,
    )
    return [
        OpenLogin(
            login=row["login_id"],
            device=row["name"],
            place=row["place"],
            network=row["network"],
            remembered=row["remembered"],
            begun_at=row["created_at"],
            last_seen_at=row["last_seen_at"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser this account was logged in from; `proved_at`: by a second factor."""

    device: UUID
    proved_at: datetime | None


async def device_of(tx: Tx, account: AccountId, token_hash: bytes) -> Device | None:
    row = await tx.fetchrow(
        """SELECT device_id, proved_at FROM device
           WHERE account_id = $1 AND token_hash = $2""",
        account,
        token_hash,
    )
    return Device(device=row["device_id"], proved_at=row["proved_at"]) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """`proved`: a second factor was given there now."""

    device: UUID
    token_hash: bytes
    name: str
    proved: bool


async def upsert_device(
    tx: Tx, account: AccountId, seen: SeenDevice, now: datetime
) -> UUID:
    """The id of this account's device with this cookie: a new one, or as it was."""
    found: UUID = await tx.fetchval(
        """INSERT INTO device (device_id, account_id, token_hash, name, first_seen_at,
               last_seen_at, proved_at)
           VALUES ($1, $2, $3, $4, $5, $5, CASE WHEN $6 THEN $5::timestamptz END)
           ON CONFLICT (account_id, token_hash) DO UPDATE SET name = excluded.name,
               last_seen_at = excluded.last_seen_at,
               proved_at = coalesce(excluded.proved_at, device.proved_at)
           RETURNING device_id""",
        seen.device,
        account,
        seen.token_hash,
        seen.name,
        now,
        seen.proved,
    )
    return found


async def forget_devices(tx: Tx, account: AccountId) -> None:
    """All of them are new again; their logins end with them."""
    await tx.execute("DELETE FROM device WHERE account_id = $1", account)


async def delete_devices_unseen(tx: Tx, before: datetime) -> None:
    await tx.execute("DELETE FROM device WHERE last_seen_at < $1", before)


def _login(row: Row) -> Login:
    return Login(
        identity=Identity(
            account=AccountId(row["account_id"]),
            srn=row["srn"],
            name=row["name"],
            role=Role(row["role"]),
            login=row["login_id"],
            proved_at=row["proved_at"],
            language=row["language"],
            time_zone=row["time_zone"],
        ),
        remembered=row["remembered"],
        begun_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
    )
