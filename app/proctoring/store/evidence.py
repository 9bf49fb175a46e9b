"""Pictures of failed looks: rows that tell of sealed objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from app.adapters.db import Tx
from app.kernel.ids import AccountId, LookId
from app.proctoring.domain.incidents import COLLECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of an incident."""

    key: str
    incident: UUID
    account: AccountId
    look: LookId
    number: int
    taken_at: datetime


async def incident_of(tx: Tx, look: LookId) -> tuple[UUID, AccountId, datetime] | None:
    """The incident a look belongs to, whose it is, and when it was asked.

    Of a passed look only where it is the first with pictures since another student's
    camera showed the same: there both look right, and a person has to see them.
    """
    row = await tx.fetchrow(
        """SELECT i.incident_id, i.account_id, l.asked_at
           FROM look l JOIN sitting s USING (sitting_id)
           JOIN incident i USING (sitting_id)
           WHERE l.look_id = $1 AND l.judged_at IS NOT NULL AND i.state = 'open'
             AND ((l.verdict <> 'match' AND i.last_at >= l.asked_at - $2::interval)
               OR EXISTS (SELECT FROM incident_part p
                   WHERE p.incident_id = i.incident_id AND p.kind = 'same_clip'
                     AND l.asked_at BETWEEN p.at AND p.at + $2
                     AND NOT EXISTS (SELECT FROM evidence e
                         WHERE e.incident_id = p.incident_id AND e.taken_at >= p.at
                           AND e.look_id <> l.look_id)))
           ORDER BY i.last_at DESC LIMIT 1""",
        look,
        COLLECT,
    )
    if row is None:
        return None
    return row["incident_id"], AccountId(row["account_id"]), row["asked_at"]


async def note(
    tx: Tx, incident: UUID, pictures: Literal["kept", "unagreed"], now: datetime
) -> None:
    """What became of an incident's pictures: once kept is kept."""
    await tx.execute(
        """UPDATE incident SET pictures = $2, pictures_at = $3
           WHERE incident_id = $1 AND pictures IS DISTINCT FROM 'kept'
             AND pictures IS DISTINCT FROM $2""",
        incident,
        pictures,
        now,
    )


async def insert(tx: Tx, it: Picture) -> bool:
    """False when it is there already."""
    tag = await tx.execute(
        """INSERT INTO evidence (object_key, incident_id, account_id, look_id, number,
               taken_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING""",
        it.key,
        it.incident,
        it.account,
        it.look,
        it.number,
        it.taken_at,
    )
    return tag == "INSERT 0 1"


async def of_incident(tx: Tx, incident: UUID) -> list[Picture]:
    rows = await tx.fetch(
        """SELECT object_key, incident_id, account_id, look_id, number, taken_at
           FROM evidence WHERE incident_id = $1 ORDER BY taken_at, number LIMIT 60""",
        incident,
    )
    return [
        Picture(
            key=row["object_key"],
            incident=row["incident_id"],
            account=AccountId(row["account_id"]),
            look=LookId(row["look_id"]),
            number=row["number"],
            taken_at=row["taken_at"],
        )
        for row in rows
    ]


async def count_of(tx: Tx, incident: UUID) -> int:
    found: int = await tx.fetchval(
        "SELECT count(*) FROM evidence WHERE incident_id = $1", incident
    )
    return found


async def keys(tx: Tx) -> set[str]:
    rows = await tx.fetch("SELECT object_key FROM evidence")
    return {row["object_key"] for row in rows}


async def due(tx: Tx, settled_before: datetime, taken_before: datetime) -> list[str]:
    """Decided so long ago, or taken so long ago whatever was decided."""
    rows = await tx.fetch(
        """SELECT e.object_key FROM evidence e JOIN incident i USING (incident_id)
           WHERE e.taken_at < $2 OR (i.settled_at < $1
               AND i.state IN ('decided', 'closed')) LIMIT 5000""",
        settled_before,
        taken_before,
    )
    return [row["object_key"] for row in rows]


async def of_student(tx: Tx, account: AccountId) -> list[Picture]:
    rows = await tx.fetch(
        "SELECT DISTINCT incident_id FROM evidence WHERE account_id = $1", account
    )
    return [it for row in rows for it in await of_incident(tx, row["incident_id"])]


async def withdrawn(tx: Tx) -> list[str]:
    """Of students who took that consent back after the picture; their key is gone. One
    that made room for another, given at the same moment, was not taken back."""
    rows = await tx.fetch(
        """SELECT object_key FROM evidence e WHERE EXISTS (SELECT FROM consent c
               WHERE c.account_id = e.account_id AND c.purpose = 'evidence'
                 AND c.withdrawn_at >= e.taken_at
                 AND NOT EXISTS (SELECT FROM consent it
                     WHERE it.account_id = c.account_id AND it.purpose = c.purpose
                       AND it.given_at = c.withdrawn_at
                       AND it.consent_id <> c.consent_id))
           LIMIT 5000"""
    )
    return [row["object_key"] for row in rows]


async def forget(tx: Tx, object_keys: Sequence[str]) -> int:
    tag = await tx.execute(
        "DELETE FROM evidence WHERE object_key = ANY ($1)", list(object_keys)
    )
    return int(tag.split()[-1])
