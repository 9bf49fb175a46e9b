"""Slots, locked and read."""

from collections.abc import Sequence
from datetime import date, datetime

from app.adapters.db import Row, Tx
from app.booking.domain.words import Slot
from app.kernel.ids import AccountId, CentreId, ModuleCode, SlotId
from app.kernel.money import Money

COLUMNS = """s.slot_id, s.centre_id, s.day, s.starts_at, s.ends_at, s.opens_at,
    s.closes_at, s.modules, s.capacity, s.accessible, s.blocked, s.taken,
    s.accessible_taken, s.cancelled_at, c.time_zone, c.fee_minor, c.currency"""


async def lock(tx: Tx, slots: Sequence[SlotId]) -> list[Slot]:
    """For update, in the order of their ids: whoever needs two never waits in a ring.

    Whatever changes a seat locks its slot first.
    """
    rows = await tx.fetch(
        f"""SELECT {COLUMNS} FROM slot s JOIN centre c USING (centre_id)
            WHERE s.slot_id = ANY($1) ORDER BY s.slot_id FOR UPDATE OF s""",
        sorted(set(slots)),
    )
    return [slot_of(row) for row in rows]


async def read(tx: Tx, slot: SlotId) -> Slot | None:
    row = await tx.fetchrow(
        f"""SELECT {COLUMNS} FROM slot s JOIN centre c USING (centre_id)
            WHERE s.slot_id = $1""",
        slot,
    )
    return slot_of(row) if row else None


async def to_settle(tx: Tx, now: datetime, most: int) -> list[SlotId]:
    """Where a hold or an offer is over, a free seat has somebody waiting for it who may
    have it (as `lines.next_in` says), or a line outlives the booking."""
    rows = await tx.fetch(
        """(SELECT DISTINCT slot_id FROM seat
            WHERE state IN ('offered', 'held') AND held_until <= $1 LIMIT $2)
           UNION
           (SELECT DISTINCT w.slot_id FROM waiting w JOIN slot s USING (slot_id)
            WHERE w.state = 'waiting'
              AND (s.closes_at <= $1 OR s.cancelled_at IS NOT NULL
                   OR CASE WHEN w.accessible THEN s.accessible_taken < s.accessible
                      ELSE s.taken + s.blocked < s.capacity - s.accessible END
                      AND NOT EXISTS (
                          SELECT FROM seat t WHERE t.account_id = w.account_id
                            AND t.module_code = w.module_code
                            AND t.state IN ('offered', 'held', 'booked'))
                      AND NOT EXISTS (
                          SELECT FROM portal_window p WHERE p.portal = 'tests'
                            AND p.cancelled_at IS NULL
                            AND p.closed_from <= $1 AND p.closed_till > $1))
            LIMIT $2)""",
        now,
        most,
    )
    return [SlotId(row["slot_id"]) for row in rows]


async def live(
    tx: Tx, centres: Sequence[CentreId], months: Sequence[date]
) -> list[Row]:
    """centre_id, day, slot_id, free, accessible_free, waiting of each pair's month."""
    return await tx.fetch(
        """SELECT s.centre_id, s.day, s.slot_id, s.cancelled_at,
               s.capacity - s.accessible - s.blocked - s.taken AS free,
               s.accessible - s.accessible_taken AS accessible_free,
               (SELECT count(*) FROM waiting w
                WHERE w.slot_id = s.slot_id AND w.state = 'waiting') AS waiting
           FROM unnest($1::uuid[], $2::date[]) AS wanted (centre_id, month)
           JOIN slot s ON s.centre_id = wanted.centre_id AND s.day >= wanted.month
               AND s.day < wanted.month + interval '1 month'
           ORDER BY s.starts_at""",
        centres,
        months,
    )


async def own_module(tx: Tx, account: AccountId, module: ModuleCode) -> Row | None:
    """title, fee_minor, currency, own, set_code of one that is taught."""
    return await tx.fetchrow(
        """SELECT m.title, m.fee_minor, m.currency, m.set_code,
               s.mandatory OR EXISTS (
                   SELECT FROM elective e
                   WHERE e.account_id = $1 AND e.module_code = m.code) AS own
           FROM module m JOIN study_set s ON s.code = m.set_code
           WHERE m.code = $2 AND m.retired_at IS NULL""",
        account,
        module,
    )


def slot_of(row: Row) -> Slot:
    fee = None
    if row["fee_minor"] is not None:
        fee = Money(minor=row["fee_minor"], currency=row["currency"])
    return Slot(
        slot=SlotId(row["slot_id"]),
        centre=CentreId(row["centre_id"]),
        day=row["day"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        modules=None if row["modules"] is None else tuple(row["modules"]),
        capacity=row["capacity"],
        accessible=row["accessible"],
        blocked=row["blocked"],
        taken=row["taken"],
        accessible_taken=row["accessible_taken"],
        cancelled_at=row["cancelled_at"],
        time_zone=row["time_zone"],
        fee=fee,
    )
