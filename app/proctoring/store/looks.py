"""Looks: planned, leased, judged once."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from app.adapters.db import Row, Tx
from app.kernel.findings import Ask
from app.kernel.ids import AccountId, LookId, SittingId
from app.proctoring.domain.planning import Lease, LookWanted
from app.proctoring.domain.words import Verdict, Why


async def plan(tx: Tx, sitting: SittingId, wanted: LookWanted) -> None:
    """Opens a look, or hurries the open one of its kind.

    A routine look keeps its time: hurrying it at each wish would raise its rate. When
    it is due stays veiled until then (`draws.unveil`): nobody who reads the database
    can foresee it.
    """
    drawn = wanted.drawn
    veiled = drawn is not None and bool(drawn.rule)
    await tx.execute(
        """INSERT INTO look (look_id, sitting_id, why, due_at, ask, draw, drawn_at,
               drawn_by)
           VALUES ($1, $2, $3, coalesce($4::timestamptz, 'infinity'), $5, $6, $7,
               $8::jsonb)
           ON CONFLICT (sitting_id, why)
               WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL
           DO UPDATE SET due_at = least(look.due_at, excluded.due_at)
               WHERE look.why NOT IN ('interval', 'random')
                 AND look.lease_until IS NULL""",
        uuid4(),
        sitting,
        wanted.why,
        None if veiled else wanted.due_at,
        None if veiled else wanted.ask,
        drawn.number if drawn else None,
        drawn.at if drawn else None,
        json.dumps(dict(drawn.rule)) if drawn else None,
    )


async def cancel_random(tx: Tx, sitting: SittingId, now: datetime) -> None:
    """The open random look, unless it is being captured just now."""
    await tx.execute(
        """UPDATE look SET cancelled_at = $2 WHERE sitting_id = $1 AND why = 'random'
           AND judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL
           AND (lease_until IS NULL OR lease_until <= $2)""",
        sitting,
        now,
    )


async def cancel_open(tx: Tx, sitting: SittingId, now: datetime) -> None:
    await tx.execute(
        """UPDATE look SET cancelled_at = $2 WHERE sitting_id = $1
           AND judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL""",
        sitting,
        now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a try of a look may take, plainly or with a turn of the head."""

    plain: timedelta
    asked: timedelta


async def claim_due(
    tx: Tx, now: datetime, patience: Patience, *, attempts: int, limit: int
) -> list[Lease]:
    """Leases due looks whose tries are not used up, skipping what others claim.

    Nothing else is asked of a student who is just turning the head.
    """
    rows = await tx.fetch(
        """WITH due AS (
               SELECT look_id FROM look
               WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL
                 AND due_at <= $1
                 AND (lease_until IS NULL OR lease_until <= $1) AND attempts < $3
                 AND NOT EXISTS (SELECT FROM look o
                     WHERE o.sitting_id = look.sitting_id AND o.ask IS NOT NULL
                       AND o.judged_at IS NULL AND o.cancelled_at IS NULL
                       AND o.held_at IS NULL
                       AND o.look_id <> look.look_id AND o.lease_until > $1)
               ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)
           UPDATE look l SET lease_until = $1::timestamptz
                   + CASE WHEN l.ask IS NULL THEN $2::interval ELSE $5::interval END,
               attempts = attempts + 1, asked_at = $1, epoch = s.epoch
           FROM due, sitting s
           WHERE l.look_id = due.look_id AND s.sitting_id = l.sitting_id
           RETURNING l.look_id, l.sitting_id, l.why, l.epoch, l.attempts, l.asked_at,
               l.ask""",
        now,
        patience.plain,
        attempts,
        limit,
        patience.asked,
    )
    return [_lease(row) for row in rows]


async def used_up(tx: Tx, now: datetime, *, attempts: int, limit: int) -> list[Lease]:
    """Looks that were tried as often as we try and never answered."""
    rows = await tx.fetch(
        """SELECT look_id, sitting_id, why, epoch, attempts, asked_at, ask FROM look
           WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL
             AND attempts >= $2 AND lease_until <= $1
           ORDER BY due_at LIMIT $3""",
        now,
        attempts,
        limit,
    )
    return [_lease(row) for row in rows]


async def give_back(
    tx: Tx, lease: Lease, due_at: datetime, now: datetime, lapse: timedelta
) -> None:
    """This try never started (no video yet): it does not count as one.

    Of a student who is gone the look is cancelled: presence wants it anew.
    """
    await tx.execute(
        """UPDATE look l SET due_at = $3, lease_until = NULL, attempts = attempts - 1,
               asked_at = CASE WHEN attempts > 1 THEN asked_at END,
               cancelled_at = CASE WHEN
                   coalesce(s.seen_at, s.opened_at) < $4::timestamptz - $5::interval
                   THEN $4 END
           FROM sitting s
           WHERE look_id = $1 AND attempts = $2 AND s.sitting_id = l.sitting_id
             AND judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL""",
        lease.look,
        lease.attempt,
        due_at,
        now,
        lapse,
    )


async def leased(tx: Tx, look: LookId, attempt: int) -> Lease | None:
    """The current try of an open look; None for a late, doubled or cancelled one.

    Lock the sitting first: every change of its looks happens under that lock.
    """
    row = await tx.fetchrow(
        """SELECT look_id, sitting_id, why, epoch, attempts, asked_at, ask FROM look
           WHERE look_id = $1 AND attempts = $2 AND judged_at IS NULL
             AND cancelled_at IS NULL AND held_at IS NULL FOR UPDATE""",
        look,
        attempt,
    )
    return _lease(row) if row else None


async def whose(tx: Tx, look: LookId, attempt: int) -> AccountId | None:
    """The student of a try that `leased` would find; waits for nobody's lock."""
    found = await tx.fetchval(
        """SELECT s.account_id FROM look l JOIN sitting s USING (sitting_id)
           WHERE look_id = $1 AND attempts = $2 AND judged_at IS NULL
             AND cancelled_at IS NULL AND held_at IS NULL""",
        look,
        attempt,
    )
    return AccountId(found) if found else None


async def write_verdict(
    tx: Tx, look: LookId, verdict: Verdict, finding: str | None, now: datetime
) -> None:
    await tx.execute(
        """UPDATE look SET judged_at = $2, verdict = $3, finding = $4::jsonb
           WHERE look_id = $1""",
        look,
        now,
        verdict,
        finding,
    )


async def sitting_of(tx: Tx, look: LookId) -> SittingId | None:
    found = await tx.fetchval("SELECT sitting_id FROM look WHERE look_id = $1", look)
    return SittingId(found) if found else None


def _lease(row: Row) -> Lease:
    return Lease(
        look=LookId(row["look_id"]),
        sitting=SittingId(row["sitting_id"]),
        why=Why(row["why"]),
        epoch=row["epoch"],
        attempt=row["attempts"],
        asked_at=row["asked_at"],
        ask=Ask(row["ask"]) if row["ask"] else None,
    )
