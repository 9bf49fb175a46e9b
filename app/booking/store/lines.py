"""The lines of full slots."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.booking.domain.words import Wish
from app.kernel.ids import AccountId, ModuleCode, SeatId, SlotId


async def join(
    tx: Tx, waiting: UUID, account: AccountId, wish: Wish, now: datetime
) -> None:
    """Raises UniqueViolationError (once_in_a_line)."""
    await tx.execute(
        """INSERT INTO waiting (waiting_id, slot_id, account_id, module_code,
               accessible, joined_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        waiting,
        wish.slot,
        account,
        wish.module,
        wish.accessible,
        now,
    )


async def leave(
    tx: Tx,
    account: AccountId,
    slot: SlotId,
    now: datetime,
    module: ModuleCode | None = None,
) -> bool:
    tag = await tx.execute(
        """UPDATE waiting SET state = 'left', ended_at = $3
           WHERE account_id = $1 AND slot_id = $2 AND state = 'waiting'
             AND ($4::text IS NULL OR module_code = $4)""",
        account,
        slot,
        now,
        module,
    )
    return bool(tag != "UPDATE 0")


async def count_of(tx: Tx, account: AccountId) -> int:
    count = await tx.fetchval(
        "SELECT count(*) FROM waiting WHERE account_id = $1 AND ended_at IS NULL",
        account,
    )
    return int(count)


async def next_in(tx: Tx, slot: SlotId, now: datetime, *, most: int) -> list[Row]:
    """Who may be offered a seat that is free now, of both pools, at most so many of
    each: waiting_id, account_id, module_code, accessible; who came first, first. Who
    has a seat of the module already is passed over; while the portal is closed, when
    nobody could take it, everybody. Call it with the slot locked."""
    return await tx.fetch(
        """SELECT next.* FROM slot s,
               LATERAL (VALUES (false, s.capacity - s.accessible - s.blocked - s.taken),
                       (true, s.accessible - s.accessible_taken)) AS pool (kind, free),
               LATERAL (
                   SELECT w.waiting_id, w.account_id, w.module_code, w.accessible
                   FROM waiting w
                   WHERE w.slot_id = s.slot_id AND w.state = 'waiting'
                     AND w.accessible = pool.kind
                     AND NOT EXISTS (
                         SELECT FROM seat t WHERE t.account_id = w.account_id
                           AND t.module_code = w.module_code
                           AND t.state IN ('offered', 'held', 'booked'))
                   ORDER BY w.turn LIMIT greatest(0, least(pool.free, $2))) AS next
           WHERE s.slot_id = $1 AND NOT EXISTS (
               SELECT FROM portal_window p WHERE p.portal = 'tests'
                 AND p.cancelled_at IS NULL
                 AND p.closed_from <= $3 AND p.closed_till > $3)""",
        slot,
        most,
        now,
    )


async def offer(tx: Tx, waiting: UUID, seat: SeatId) -> None:
    await tx.execute(
        "UPDATE waiting SET state = 'offered', seat_id = $2 WHERE waiting_id = $1",
        waiting,
        seat,
    )


async def end_offers(
    tx: Tx, seats: Sequence[SeatId], state: str, now: datetime
) -> None:
    """`taken`, `passed` or `left`: what became of the offer of these seats."""
    await tx.execute(
        """UPDATE waiting SET state = $2, ended_at = $3
           WHERE seat_id = ANY($1) AND state = 'offered'""",
        seats,
        state,
        now,
    )


async def end_of_module(
    tx: Tx, account: AccountId, module: ModuleCode, now: datetime
) -> list[SlotId]:
    """Who has a seat waits for none. The slots they waited for."""
    rows = await tx.fetch(
        """UPDATE waiting SET state = 'ended', ended_at = $3
           WHERE account_id = $1 AND module_code = $2 AND state = 'waiting'
           RETURNING slot_id""",
        account,
        module,
        now,
    )
    return [SlotId(row["slot_id"]) for row in rows]


async def end_line(tx: Tx, slot: SlotId, now: datetime) -> list[Row]:
    """Booking is over: nobody waits in vain. account_id, module_code."""
    return await tx.fetch(
        """UPDATE waiting SET state = 'ended', ended_at = $2
           WHERE slot_id = $1 AND state = 'waiting'
           RETURNING account_id, module_code""",
        slot,
        now,
    )


async def lines_of(tx: Tx, accounts: Sequence[AccountId]) -> list[Row]:
    """account_id, slot_id, module_code, accessible, place: how many stand before,
    and oneself; version: changes when we change the slot."""
    return await tx.fetch(
        """SELECT w.account_id, w.slot_id, w.module_code, w.accessible,
               (s.changes + c.changes)::text AS version,
               (SELECT count(*) FROM waiting o
                WHERE o.slot_id = w.slot_id AND o.accessible = w.accessible
                  AND o.state = 'waiting' AND o.turn <= w.turn) AS place
           FROM waiting w JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
           WHERE w.account_id = ANY($1) AND w.state = 'waiting' ORDER BY w.turn""",
        accounts,
    )
