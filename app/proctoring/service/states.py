"""The live topics of proctoring: `student:ID` and `wall`."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Row
from app.adapters.live import JsonState
from app.kernel.ids import AccountId
from app.proctoring.domain.told import told_as
from app.proctoring.domain.words import State
from app.proctoring.service.desk import Desk
from app.proctoring.service.wall import Wall
from app.proctoring.store import states as store
from app.proctoring.store import wall

RECENTLY = timedelta(hours=1)


class States:
    """Reads many topics' states at once, as plain JSON."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def students(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """Hours of every module, the open sitting and how the last one ended."""
        accounts = [AccountId(UUID(part)) for part in ids]
        now, reach = self._desk.clock.now(), self._reach
        async with self._desk.db.connection() as tx:
            hours = _by_account(await store.hours(tx, accounts, now, reach))
            open_ones = _by_account(await store.current_sittings(tx, accounts, now))
            ended = _by_account(await store.last_ended(tx, accounts, now - RECENTLY))
            unread = _by_account(await wall.unread(tx, accounts))
        return {
            str(account): {
                "as_of": now.isoformat(),
                "hours": [_hours(row) for row in hours[account]],
                "sitting": _first(open_ones[account], self._sitting),
                "ended": _first(ended[account], _ended),
                "messages": [_message(row) for row in unread[account]],
            }
            for account in accounts
        }

    async def wall(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """See `Wall.states`; without media nodes."""
        return await Wall(self._desk).states(ids)

    @property
    def _reach(self) -> timedelta:
        return timedelta(seconds=self._desk.policy.checkpoint_every_s)

    def _tries_left(self, failures: int) -> int | None:
        retries = self._desk.policy.retries
        return max(0, retries + 1 - failures) if failures else None

    def _sitting(self, row: Row) -> JsonState:
        # A first failed look is tried again before anybody is bothered with it.
        silent = row["state"] == State.RUNNING and row["failures"] == 1
        return {
            "id": str(row["sitting_id"]),
            "kind": row["kind"],
            "module": row["module_code"],
            "epoch": row["epoch"],
            "state": row["state"],
            "reason": told_as(row["reason"]),
            "looking": bool(row["looking"]),
            "asked": row["asked"],
            "watched_since": _iso(row["watched_since"]),
            "trouble": row["trouble"],
            "verdict": None if silent else told_as(row["verdict"]),
            "tries_left": None if silent else self._tries_left(row["failures"]),
            "looked_at": _iso(row["looked_at"]),
            "next_try_at": _iso(row["next_try_at"]),
            "counting": row["state"] == State.RUNNING,
            "finishing": row["finishing_since"] is not None,
            "opened_on": row["opened_on"],
            "idle_after_s": self._desk.policy.idle_after_s,
            "idle_answer_s": self._desk.policy.idle_answer_s,
        }


def _hours(row: Row) -> JsonState:
    return {
        "module": row["module_code"],
        "title": row["title"],
        "set": row["set_code"],
        "required_s": row["required_s"],
        "confirmed_s": row["confirmed_s"],
        "provisional_s": row["provisional_s"],
    }


def _message(row: Row) -> JsonState:
    return {
        "id": str(row["message_id"]),
        "words": row["words"],
        "at": _iso(row["sent_at"]),
    }


def _ended(row: Row) -> JsonState:
    return {
        "module": row["module_code"],
        "reason": row["reason"],
        "at": _iso(row["ended_at"]),
    }


def _by_account(rows: Sequence[Row]) -> defaultdict[AccountId, list[Row]]:
    grouped: defaultdict[AccountId, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[AccountId(row["account_id"])].append(row)
    return grouped


def _first(rows: Sequence[Row], show: Callable[[Row], JsonState]) -> JsonState | None:
    return show(rows[0]) if rows else None


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
