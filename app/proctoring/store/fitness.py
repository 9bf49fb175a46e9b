"""What booking asks of proctoring: hours confirmed, and what waits for a decision."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, ModuleCode


async def read(
    tx: Tx, account: AccountId, modules: Sequence[ModuleCode], now: datetime
) -> list[Row]:
    """code, required_us, confirmed_us, cooling_till, open_incidents: of sittings of
    each module, not yet decided by anybody.

    Of `= ANY` PostgreSQL would guess ten modules, plan anew each time for the one that
    most ask for, and take five times as long."""
    return await tx.fetch(
        """SELECT m.code, (m.hours * 3600000000)::bigint AS required_us,
               coalesce((SELECT h.confirmed_us FROM hours_of(
                   ARRAY[$1::uuid], $3, interval '0', ARRAY[m.code]) h), 0)
                   AS confirmed_us,
               (SELECT count(*) FROM incident i JOIN sitting s USING (sitting_id)
                WHERE i.account_id = $1 AND i.state = 'open'
                  AND s.module_code = m.code) AS open_incidents,
               cooling_till($1, m.code) AS cooling_till
           FROM module m WHERE ARRAY[m.code] <@ $2""",
        account,
        modules,
        now,
    )
