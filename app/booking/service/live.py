"""What pages watch: the seats of a centre's month, and a student's own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from app.adapters.db import Row
from app.adapters.live import JsonState
from app.booking.service.desk import BookingDesk
from app.booking.store import lines, seats, slots
from app.kernel.ids import AccountId, CentreId


class Live:
    def __init__(self, desk: BookingDesk) -> None:
        self._desk = desk

    async def slots(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """By `CENTRE:YYYY-MM`: free seats of both pools, and how many wait."""
        wanted = {id_: parse_month(id_) for id_ in ids}
        async with self._desk.db.connection() as tx:
            rows = await slots.live(
                tx,
                [centre for centre, _ in wanted.values()],
                [month for _, month in wanted.values()],
            )
        found: dict[tuple[UUID, date], list[JsonState]] = defaultdict(list)
        for row in rows:
            at = (row["centre_id"], row["day"].replace(day=1))
            found[at].append(
                {
                    "slot": str(row["slot_id"]),
                    "day": row["day"].isoformat(),
                    "free": row["free"],
                    "accessible_free": row["accessible_free"],
                    "waiting": row["waiting"],
                    "cancelled": row["cancelled_at"] is not None,
                }
            )
        return {id_: {"slots": found[at]} for id_, at in wanted.items()}

    async def seats(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """By account: seats of now and the last hour, and lines."""
        accounts = [AccountId(UUID(id_)) for id_ in ids]
        async with self._desk.db.connection() as tx:
            held = await seats.live_of(tx, accounts)
            in_line = await lines.lines_of(tx, accounts)
        seats_of: dict[UUID, list[JsonState]] = defaultdict(list)
        lines_of: dict[UUID, list[JsonState]] = defaultdict(list)
        for row in held:
            seats_of[row["account_id"]].append(_seat(row))
        for row in in_line:
            lines_of[row["account_id"]].append(_line(row))
        now = self._desk.clock.now().isoformat()
        return {
            id_: {"now": now, "seats": seats_of[account], "lines": lines_of[account]}
            for id_, account in zip(ids, accounts, strict=True)
        }


def parse_month(id_: str) -> tuple[CentreId, date]:
    """Of a topic: 'UUID:2026-12'. Raises ValueError."""
    centre, _, month = id_.partition(":")
    return CentreId(UUID(centre)), date.fromisoformat(f"{month}-01")


def _seat(row: Row) -> JsonState:
    until = row["held_until"]
    return {
        "seat": str(row["seat_id"]),
        "slot": str(row["slot_id"]),
        "module": row["module_code"],
        "state": row["state"],
        "version": row["version"],
        "held_until": until.isoformat() if isinstance(until, datetime) else None,
        "replaces": str(row["replaces"]) if row["replaces"] else None,
        "moved_to": str(row["moved_to"]) if row["moved_to"] else None,
    }


def _line(row: Row) -> JsonState:
    return {
        "slot": str(row["slot_id"]),
        "module": row["module_code"],
        "accessible": row["accessible"],
        "place": row["place"],
        "version": row["version"],
    }
