"""The live topics of proctoring: `student:ID` and `wall`."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Row
from app.adapters.live import JsonState
from app.kernel.ids import AccountId
from app.proctoring.domain.wall import need
from app.proctoring.domain.words import Reason, State, Verdict
from app.proctoring.service.desk import Desk
from app.proctoring.store import states as store

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
        return {
            str(account): {
                "as_of": now.isoformat(),
                "hours": [_hours(row) for row in hours[account]],
                "sitting": _first(open_ones[account], self._sitting),
                "ended": _first(ended[account], _ended),
            }
            for account in accounts
        }

    async def wall(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """Every open sitting, those that need a person first."""
        now = self._desk.clock.now()
        async with self._desk.db.connection() as tx:
            rows = await store.wall(tx, now, self._reach)
        sittings = sorted(map(_on_the_wall, rows), key=_neediest_first)
        state: JsonState = {
            "as_of": now.isoformat(),
            "counts": _counts(rows),
            "sittings": sittings,
        }
        return dict.fromkeys(ids, state)

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
            "module": row["module_code"],
            "epoch": row["epoch"],
            "state": row["state"],
            "reason": row["reason"],
            "looking": bool(row["looking"]),
            "asked": row["asked"],
            "trouble": row["trouble"],
            "verdict": None if silent else row["verdict"],
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


def _ended(row: Row) -> JsonState:
    return {
        "module": row["module_code"],
        "reason": row["reason"],
        "at": _iso(row["ended_at"]),
    }


def _on_the_wall(row: Row) -> JsonState:
    return {
        "id": str(row["sitting_id"]),
        "srn": row["srn"],
        "name": row["name"],
        "module": row["module_code"],
        "module_title": row["title"],
        "state": row["state"],
        "reason": row["reason"],
        "looking": row["looking"],
        "verdict": row["verdict"],
        "looked_at": _iso(row["looked_at"]),
        "confirmed_s": row["confirmed_s"],
        "provisional_s": row["provisional_s"],
        "required_s": row["required_s"],
        "counting": row["state"] == State.RUNNING,
        "need": _need(row),
        "incident": _incident(row),
        "opened_at": _iso(row["opened_at"]),
        "random_per_hour": row["random_per_hour"],
    }


def _need(row: Row) -> int:
    return need(
        State(row["state"]),
        Reason(row["reason"]) if row["reason"] else None,
        Verdict(row["verdict"]) if row["verdict"] else None,
        incident=row["incident_id"] is not None,
    )


def _incident(row: Row) -> JsonState | None:
    if row["incident_id"] is None:
        return None
    return {
        "id": str(row["incident_id"]),
        "kind": row["incident_kind"],
        "at": _iso(row["raised_at"]),
    }


def _neediest_first(sitting: JsonState) -> tuple[int, str, str]:
    need_first = -int(str(sitting["need"]))
    return need_first, str(sitting["name"]).casefold(), str(sitting["srn"])


def _counts(rows: Sequence[Row]) -> JsonState:
    states = [row["state"] for row in rows]
    open_states = (State.RUNNING, State.CHECKING_IN, State.PAUSED)
    counts: JsonState = {str(state): states.count(state) for state in open_states}
    counts["incidents"] = sum(row["incident_id"] is not None for row in rows)
    return counts


def _by_account(rows: Sequence[Row]) -> defaultdict[AccountId, list[Row]]:
    grouped: defaultdict[AccountId, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[AccountId(row["account_id"])].append(row)
    return grouped


def _first(rows: Sequence[Row], show: Callable[[Row], JsonState]) -> JsonState | None:
    return show(rows[0]) if rows else None


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
