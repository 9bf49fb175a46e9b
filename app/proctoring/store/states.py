"""What live pages show, read for many at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId


async def hours(
    tx: Tx, accounts: Sequence[AccountId], now: datetime, reach: timedelta
) -> list[Row]:
    """account_id, module_code, title, set_code, required_s, confirmed_s, provisional_s.

    Every module has a row for every account, begun or not.
    """
    return await tx.fetch(
        """SELECT a.account_id, m.code AS module_code, m.title, m.set_code,
               (m.hours * 3600)::float8 AS required_s,
               coalesce(t.confirmed_us, 0) / 1e6::float8 AS confirmed_s,
               coalesce(t.provisional_us, 0) / 1e6::float8 AS provisional_s
           FROM unnest($3::uuid[]) AS a (account_id) CROSS JOIN module m
           LEFT JOIN hours_of($3, $1, $2) t
               ON t.account_id = a.account_id AND t.module_code = m.code
           ORDER BY m.set_code, m.position""",
        now,
        reach,
        accounts,
    )


async def current_sittings(
    tx: Tx, accounts: Sequence[AccountId], now: datetime
) -> list[Row]:
    """The open sitting of each account, with its open look's times, and since when a
    proctor looks live."""
    return await tx.fetch(
        """SELECT s.*, l.looking, l.asked, l.next_try_at,
               (SELECT min(opened_at) FROM live_view v
                WHERE v.sitting_id = s.sitting_id AND v.ended_at IS NULL
                  AND v.held_until > $2) AS watched_since
           FROM sitting s
           LEFT JOIN LATERAL (
               SELECT bool_or(lease_until > $2) AS looking,
                   max(ask) FILTER (WHERE lease_until > $2) AS asked,
                   min(due_at) FILTER (WHERE why IN ('retry', 'resume', 'start'))
                       AS next_try_at
               FROM look WHERE sitting_id = s.sitting_id
                 AND judged_at IS NULL AND cancelled_at IS NULL
                 AND held_at IS NULL) l ON true
           WHERE s.account_id = ANY ($1) AND s.state <> 'ended'
             AND s.kind <> 'check'""",
        accounts,
        now,
    )


async def last_ended(
    tx: Tx, accounts: Sequence[AccountId], since: datetime
) -> list[Row]:
    """account_id, module_code, reason, ended_at of each account's latest ended one."""
    return await tx.fetch(
        """SELECT DISTINCT ON (account_id) account_id, module_code, reason, ended_at
           FROM sitting WHERE account_id = ANY ($1) AND state = 'ended'
             AND kind <> 'check' AND ended_at > $2
           ORDER BY account_id, ended_at DESC""",
        accounts,
        since,
    )
