"""Incidents: collected, decided, answered. What is written here never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, LookId, SittingId
from app.proctoring.domain.incidents import (
    COLLECT,
    Case,
    Choice,
    Decided,
    Decision,
    Standing,
    Step,
)

_COLLECTED = """WITH late AS (
        UPDATE incident SET last_at = greatest(last_at, $4)
        WHERE incident_id = (
            SELECT incident_id FROM incident WHERE sitting_id = $1
              AND state = 'open' AND last_at >= $4::timestamptz - $5::interval
            ORDER BY last_at DESC LIMIT 1)
        RETURNING incident_id),
    fresh AS (
        INSERT INTO incident (incident_id, sitting_id, account_id, kind,
            look_id, raised_at, last_at)
        SELECT $6, $1, account_id, $3, $2, $4, $4 FROM sitting
        WHERE sitting_id = $1 AND NOT EXISTS (SELECT FROM late)
        RETURNING incident_id)
    SELECT incident_id FROM late UNION ALL SELECT incident_id FROM fresh"""
"""The sitting's open incident of late, or a new one."""


async def insert(
    tx: Tx, sitting: SittingId, look: LookId | None, kind: str, now: datetime
) -> UUID:
    """Adds to the sitting's open incident of late, or opens one. Lock the sitting
    first. The same look and kind, told twice, is one part."""
    known: UUID | None = await tx.fetchval(
        "SELECT incident_id FROM incident_part WHERE look_id = $1 AND kind = $2",
        look,
        kind,
    )
    if known is not None:
        return known
    incident: UUID = await tx.fetchval(
        _COLLECTED,
        sitting,
        look,
        kind,
        now,
        COLLECT,
        uuid4(),
    )
    await add_part(tx, incident, look, kind, now)
    return incident


async def add_part(
    tx: Tx, incident: UUID, look: LookId | None, kind: str, now: datetime
) -> None:
    """To this incident, however long ago the last was; twice is once."""
    await tx.execute(
        """WITH late AS (UPDATE incident SET last_at = greatest(last_at, $4)
               WHERE incident_id = $1)
           INSERT INTO incident_part (incident_id, kind, look_id, at)
           VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING""",
        incident,
        kind,
        look,
        now,
    )


async def add_stretches(tx: Tx, incident: UUID, stretches: Sequence[int]) -> None:
    """Time that became void with it, or just before: whoever leaves while a failed look
    is tried again loses time before anything is raised."""
    await tx.execute(
        """INSERT INTO incident_stretch (stretch_id, incident_id)
           SELECT it, $1::uuid FROM unnest($2::bigint[]) AS it
           UNION
           SELECT t.stretch_id, i.incident_id
           FROM incident i JOIN stretch t USING (sitting_id)
           WHERE i.incident_id = $1 AND t.state = 'void' AND t.void_reason <> 'gap'
             AND t.ended_at >= i.raised_at - $3::interval
           ON CONFLICT DO NOTHING""",
        incident,
        list(stretches),
        COLLECT,
    )


async def sitting_of(tx: Tx, incident: UUID) -> SittingId | None:
    found = await tx.fetchval(
        "SELECT sitting_id FROM incident WHERE incident_id = $1", incident
    )
    return SittingId(found) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    case: Case
    sitting: SittingId
    settled_at: datetime | None


async def lock(tx: Tx, incident: UUID) -> Found | None:
    """Lock its sitting first."""
    row = await tx.fetchrow(
        """SELECT account_id, sitting_id, state, choice, settled_at FROM incident
           WHERE incident_id = $1 FOR UPDATE""",
        incident,
    )
    if row is None:
        return None
    case = Case(
        account=AccountId(row["account_id"]),
        state=Standing(row["state"]),
        choice=Choice(row["choice"]) if row["choice"] else None,
        decisions=tuple(await decisions_of(tx, incident)),
    )
    sitting = SittingId(row["sitting_id"])
    return Found(case=case, sitting=sitting, settled_at=row["settled_at"])


async def decisions_of(tx: Tx, incident: UUID) -> list[Decision]:
    rows = await tx.fetch(
        """SELECT step, choice, reason, decided_by, decided_at FROM incident_decision
           WHERE incident_id = $1 ORDER BY decided_at""",
        incident,
    )
    return [_decision(row) for row in rows]


async def write_decision(
    tx: Tx, incident: UUID, given: Decision, decided: Decided
) -> None:
    await tx.execute(
        """INSERT INTO incident_decision
               (incident_id, step, choice, reason, decided_by, decided_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        incident,
        given.step,
        given.choice,
        given.reason,
        given.by,
        given.at,
    )
    await tx.execute(
        """UPDATE incident SET state = $2, choice = $3, settled_at = $4,
               reviewer = NULL, reviewed_till = NULL WHERE incident_id = $1""",
        incident,
        decided.state,
        decided.choice,
        given.at,
    )


async def write_appeal(
    tx: Tx, incident: UUID, account: AccountId, said: str, now: datetime
) -> None:
    await tx.execute(
        """INSERT INTO incident_appeal (incident_id, account_id, said, said_at)
           VALUES ($1, $2, $3, $4)""",
        incident,
        account,
        said,
        now,
    )
    await tx.execute(
        "UPDATE incident SET state = 'appealed' WHERE incident_id = $1", incident
    )


async def take(
    tx: Tx, incident: UUID, by: AccountId, now: datetime, till: datetime
) -> bool:
    """Reviewing it now; False while a colleague does."""
    tag = await tx.execute(
        """UPDATE incident SET reviewer = $2, reviewed_till = $4 WHERE incident_id = $1
             AND state IN ('open', 'appealed', 'proposed')
             AND (reviewer = $2 OR coalesce(reviewed_till, $3) <= $3)""",
        incident,
        by,
        now,
        till,
    )
    return tag == "UPDATE 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Time given back by dismissing: a correction, bound to the incident."""

    correction: UUID
    module: str
    seconds: int


async def restore(
    tx: Tx, incident: UUID, by: AccountId, role: str, now: datetime
) -> Restored | None:
    """The void seconds of learning of the incident, rounded up; None if there are none,
    or they were given back before."""
    row = await tx.fetchrow(
        """INSERT INTO correction (correction_id, account_id, module_code, seconds,
               reason, asked_by, asked_as, asked_at, incident_id)
           SELECT $2, t.account_id, t.module_code,
               ceil(sum(length_us(t.started_at, t.ended_at)) / 1e6)::integer,
               'An incident was dismissed: its time counts after all.', $3, $4, $5, $1
           FROM incident_stretch i JOIN stretch t USING (stretch_id)
           JOIN sitting s ON s.sitting_id = t.sitting_id AND s.kind = 'learning'
           WHERE i.incident_id = $1 AND t.state = 'void' AND t.ended_at > t.started_at
           GROUP BY t.account_id, t.module_code
           ON CONFLICT (incident_id) DO NOTHING
           RETURNING correction_id, module_code, seconds""",
        incident,
        uuid4(),
        by,
        role,
        now,
    )
    if row is None:
        return None
    await tx.execute(
        """UPDATE correction SET state = 'approved', decided_by = $2, decided_as = $3,
               decided_at = $4 WHERE correction_id = $1""",
        row["correction_id"],
        by,
        role,
        now,
    )
    return Restored(
        correction=row["correction_id"],
        module=row["module_code"],
        seconds=row["seconds"],
    )


def _decision(row: Row) -> Decision:
    return Decision(
        step=Step(row["step"]),
        choice=Choice(row["choice"]),
        reason=row["reason"],
        by=AccountId(row["decided_by"]),
        at=row["decided_at"],
    )
