"""How long looks have waited for an answer: cheap, however much is kept."""

from datetime import datetime

from app.adapters.db import Row, Tx


async def waits(
    tx: Tx, now: datetime, unlooked_before: datetime, present_since: datetime
) -> Row:
    """due, looked, unanswered: since when the oldest of each waits, or NULL.

    `due`: an open look that is due, leased or not: a lease alone answers nothing.
    `looked`: the last look of a running sitting whose student is there and which
    nobody has looked at since `unlooked_before`. Its next look is veiled, and only a
    sampler unveils it: without one there is no due look to see. `unanswered`: the
    first look in a row that ended as our fault, with no answer by the machine after
    it, while somebody still waits for one; up to an hour back.
    """
    (row,) = await tx.fetch(
        """SELECT
               (SELECT min(due_at) FROM look WHERE judged_at IS NULL
                  AND cancelled_at IS NULL AND held_at IS NULL AND due_at <= $1) AS due,
               (SELECT min(looked_at) FROM sitting WHERE state = 'running'
                  AND looked_at < $2 AND seen_at > $3) AS looked,
               (SELECT due_at FROM look
                WHERE judged_at > $1::timestamptz - interval '1 hour'
                  AND judged_at > coalesce((SELECT judged_at FROM look
                     WHERE judged_at > $1::timestamptz - interval '1 hour'
                       AND verdict <> 'system_unavailable' AND held_at IS NULL
                     ORDER BY judged_at DESC LIMIT 1), '-infinity')
                  AND verdict = 'system_unavailable'
                  AND EXISTS (SELECT FROM sitting WHERE state <> 'ended'
                      AND verdict = 'system_unavailable')
                ORDER BY judged_at LIMIT 1) AS unanswered""",
        now,
        unlooked_before,
        present_since,
    )
    return row
