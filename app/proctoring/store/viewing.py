"""Views: which proctor looks live at which sitting, why, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, SittingId, ViewId
from app.proctoring.domain.viewing import View


async def epoch_of(tx: Tx, sitting: SittingId) -> int | None:
    epoch: int | None = await tx.fetchval(
        "SELECT epoch FROM sitting WHERE sitting_id = $1", sitting
    )
    return epoch


async def insert(tx: Tx, view: View) -> None:
    await tx.execute(
        """INSERT INTO live_view (view_id, sitting_id, epoch, viewed_by, reason,
               opened_at, until, held_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        view.view,
        view.sitting,
        view.epoch,
        view.by,
        view.reason,
        view.opened_at,
        view.until,
        view.held_until,
    )


async def others(tx: Tx, sitting: SittingId, by: AccountId, now: datetime) -> int:
    """How many besides `by` look at it."""
    count: int = await tx.fetchval(
        """SELECT count(*) FROM live_view WHERE sitting_id = $1 AND viewed_by <> $2
             AND ended_at IS NULL AND held_until > $3""",
        sitting,
        by,
        now,
    )
    return count


async def end_earlier(
    tx: Tx, sitting: SittingId, by: AccountId, now: datetime
) -> list[ViewId]:
    """Whoever looks anew looks once."""
    rows = await tx.fetch(
        """UPDATE live_view SET ended_at = $3 WHERE sitting_id = $1 AND viewed_by = $2
             AND ended_at IS NULL RETURNING view_id""",
        sitting,
        by,
        now,
    )
    return [ViewId(row["view_id"]) for row in rows]


async def renew(
    tx: Tx, view: ViewId, by: AccountId, now: datetime, held: timedelta
) -> bool:
    """False when it is over, not `by`'s, or the sitting ended or connected anew."""
    tag = await tx.execute(
        """UPDATE live_view v SET held_until = $3::timestamptz + $4::interval
           FROM sitting s
           WHERE v.view_id = $1 AND v.viewed_by = $2 AND v.ended_at IS NULL
             AND v.held_until > $3 AND v.until > $3
             AND s.sitting_id = v.sitting_id AND s.state <> 'ended'
             AND s.epoch = v.epoch""",
        view,
        by,
        now,
        held,
    )
    return tag == "UPDATE 1"


async def open_of(tx: Tx, view: ViewId, by: AccountId) -> AccountId | None:
    """The student whom `by` looks at, while the view is open."""
    found = await tx.fetchval(
        """SELECT s.account_id FROM live_view v JOIN sitting s USING (sitting_id)
           WHERE v.view_id = $1 AND v.viewed_by = $2 AND v.ended_at IS NULL""",
        view,
        by,
    )
    return AccountId(found) if found else None


async def of_student(tx: Tx, account: AccountId, now: datetime) -> list[Row]:
    """opened_at, seconds: the newest first; of one that is open, up to now."""
    return await tx.fetch(
        """SELECT v.opened_at, extract(epoch FROM
               coalesce(v.ended_at, least($2, v.held_until)) - v.opened_at
           )::float8 AS seconds
           FROM live_view v JOIN sitting s USING (sitting_id)
           WHERE s.account_id = $1 ORDER BY v.opened_at DESC LIMIT 100""",
        account,
        now,
    )


async def over(tx: Tx, now: datetime) -> list[Row]:
    """view_id, account_id: open ones that were not renewed, have had their time, or
    whose sitting has ended or connected anew."""
    return await tx.fetch(
        """SELECT v.view_id, s.account_id FROM live_view v JOIN sitting s
             USING (sitting_id)
           WHERE v.ended_at IS NULL AND (v.held_until <= $1 OR v.until <= $1
             OR s.state = 'ended' OR s.epoch <> v.epoch) LIMIT 500""",
        now,
    )


async def end(tx: Tx, views: Sequence[ViewId], now: datetime) -> None:
    await tx.execute(
        """UPDATE live_view SET ended_at = $2
           WHERE view_id = ANY ($1) AND ended_at IS NULL""",
        views,
        now,
    )
