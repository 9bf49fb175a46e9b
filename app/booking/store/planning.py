"""Centres, and the making of slots."""

from collections.abc import Sequence
from datetime import datetime

from app.adapters.db import Row, Tx
from app.booking.domain.centres import Centre, CentreDraft
from app.booking.domain.planning import SlotDraft, Span
from app.kernel.ids import AccountId, CentreId
from app.kernel.money import Money

CENTRE = """SELECT c.*, (SELECT count(*) FROM slot s
        WHERE s.centre_id = c.centre_id AND s.ends_at > $1
          AND s.cancelled_at IS NULL) AS slots,
    (SELECT coalesce(sum(s.taken + s.accessible_taken), 0) FROM slot s
        WHERE s.centre_id = c.centre_id AND s.ends_at > $1
          AND s.cancelled_at IS NULL) AS seats
    FROM centre c"""


async def insert_centre(
    tx: Tx, centre: CentreId, it: CentreDraft, by: AccountId, now: datetime
) -> None:
    """Raises UniqueViolationError where the code is taken."""
    await tx.execute(
        """INSERT INTO centre (centre_id, code, name, city, address, time_zone,
               capacity, accessible, fee_minor, currency, made_by, made_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        centre,
        *_columns(it),
        by,
        now,
    )


async def update_centre(tx: Tx, centre: CentreId, it: CentreDraft) -> None:
    """Raises UniqueViolationError where the code is taken."""
    await tx.execute(
        """UPDATE centre SET code = $2, name = $3, city = $4, address = $5,
               time_zone = $6, capacity = $7, accessible = $8, fee_minor = $9,
               currency = $10
           WHERE centre_id = $1""",
        centre,
        *_columns(it),
    )


async def close_centre(tx: Tx, centre: CentreId, now: datetime | None) -> None:
    await tx.execute(
        "UPDATE centre SET closed_at = $2 WHERE centre_id = $1", centre, now
    )


async def lock_centre(tx: Tx, centre: CentreId, now: datetime) -> Centre | None:
    """Of a centre's slots, one change of times at a time."""
    await tx.execute("SELECT FROM centre WHERE centre_id = $1 FOR UPDATE", centre)
    return await read_centre(tx, centre, now)


async def read_centre(tx: Tx, centre: CentreId, now: datetime) -> Centre | None:
    row = await tx.fetchrow(f"{CENTRE} WHERE c.centre_id = $2", now, centre)
    return centre_of(row) if row else None


async def centres(tx: Tx, now: datetime) -> list[Centre]:
    """Open ones first, by city and name."""
    rows = await tx.fetch(
        f"{CENTRE} ORDER BY c.closed_at IS NOT NULL, c.city, c.name, c.code", now
    )
    return [centre_of(row) for row in rows]


async def modules(tx: Tx) -> list[Row]:
    """code, title of what is taught."""
    return await tx.fetch(
        """SELECT code, title FROM module WHERE retired_at IS NULL
           ORDER BY set_code, position, code"""
    )


async def spans(
    tx: Tx, centre: CentreId, since: datetime, till: datetime
) -> list[Span]:
    """Of slots that are not cancelled and meet the time between."""
    rows = await tx.fetch(
        """SELECT starts_at, ends_at FROM slot
           WHERE centre_id = $1 AND cancelled_at IS NULL
             AND starts_at < $3 AND ends_at > $2
           ORDER BY starts_at""",
        centre,
        since,
        till,
    )
    return [Span(starts_at=row["starts_at"], ends_at=row["ends_at"]) for row in rows]


async def insert_slots(
    tx: Tx,
    centre: CentreId,
    drafts: Sequence[SlotDraft],
    by: AccountId | None,
    now: datetime,
) -> None:
    """Lock the centre first."""
    await tx.execute(
        """INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at,
               closes_at, capacity, accessible, modules, made_by, made_at)
           SELECT gen_random_uuid(), $1, day, starts_at, ends_at, opens_at, closes_at,
               capacity, accessible, string_to_array(nullif(modules, ''), ' '), $2, $3
           FROM unnest($4::date[], $5::timestamptz[], $6::timestamptz[],
               $7::timestamptz[], $8::timestamptz[], $9::int[], $10::int[],
               $11::text[]) AS wanted (day, starts_at, ends_at, opens_at, closes_at,
               capacity, accessible, modules)""",
        centre,
        by,
        now,
        [it.day for it in drafts],
        [it.span.starts_at for it in drafts],
        [it.span.ends_at for it in drafts],
        [it.opens_at for it in drafts],
        [it.closes_at for it in drafts],
        [it.capacity for it in drafts],
        [it.accessible for it in drafts],
        [" ".join(it.modules or ()) for it in drafts],
    )


def _columns(it: CentreDraft) -> tuple[object, ...]:
    return (
        it.code,
        it.name,
        it.city,
        it.address,
        it.time_zone,
        it.capacity,
        it.accessible,
        it.fee.minor if it.fee else None,
        it.fee.currency if it.fee else None,
    )


def centre_of(row: Row) -> Centre:
    fee = None
    if row["fee_minor"] is not None:
        fee = Money(minor=row["fee_minor"], currency=row["currency"])
    it = CentreDraft(
        code=row["code"],
        name=row["name"],
        city=row["city"],
        address=row["address"],
        time_zone=row["time_zone"],
        capacity=row["capacity"],
        accessible=row["accessible"],
        fee=fee,
    )
    return Centre(
        centre=CentreId(row["centre_id"]),
        it=it,
        closed_at=row["closed_at"],
        slots=int(row["slots"]),
        seats=int(row["seats"]),
    )
