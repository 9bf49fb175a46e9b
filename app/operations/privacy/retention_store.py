"""What the retention job deletes; each statement may run twice."""

from datetime import date, datetime

from app.adapters.db import Row, Tx
from app.operations.privacy.store import RETENTION


async def alone(tx: Tx) -> bool:
    """False when somebody else is at it just now."""
    found: bool = await tx.fetchval("SELECT pg_try_advisory_xact_lock($1)", RETENTION)
    return found


async def forget_templates(tx: Tx, ended_before: date) -> int:
    """Of programmes that are over, and with their keys; and keys of a template that
    nobody agrees to any more."""
    tag = await tx.execute(
        """DELETE FROM reference r USING account a
           WHERE a.account_id = r.account_id AND a.programme_ends_on < $1""",
        ended_before,
    )
    await tx.execute(
        """DELETE FROM data_key k USING account a
           WHERE a.account_id = k.account_id AND k.purpose = 'template'
             AND a.programme_ends_on < $1""",
        ended_before,
    )
    return _count(tag)


async def forget_captures(tx: Tx, *, unfinished: datetime, waiting: datetime) -> int:
    """With their enrolments: the next device check asks again."""
    tag = await tx.execute(
        """DELETE FROM enrolment WHERE (state = 'capturing' AND began_at < $1)
           OR (state = 'waiting' AND taken_at < $2)""",
        unfinished,
        waiting,
    )
    return _count(tag)


async def shred_unwanted(tx: Tx) -> int:
    """Keys whose consent was withdrawn, should one have been made at that moment."""
    tag = await tx.execute(
        """DELETE FROM data_key k USING (VALUES ('template', 'biometrics'),
               ('evidence', 'evidence'), ('picture', 'camera')) AS of (sealed, consent)
           WHERE of.sealed = k.purpose
             AND EXISTS (SELECT FROM consent c WHERE c.account_id = k.account_id
                 AND c.purpose = of.consent)
             AND NOT EXISTS (SELECT FROM consent c WHERE c.account_id = k.account_id
                 AND c.purpose = of.consent AND c.stands)"""
    )
    return _count(tag)


async def forget_devices(tx: Tx, unseen_since: datetime) -> int:
    tag = await tx.execute("DELETE FROM device WHERE last_seen_at < $1", unseen_since)
    return _count(tag)


async def forget_failures(tx: Tx, before: datetime) -> int:
    tag = await tx.execute(
        """DELETE FROM lockout WHERE last_at < $1
           AND (locked_until IS NULL OR locked_until < $1)""",
        before,
    )
    return _count(tag)


async def forget_registrations(tx: Tx, decided_before: datetime) -> int:
    tag = await tx.execute(
        "DELETE FROM registration WHERE decided_at < $1", decided_before
    )
    return _count(tag)


async def forget_photo_requests(tx: Tx, decided_before: datetime) -> int:
    tag = await tx.execute(
        "DELETE FROM photo_request WHERE decided_at < $1", decided_before
    )
    return _count(tag)


async def forget_views(tx: Tx, ended_before: datetime) -> int:
    tag = await tx.execute("DELETE FROM live_view WHERE ended_at < $1", ended_before)
    return _count(tag)


async def forget_events(tx: Tx, ended_before: datetime) -> int:
    """Of tests, decided on or not: like the pictures beside them."""
    tag = await tx.execute(
        """DELETE FROM exam_event v USING exam e
           WHERE e.exam_id = v.exam_id AND e.state = 'ended' AND e.ended_at < $1""",
        ended_before,
    )
    return _count(tag)


async def has_report(tx: Tx, day: date) -> bool:
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT FROM retention_report WHERE day = $1)", day
    )
    return found


async def save_report(tx: Tx, now: datetime, signed: bytes) -> int:
    number: int = await tx.fetchval(
        """INSERT INTO retention_report (day, made_at, signed)
           VALUES ($1, $2, $3) RETURNING report_id""",
        now.date(),
        now,
        signed,
    )
    return number


async def reports(tx: Tx, last: int) -> list[Row]:
    """report_id, made_at, signed; the newest first."""
    return await tx.fetch(
        """SELECT report_id, made_at, signed FROM retention_report
           ORDER BY report_id DESC LIMIT $1""",
        last,
    )


def _count(tag: str) -> int:
    return int(tag.rsplit(maxsplit=1)[-1])
