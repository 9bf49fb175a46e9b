"""How looking goes, summed over what is open: cheap, however much is kept."""

from datetime import datetime

from app.adapters.db import Row, Tx


async def read(tx: Tx, now: datetime) -> Row:
    """judged, failed, waiting_since.

    A look that is given back is due anew: one that is long due and was tried by nobody
    has been seen by no sampler.
    """
    (row,) = await tx.fetch(
        """SELECT s.judged, s.failed, l.waiting_since
           FROM (SELECT count(verdict) AS judged,
                     count(*) FILTER (WHERE verdict = 'system_unavailable') AS failed
                 FROM sitting WHERE state <> 'ended' AND kind <> 'check') s,
                (SELECT min(due_at) AS waiting_since FROM look
                 WHERE judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL
                   AND attempts = 0 AND due_at <= $1) l""",
        now,
    )
    return row


async def open_sittings(tx: Tx) -> list[Row]:
    """kind, open, running."""
    return await tx.fetch(
        """SELECT kind, count(*) AS open,
               count(*) FILTER (WHERE state = 'running') AS running
           FROM sitting WHERE state <> 'ended' GROUP BY kind ORDER BY kind"""
    )


async def due_looks(tx: Tx, now: datetime) -> int:
    """Without a verdict, though they are due; those that wait for a person aside."""
    count: int = await tx.fetchval(
        """SELECT count(*) FROM look WHERE judged_at IS NULL
             AND cancelled_at IS NULL AND held_at IS NULL AND due_at <= $1""",
        now,
    )
    return count
