"""Sittings: one row each, locked by whoever changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, CheckId, ExamId, ModuleCode, SittingId
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Ending, Kind, Reason, State, Trouble, Verdict

_COLUMNS = """sitting_id, account_id, opened_at, state, reason, epoch, failures, doubt,
    verdict, looked_at, running_from, seen_at, active_at,
    finishing_since, opened_on, kind, check_id, exam_id,
    glanced_at, doubt_from, doubted_at, trouble, trouble_since, jumped_from"""


async def insert(tx: Tx, watch: Watch, module: ModuleCode | None) -> bool:
    """False when the student has an open one already. A check has no module."""
    tag = await tx.execute(
        """INSERT INTO sitting (sitting_id, account_id, module_code, state, epoch,
               opened_at, opened_on, kind, check_id, exam_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT DO NOTHING""",
        watch.sitting,
        watch.account,
        module,
        watch.state,
        watch.epoch,
        watch.opened_at,
        watch.opened_on,
        watch.kind,
        watch.check,
        watch.exam,
    )
    return tag == "INSERT 0 1"


async def lock(tx: Tx, sitting: SittingId) -> Watch | None:
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM sitting WHERE sitting_id = $1 FOR UPDATE",
        sitting,
    )
    return _watch(row) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A student's open sitting and the module it is of."""

    watch: Watch
    module: ModuleCode
    title: str


async def lock_open_of(tx: Tx, account: AccountId) -> Found | None:
    row = await tx.fetchrow(
        f"""SELECT {_COLUMNS}, module_code,
                (SELECT title FROM module WHERE code = module_code) AS title
            FROM sitting WHERE account_id = $1 AND state <> 'ended'
              AND kind <> 'check' FOR UPDATE""",
        account,
    )
    if row is None:
        return None
    module = ModuleCode(row["module_code"])
    return Found(watch=_watch(row), module=module, title=row["title"])


async def open_of(tx: Tx, account: AccountId) -> list[SittingId]:
    rows = await tx.fetch(
        "SELECT sitting_id FROM sitting WHERE account_id = $1 AND state <> 'ended'",
        account,
    )
    return [SittingId(row["sitting_id"]) for row in rows]


async def open_check_of(tx: Tx, account: AccountId) -> SittingId | None:
    found = await tx.fetchval(
        """SELECT sitting_id FROM sitting
           WHERE account_id = $1 AND state <> 'ended' AND kind = 'check'""",
        account,
    )
    return SittingId(found) if found else None


async def open_learning(tx: Tx, *, running: bool) -> list[SittingId]:
    """`running`: only those whose time runs and that are not finishing."""
    rows = await tx.fetch(
        """SELECT sitting_id FROM sitting
           WHERE state <> 'ended' AND kind = 'learning'
             AND (NOT $1 OR (state = 'running' AND finishing_since IS NULL))
           ORDER BY seen_at LIMIT 500""",
        running,
    )
    return [SittingId(row["sitting_id"]) for row in rows]


async def save(tx: Tx, watch: Watch, now: datetime) -> None:
    await tx.execute(
        """UPDATE sitting SET state = $2, reason = $3, epoch = $4, failures = $5,
               doubt = $6, verdict = $7, looked_at = $8, running_from = $9,
               seen_at = greatest(seen_at, $10), finishing_since = $11,
               active_at = greatest(active_at, $13), opened_on = $14,
               check_id = $15, glanced_at = greatest(glanced_at, $16),
               doubt_from = $17, doubted_at = $18, trouble = $19, trouble_since = $20,
               jumped_from = $21,
               ended_at = CASE WHEN $2 = 'ended' THEN coalesce(ended_at, $12) END
           WHERE sitting_id = $1""",
        watch.sitting,
        watch.state,
        watch.reason,
        watch.epoch,
        watch.failures,
        watch.doubt,
        watch.verdict,
        watch.looked_at,
        watch.running_from,
        watch.seen_at,
        watch.finishing_since,
        now,
        watch.active_at,
        watch.opened_on,
        watch.check,
        watch.glanced_at,
        watch.doubt_from,
        watch.doubted_at,
        watch.trouble,
        watch.trouble_since,
        watch.jumped_from,
    )


class Seen(NamedTuple):
    """A student was present up to `seen_at`, and last did something `active_at`."""

    sitting: SittingId
    epoch: int
    account: AccountId
    seen_at: datetime
    active_at: datetime | None = None


_CHECKPOINT = """WITH locked AS MATERIALIZED (
       SELECT sitting_id FROM sitting WHERE sitting_id = ANY($1::uuid[])
       ORDER BY sitting_id FOR NO KEY UPDATE)
   UPDATE sitting s SET seen_at = greatest(s.seen_at, p.seen_at),
       active_at = greatest(s.active_at, p.active_at)
   FROM (SELECT sitting_id, epoch, account_id, max(seen_at) AS seen_at,
             max(active_at) AS active_at
         FROM unnest($1::uuid[], $2::int[], $3::uuid[], $6::timestamptz[],
             $7::timestamptz[])
             AS it (sitting_id, epoch, account_id, active_at, seen_at)
         JOIN locked USING (sitting_id)
         GROUP BY 1, 2, 3) p
   WHERE s.sitting_id = p.sitting_id AND s.epoch = p.epoch
     AND s.account_id = p.account_id AND s.state <> 'ended'
     AND (s.state <> 'running' OR s.seen_at >= $4::timestamptz - $5::interval)
   RETURNING s.sitting_id, NOT EXISTS (
       SELECT FROM look l WHERE l.sitting_id = s.sitting_id
         AND l.judged_at IS NULL AND l.cancelled_at IS NULL
         AND l.held_at IS NULL
   ) AS unwatched"""


async def checkpoint(
    tx: Tx,
    seen: Sequence[Seen],
    now: datetime,
    lapse: timedelta,
) -> list[SittingId]:
    """Notes that these are present, all in one statement.

    A running sitting whose presence had lapsed is left alone, so that a late
    checkpoint never bridges a gap; housekeeping closes its stretch. Returns those
    that have no open look and may need one. Rows are locked in the order of their
    numbers, as `glances.steady` does: else the two would wait for each other.
    """
    rows = await tx.fetch(
        _CHECKPOINT,
        [it.sitting for it in seen],
        [it.epoch for it in seen],
        [it.account for it in seen],
        now,
        lapse,
        [it.active_at for it in seen],
        [it.seen_at for it in seen],
    )
    return [SittingId(row["sitting_id"]) for row in rows if row["unwatched"]]


async def accounts_of(tx: Tx, sittings: Sequence[SittingId]) -> list[AccountId]:
    rows = await tx.fetch(
        "SELECT DISTINCT account_id FROM sitting WHERE sitting_id = ANY ($1)", sittings
    )
    return [AccountId(row["account_id"]) for row in rows]


def _watch(row: Row) -> Watch:
    state = State(row["state"])
    reason = row["reason"]
    kind = Ending if state is State.ENDED else Reason
    return Watch(
        sitting=SittingId(row["sitting_id"]),
        account=AccountId(row["account_id"]),
        opened_at=row["opened_at"],
        state=state,
        reason=kind(reason) if reason else None,
        epoch=row["epoch"],
        failures=row["failures"],
        doubt=_verdict(row["doubt"]),
        verdict=_verdict(row["verdict"]),
        looked_at=row["looked_at"],
        running_from=row["running_from"],
        seen_at=row["seen_at"],
        active_at=row["active_at"],
        finishing_since=row["finishing_since"],
        opened_on=row["opened_on"],
        kind=Kind(row["kind"]),
        check=CheckId(row["check_id"]) if row["check_id"] else None,
        exam=ExamId(row["exam_id"]) if row["exam_id"] else None,
        glanced_at=row["glanced_at"],
        doubt_from=row["doubt_from"],
        doubted_at=row["doubted_at"],
        trouble=Trouble(row["trouble"]) if row["trouble"] else None,
        trouble_since=row["trouble_since"],
        jumped_from=row["jumped_from"],
    )


def _verdict(word: str | None) -> Verdict | None:
    return Verdict(word) if word else None
