"""The live topic `wall`: every open sitting and a strip of counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from redis.exceptions import RedisError

from app.adapters.db import Row, Tx
from app.adapters.live import JsonState
from app.adapters.media_nodes import MediaNode
from app.exams.domain.events import Told
from app.exams.service.events import told_of
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.wall import (
    Waits,
    lag_s,
    late_after_s,
    need,
    rank,
    risk_word,
    unlooked_after_s,
)
from app.proctoring.domain.words import Kind, Reason, State, Verdict
from app.proctoring.service.desk import Desk
from app.proctoring.store import lag
from app.proctoring.store import wall as store


class KnowsNodes(Protocol):
    """The part of the media nodes' register that the strip shows."""

    async def nodes(self) -> list[MediaNode]: ...


class Wall:
    def __init__(self, desk: Desk, nodes: KnowsNodes | None = None) -> None:
        self._desk = desk
        self._nodes = nodes

    async def states(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        """Every open sitting, tests and those that need a person first."""
        now = self._desk.clock.now()
        reach = timedelta(seconds=self._desk.policy.checkpoint_every_s)
        async with self._desk.db.connection() as tx:
            rows = await store.sittings(tx, now, reach)
            counts = await store.counts(tx, now)
            waits = await read_waits(tx, now, self._desk.policy)
            told = await told_of(tx, [it["exam_id"] for it in rows if it["exam_id"]])
        shown = (_on_the_wall(row, told.get(row["exam_id"])) for row in rows)
        sittings = sorted(shown, key=_neediest_first)
        state: JsonState = {
            "as_of": now.isoformat(),
            "counts": {
                **_counts(rows, counts),
                "overdue_s": round(lag_s(waits, now, self._desk.policy), 1),
                "late_after_s": late_after_s(self._desk.policy),
            },
            "media": await self._media(),
            "sittings": sittings,
        }
        return dict.fromkeys(ids, state)

    async def _media(self) -> JsonState | None:
        """None: nobody can tell just now."""
        if self._nodes is None:
            return None
        try:
            nodes = await self._nodes.nodes()
        except (RedisError, OSError, TimeoutError):
            return None
        return {
            "nodes": len(nodes),
            "streams": sum(node.streams for node in nodes),
            "capacity": sum(node.capacity for node in nodes),
        }


async def read_waits(tx: Tx, now: datetime, policy: Policy) -> Waits:
    """Who waits for an answer just now, whichever worker is away."""
    row = await lag.waits(
        tx,
        now,
        now - timedelta(seconds=unlooked_after_s(policy)),
        now - timedelta(seconds=policy.lapse_s),
    )
    return Waits(**dict(row))


def _on_the_wall(row: Row, told: Told | None) -> JsonState:
    return {
        "id": str(row["sitting_id"]),
        "account": str(row["account_id"]),
        "srn": row["srn"],
        "name": row["name"],
        "module": row["module_code"],
        "module_title": row["title"],
        "kind": row["kind"],
        "state": row["state"],
        "reason": row["reason"],
        "looking": row["looking"],
        "verdict": row["verdict"],
        "trouble": row["trouble"],
        "looked_at": _iso(row["looked_at"]),
        "confirmed_s": row["confirmed_s"],
        "provisional_s": row["provisional_s"],
        "required_s": row["required_s"],
        "counting": row["state"] == State.RUNNING,
        "risk": risk_word(row["risk"]),
        "random_per_hour": row["random_per_hour"],
        "unread": row["unread"],
        "viewers": row["viewers"],
        "need": _need(row),
        "incident": _incident(row),
        "test": _test(row),
        "told": _told(told) if told else None,
        "opened_at": _iso(row["opened_at"]),
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


def _test(row: Row) -> JsonState | None:
    """Its clock: seconds left, and whether they run."""
    if row["exam_state"] is None:
        return None
    return {"state": row["exam_state"], "left_s": max(0.0, row["left_s"])}


def _told(told: Told) -> JsonState:
    """Counts and the last few: events, no verdicts, and no part of its need."""
    last = [{"kind": it.kind, "at": it.at.isoformat()} for it in told.last]
    return {"times": dict(told.times), "last": last}


def _neediest_first(sitting: JsonState) -> tuple[tuple[int, int], str, str]:
    """Tests first, but nobody who waits for a person is hidden: see `rank`."""
    place = rank(Kind(str(sitting["kind"])), int(str(sitting["need"])))
    return place, str(sitting["name"]).casefold(), str(sitting["srn"])


def _counts(rows: Sequence[Row], counts: store.Counts) -> JsonState:
    states = [row["state"] for row in rows]
    open_states = (State.RUNNING, State.CHECKING_IN, State.PAUSED)
    found: JsonState = {str(state): states.count(state) for state in open_states}
    found["incidents"] = sum(row["incident_id"] is not None for row in rows)
    found["to_review"] = counts.to_review
    found["looks"] = counts.looks
    found["passed"] = counts.passed
    found["unavailable"] = counts.unavailable
    return found


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
