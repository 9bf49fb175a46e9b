"""Device checks: one row each, with what was told, found and concluded."""

from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, CheckId, SittingId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCheck:
    check: CheckId
    account: AccountId
    sitting: SittingId
    device: bytes
    browser: str
    started_at: datetime


async def insert(tx: Tx, it: NewCheck) -> None:
    await tx.execute(
        """INSERT INTO device_check (check_id, account_id, sitting_id, device_key,
               browser, started_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        it.check,
        it.account,
        it.sitting,
        it.device,
        it.browser,
        it.started_at,
    )


async def lock(tx: Tx, account: AccountId, check: CheckId) -> Row | None:
    """sitting_id, finished_at, lines, outcome of one's own."""
    return await tx.fetchrow(
        """SELECT sitting_id, finished_at, lines::text AS lines, outcome
           FROM device_check WHERE check_id = $1 AND account_id = $2 FOR UPDATE""",
        check,
        account,
    )


async def device_of(tx: Tx, check: CheckId) -> bytes | None:
    found: bytes | None = await tx.fetchval(
        "SELECT device_key FROM device_check WHERE check_id = $1", check
    )
    return found


async def camera_of(tx: Tx, check: CheckId) -> str | None:
    """The camera's name, as the browser told it."""
    found: str | None = await tx.fetchval(
        "SELECT facts ->> 'camera' FROM device_check WHERE check_id = $1", check
    )
    return found


async def last_look(tx: Tx, sitting: SittingId) -> Row | None:
    """verdict, finding of the newest judged look; captures tell of something else."""
    return await tx.fetchrow(
        """SELECT verdict, finding::text AS finding FROM look
           WHERE sitting_id = $1 AND judged_at IS NOT NULL AND why <> 'enrol'
           ORDER BY judged_at DESC LIMIT 1""",
        sitting,
    )


async def guide_of(tx: Tx, sitting: SittingId, now: datetime) -> Row | None:
    """ask, looking of the capture that is wanted, taken (asks), verdict of the newest
    capture; None when none is wanted."""
    return await tx.fetchrow(
        """SELECT ask, coalesce(lease_until > $2, false) AS looking,
               ARRAY(SELECT ask FROM look WHERE sitting_id = $1 AND why = 'enrol'
                     AND verdict = 'match' ORDER BY judged_at) AS taken,
               (SELECT verdict FROM look WHERE sitting_id = $1 AND why = 'enrol'
                AND judged_at IS NOT NULL ORDER BY judged_at DESC LIMIT 1) AS verdict
           FROM look WHERE sitting_id = $1 AND why = 'enrol' AND judged_at IS NULL
             AND cancelled_at IS NULL AND held_at IS NULL""",
        sitting,
        now,
    )


async def finish(
    tx: Tx, check: CheckId, facts: str, lines: str, outcome: str, now: datetime
) -> None:
    await tx.execute(
        """UPDATE device_check SET facts = $2::jsonb, lines = $3::jsonb, outcome = $4,
               finished_at = $5
           WHERE check_id = $1 AND finished_at IS NULL""",
        check,
        facts,
        lines,
        outcome,
        now,
    )


async def newest(tx: Tx, account: AccountId, device: bytes) -> Row | None:
    """check_id, finished_at, outcome of this device's newest finished check."""
    return await tx.fetchrow(
        """SELECT check_id, finished_at, outcome FROM device_check
           WHERE account_id = $1 AND device_key = $2 AND finished_at IS NOT NULL
           ORDER BY finished_at DESC LIMIT 1""",
        account,
        device,
    )


async def newest_lines(tx: Tx, account: AccountId) -> Row | None:
    """lines, browser, finished_at of the newest finished check on any device."""
    return await tx.fetchrow(
        """SELECT lines::text AS lines, browser, finished_at FROM device_check
           WHERE account_id = $1 AND finished_at IS NOT NULL
           ORDER BY finished_at DESC LIMIT 1""",
        account,
    )
