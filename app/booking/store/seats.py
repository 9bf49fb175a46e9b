"""Seats: taken, given back, booked. Lock their slot first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.booking.domain.words import Seat, SeatState, Wish
from app.booking.store.kept import VERSION
from app.kernel.ids import AccountId, ModuleCode, OrderId, SeatId, SlotId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSeat:
    seat: SeatId
    account: AccountId
    wish: Wish
    state: SeatState
    until: datetime
    order: OrderId | None = None
    move_order: OrderId | None = None
    replaces: SeatId | None = None


async def insert(tx: Tx, it: NewSeat, now: datetime) -> Seat:
    """Raises CheckViolationError (never_one_too_many…) where none is free, and
    UniqueViolationError where the student has one of this module."""
    row = await tx.fetchrow(
        """INSERT INTO seat (seat_id, slot_id, account_id, module_code, accessible,
               state, held_at, held_until, order_id, move_order_id, replaces)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *""",
        it.seat,
        it.wish.slot,
        it.account,
        it.wish.module,
        it.wish.accessible,
        it.state,
        now,
        it.until,
        it.order,
        it.move_order,
        it.replaces,
    )
    assert row is not None
    return seat_of(row)


async def expire(tx: Tx, slot: SlotId, now: datetime) -> list[Seat]:
    """Holds and offers that are over."""
    rows = await tx.fetch(
        """UPDATE seat SET state = 'expired', ended_at = $2
           WHERE slot_id = $1 AND state IN ('offered', 'held') AND held_until <= $2
           RETURNING *""",
        slot,
        now,
    )
    return [seat_of(row) for row in rows]


async def end(tx: Tx, seat: SeatId, state: SeatState, now: datetime) -> None:
    await tx.execute(
        "UPDATE seat SET state = $2, ended_at = $3 WHERE seat_id = $1",
        seat,
        state,
        now,
    )


async def book(tx: Tx, seat: SeatId, now: datetime) -> None:
    await tx.execute(
        """UPDATE seat SET state = 'booked', booked_at = $2, held_until = NULL,
               replaces = NULL WHERE seat_id = $1""",
        seat,
        now,
    )


async def move_away(tx: Tx, seat: SeatId, to: SeatId, now: datetime) -> None:
    await tx.execute(
        """UPDATE seat SET state = 'moved', moved_to = $2, ended_at = $3
           WHERE seat_id = $1""",
        seat,
        to,
        now,
    )


async def take_offer(tx: Tx, seat: SeatId, order: OrderId, until: datetime) -> Seat:
    row = await tx.fetchrow(
        """UPDATE seat SET state = 'held', order_id = $2, held_until = $3
           WHERE seat_id = $1 RETURNING *""",
        seat,
        order,
        until,
    )
    assert row is not None
    return seat_of(row)


async def read(tx: Tx, seat: SeatId, owner: AccountId | None = None) -> Seat | None:
    """With an `owner`: only theirs."""
    row = await tx.fetchrow(
        """SELECT * FROM seat
           WHERE seat_id = $1 AND ($2::uuid IS NULL OR account_id = $2)""",
        seat,
        owner,
    )
    return seat_of(row) if row else None


async def coming(tx: Tx, account: AccountId, module: ModuleCode) -> Seat | None:
    """The one that is offered, held or booked; never one that a move holds."""
    row = await tx.fetchrow(
        """SELECT * FROM seat WHERE account_id = $1 AND module_code = $2
             AND state IN ('offered', 'held', 'booked') AND replaces IS NULL""",
        account,
        module,
    )
    return seat_of(row) if row else None


async def to_take_place_of(tx: Tx, seat: SeatId) -> Seat | None:
    """The seat that is held to move this one to."""
    row = await tx.fetchrow(
        "SELECT * FROM seat WHERE replaces = $1 AND state = 'held'", seat
    )
    return seat_of(row) if row else None


async def newest_of_order(tx: Tx, order: OrderId) -> Seat | None:
    """The seat that paying this order books."""
    row = await tx.fetchrow(
        """SELECT * FROM seat
           WHERE order_id = $1 AND move_order_id IS NULL OR move_order_id = $1
           ORDER BY held_at DESC, ended_at IS NULL DESC, seat_id LIMIT 1""",
        order,
    )
    return seat_of(row) if row else None


async def moves(tx: Tx, order: OrderId) -> int:
    """How often the seat of this fee was moved."""
    count = await tx.fetchval(
        "SELECT count(*) FROM seat WHERE order_id = $1 AND state = 'moved'", order
    )
    return int(count)


async def live_of(tx: Tx, accounts: Sequence[AccountId]) -> list[Row]:
    """What each waits for, holds or has: of now, and of the last hour."""
    return await tx.fetch(
        f"""SELECT it.* FROM unnest($1::uuid[]) AS a (account_id), LATERAL (
               SELECT t.seat_id, t.slot_id, t.account_id, t.module_code, t.state,
                   t.held_until, t.replaces, t.moved_to, {VERSION} AS version
               FROM seat t JOIN slot s USING (slot_id) JOIN centre c USING (centre_id)
                   LEFT JOIN test_order p
                       ON p.order_id = coalesce(t.move_order_id, t.order_id)
               WHERE t.account_id = a.account_id
                 AND (t.live OR t.ended_at > now() - interval '1 hour')
               ORDER BY t.live DESC, t.held_at DESC LIMIT 20) AS it""",
        accounts,
    )


async def keep_offers(tx: Tx, now: datetime) -> None:
    """While the portal is closed nobody can take an offer: none runs out by it."""
    await tx.execute(
        """UPDATE seat e
           SET held_until = least(w.closed_till + interval '30 minutes', s.closes_at)
           FROM slot s, portal_window w
           WHERE e.state = 'offered' AND s.slot_id = e.slot_id AND e.held_until > $1
             AND w.portal = 'tests' AND w.cancelled_at IS NULL
             AND w.closed_from <= $1 AND w.closed_till > $1
             AND e.held_until < least(w.closed_till + interval '30 minutes',
                                      s.closes_at)""",
        now,
    )


async def overlapping(
    tx: Tx, account: AccountId, slot: SlotId, but: SeatId | None = None
) -> SeatId | None:
    """Another seat of theirs at the same time, of whatever module, `but` this one and
    what is held to move it to."""
    found = await tx.fetchval(
        """SELECT e.seat_id FROM seat e JOIN slot s USING (slot_id), slot wanted
           WHERE e.account_id = $1 AND wanted.slot_id = $2
             AND e.state IN ('offered', 'held', 'booked')
             AND s.starts_at < wanted.ends_at AND s.ends_at > wanted.starts_at
             AND ($3::uuid IS NULL
                  OR (e.seat_id <> $3 AND e.replaces IS DISTINCT FROM $3))
           LIMIT 1""",
        account,
        slot,
        but,
    )
    return SeatId(found) if found else None


def seat_of(row: Row) -> Seat:
    return Seat(
        seat=SeatId(row["seat_id"]),
        slot=SlotId(row["slot_id"]),
        account=AccountId(row["account_id"]),
        module=ModuleCode(row["module_code"]),
        accessible=row["accessible"],
        state=SeatState(row["state"]),
        order=row["order_id"],
        move_order=row["move_order_id"],
        replaces=row["replaces"],
        moved_to=row["moved_to"],
        held_at=row["held_at"],
        held_until=row["held_until"],
        booked_at=row["booked_at"],
        free_until=row["free_until"],
    )
