"""Sittings that somebody has to look after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.adapters.db import Tx
from app.kernel.ids import SittingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long until somebody has to look after a sitting."""

    lapse: timedelta
    finish: timedelta
    abandon: timedelta
    idle: timedelta
    check: timedelta


async def neglected(tx: Tx, now: datetime, patience: Patience) -> list[SittingId]:
    """Open sittings that presence, a last look or their student has left."""
    rows = await tx.fetch(
        """SELECT sitting_id FROM sitting
           WHERE (state = 'running' AND seen_at < $1::timestamptz - $2::interval)
              OR (state = 'running'
                  AND finishing_since < $1::timestamptz - $3::interval)
              OR (state = 'running' AND kind <> 'exam'
                  AND active_at <= $1::timestamptz - $5::interval)
              OR (state IN ('checking_in', 'paused') AND exam_id IS NULL
                  AND coalesce(seen_at, opened_at) < $1::timestamptz
                    - CASE kind WHEN 'check' THEN $6::interval ELSE $4::interval END)
           ORDER BY seen_at LIMIT 500""",
        now,
        patience.lapse,
        patience.finish,
        patience.abandon,
        patience.idle,
        patience.check,
    )
    return [SittingId(row["sitting_id"]) for row in rows]
