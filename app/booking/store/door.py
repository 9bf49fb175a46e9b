"""Seats as the door marks them."""

from datetime import datetime, timedelta

from app.adapters.db import Row, Tx
from app.booking.domain.door import DoorSlot, Guest
from app.booking.domain.papers import Place
from app.booking.domain.words import Seat, SeatState
from app.booking.store.papers import place_of
from app.booking.store.seats import seat_of
from app.kernel.ids import AccountId, CentreId, SeatId, SlotId

_SLOT = """SELECT s.slot_id, s.centre_id, c.name AS centre, c.city, c.address,
        c.time_zone, s.starts_at, s.ends_at,
        (SELECT count(*) FROM seat e WHERE e.slot_id = s.slot_id
         AND e.state IN ('booked', 'attended', 'absent')) AS expected,
        (SELECT count(*) FROM seat e WHERE e.slot_id = s.slot_id
         AND e.state = 'attended') AS here
    FROM slot s JOIN centre c USING (centre_id)
    WHERE s.cancelled_at IS NULL
      AND (s.day = ($1::timestamptz AT TIME ZONE c.time_zone)::date
           OR $1 BETWEEN s.starts_at - $2::interval AND s.ends_at) """
_GUEST = """SELECT e.seat_id, e.slot_id, e.account_id, e.module_code, e.state,
        e.accessible, e.marked_at, a.name, a.srn, m.title, c.name AS centre, c.city,
        c.address, c.time_zone, s.starts_at, s.ends_at,
        EXISTS (SELECT FROM profile_photo p WHERE p.account_id = e.account_id)
            AS has_photo,
        EXISTS (SELECT FROM exam x WHERE x.seat_id = e.seat_id
                AND x.started_at IS NOT NULL) AS has_begun
    FROM seat e JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
    JOIN account a USING (account_id) JOIN module m ON m.code = e.module_code """
SOON = timedelta(days=2)


async def slots_of_day(tx: Tx, now: datetime, opens: timedelta) -> list[DoorSlot]:
    """Of today where they are, and whose door is open around midnight; by place and
    time. `opens`: how long before the start."""
    rows = await tx.fetch(_SLOT + "ORDER BY c.city, c.name, s.starts_at", now, opens)
    return [_slot(row) for row in rows]


async def slot_of_day(
    tx: Tx, now: datetime, opens: timedelta, slot: SlotId
) -> DoorSlot | None:
    row = await tx.fetchrow(_SLOT + "AND s.slot_id = $3", now, opens, slot)
    return _slot(row) if row else None


async def guests(tx: Tx, slot: SlotId) -> list[Guest]:
    """Everybody who is or was expected, by name."""
    rows = await tx.fetch(
        _GUEST
        + """WHERE e.slot_id = $1 AND e.state IN ('booked', 'attended', 'absent')
             ORDER BY a.name, a.srn""",
        slot,
    )
    return [_guest(row) for row in rows]


async def guest(tx: Tx, seat: SeatId) -> Guest | None:
    row = await tx.fetchrow(_GUEST + "WHERE e.seat_id = $1", seat)
    return _guest(row) if row else None


async def absent(tx: Tx, since: datetime, srn: str | None, most: int) -> list[Guest]:
    """Marked absent from tests that ended since then; the newest first."""
    rows = await tx.fetch(
        _GUEST
        + """WHERE e.state = 'absent' AND s.ends_at >= $1
             AND ($2::text IS NULL OR a.srn = $2)
             ORDER BY s.ends_at DESC, a.name LIMIT $3""",
        since,
        srn,
        most,
    )
    return [_guest(row) for row in rows]


async def seat_of_srn(tx: Tx, slot: SlotId, srn: str) -> SeatId | None:
    """In this slot alone; the seat that counts before one that is over."""
    found = await tx.fetchval(
        """SELECT e.seat_id FROM seat e JOIN account a USING (account_id)
           WHERE e.slot_id = $1 AND a.srn = $2 AND e.state <> 'offered'
           ORDER BY e.state = 'booked' DESC, e.live DESC, e.held_at DESC LIMIT 1""",
        slot,
        srn,
    )
    return SeatId(found) if found else None


async def next_place(tx: Tx, account: AccountId, now: datetime) -> Place | None:
    """Where this student's next booked seat is, if it begins soon: who stands at a
    door has mistaken the room or the day, and later plans are not for the door."""
    row = await tx.fetchrow(
        """SELECT c.name AS centre, c.city, c.address, c.time_zone, s.starts_at,
               s.ends_at
           FROM seat e JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
           WHERE e.account_id = $1 AND e.state = 'booked' AND s.ends_at > $2
             AND s.starts_at < $2::timestamptz + $3::interval
           ORDER BY s.starts_at LIMIT 1""",
        account,
        now,
        SOON,
    )
    return place_of(row) if row else None


async def mark(tx: Tx, seat: SeatId, by: AccountId, now: datetime) -> None:
    await tx.execute(
        """UPDATE seat SET state = 'attended', marked_by = $2, marked_at = $3
           WHERE seat_id = $1""",
        seat,
        by,
        now,
    )


async def unmark(tx: Tx, seat: SeatId) -> None:
    await tx.execute(
        """UPDATE seat SET state = 'booked', marked_by = NULL, marked_at = NULL
           WHERE seat_id = $1""",
        seat,
    )


async def slots_without_marks(
    tx: Tx, ended_by: datetime, anyway_by: datetime, most: int
) -> list[SlotId]:
    """Slots that ended by then and have booked seats still, of a door that was in use
    there that day: where nobody was marked, perhaps nobody looked. Those that ended by
    `anyway_by` in any case: an open mark keeps a student from booking again."""
    rows = await tx.fetch(
        """SELECT s.slot_id FROM slot s
           WHERE s.ends_at <= $1 AND s.cancelled_at IS NULL
             AND EXISTS (SELECT FROM seat e
                         WHERE e.slot_id = s.slot_id AND e.state = 'booked')
             AND (s.ends_at <= $2
                  OR EXISTS (SELECT FROM slot d JOIN seat e USING (slot_id)
                             WHERE d.centre_id = s.centre_id AND d.day = s.day
                               AND e.state = 'attended'))
           ORDER BY s.ends_at LIMIT $3""",
        ended_by,
        anyway_by,
        most,
    )
    return [SlotId(row["slot_id"]) for row in rows]


async def mark_absent(tx: Tx, slot: SlotId, most: int) -> list[Seat]:
    """Booked seats of a slot that is locked."""
    rows = await tx.fetch(
        """UPDATE seat SET state = 'absent' WHERE seat_id IN (
               SELECT seat_id FROM seat WHERE slot_id = $1 AND state = 'booked'
               LIMIT $2)
           RETURNING *""",
        slot,
        most,
    )
    return [seat_of(row) for row in rows]


def _slot(row: Row) -> DoorSlot:
    return DoorSlot(
        slot=SlotId(row["slot_id"]),
        centre=CentreId(row["centre_id"]),
        place=place_of(row),
        expected=row["expected"],
        here=row["here"],
    )


def _guest(row: Row) -> Guest:
    return Guest(
        seat=SeatId(row["seat_id"]),
        slot=SlotId(row["slot_id"]),
        account=AccountId(row["account_id"]),
        name=row["name"],
        srn=row["srn"],
        module=row["title"],
        module_code=row["module_code"],
        state=SeatState(row["state"]),
        accessible=row["accessible"],
        has_photo=row["has_photo"],
        marked_at=row["marked_at"],
        has_begun=row["has_begun"],
        place=place_of(row),
    )
