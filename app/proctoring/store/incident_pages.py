"""What pages show of incidents: the queue, one of them, a reviewer's figures."""

from datetime import datetime
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, SittingId

QUEUE_MOST = 200


async def queue(
    tx: Tx, by: AccountId, now: datetime, kind: str | None, module: str | None
) -> list[Row]:
    """incident_id, kind, state, raised_at, srn, name, module, needs_person: what this
    person may decide and no colleague is reviewing; who waits for it first."""
    return await tx.fetch(
        """SELECT i.incident_id, i.kind, i.state, i.raised_at, i.last_at, a.srn, a.name,
               m.title AS module, s.state <> 'ended' AND s.reason = 'needs_person'
                   IS TRUE AS needs_person,
               (SELECT count(*) FROM incident_part p
                WHERE p.incident_id = i.incident_id) AS parts
           FROM incident i JOIN sitting s USING (sitting_id)
           JOIN account a ON a.account_id = i.account_id
           JOIN module m ON m.code = s.module_code
           WHERE i.state IN ('open', 'appealed', 'proposed') AND i.account_id <> $1
             AND (i.reviewer IS NULL OR i.reviewer = $1 OR i.reviewed_till <= $2)
             AND NOT EXISTS (SELECT FROM incident_decision d
                 WHERE d.incident_id = i.incident_id AND d.decided_by = $1)
             AND i.kind = coalesce($3, i.kind)
             AND s.module_code = coalesce($4, s.module_code)
           ORDER BY needs_person DESC, i.state = 'open', i.raised_at LIMIT $5""",
        by,
        now,
        kind,
        module,
        QUEUE_MOST,
    )


async def count(tx: Tx) -> int:
    found: int = await tx.fetchval(
        """SELECT count(*) FROM incident
           WHERE state IN ('open', 'appealed', 'proposed')"""
    )
    return found


async def one(tx: Tx, incident: UUID) -> Row | None:
    """The incident with its student, module, sitting and what the student said."""
    return await tx.fetchrow(
        """SELECT i.*, a.srn, a.name, m.title AS module, s.state AS sitting_state,
               s.reason AS sitting_reason, s.opened_at, s.ended_at, s.risk, s.exam_id,
               p.said, p.said_at, r.name AS reviewer_name,
               EXISTS (SELECT FROM consent c WHERE c.account_id = i.account_id
                   AND c.purpose = 'evidence' AND c.withdrawn_at >= i.pictures_at
                   AND NOT EXISTS (SELECT FROM consent it
                       WHERE it.account_id = c.account_id AND it.purpose = c.purpose
                         AND it.given_at = c.withdrawn_at
                         AND it.consent_id <> c.consent_id)) AS took_back
           FROM incident i JOIN sitting s USING (sitting_id)
           JOIN account a ON a.account_id = i.account_id
           JOIN module m ON m.code = s.module_code
           LEFT JOIN incident_appeal p USING (incident_id)
           LEFT JOIN account r ON r.account_id = i.reviewer
           WHERE incident_id = $1""",
        incident,
    )


async def parts(tx: Tx, incident: UUID) -> list[Row]:
    """kind, look_id, at, by_person (who compared): in their order."""
    return await tx.fetch(
        """SELECT p.kind, p.look_id, p.at, l.held_at IS NOT NULL AS by_person
           FROM incident_part p LEFT JOIN look l USING (look_id)
           WHERE p.incident_id = $1 ORDER BY p.at""",
        incident,
    )


async def twins(tx: Tx, incident: UUID) -> list[Row]:
    """incident_id, state, raised_at, srn, name: of those that showed the same clip."""
    return await tx.fetch(
        """SELECT o.incident_id, o.state, o.raised_at, a.srn, a.name
           FROM incident_twin t JOIN incident o ON o.incident_id = t.twin_id
           JOIN account a ON a.account_id = o.account_id
           WHERE t.incident_id = $1 ORDER BY o.raised_at LIMIT 50""",
        incident,
    )


async def decisions(tx: Tx, incident: UUID) -> list[Row]:
    """step, choice, reason, decided_at, name of who decided."""
    return await tx.fetch(
        """SELECT d.step, d.choice, d.reason, d.decided_at, a.name
           FROM incident_decision d JOIN account a ON a.account_id = d.decided_by
           WHERE incident_id = $1 ORDER BY decided_at""",
        incident,
    )


async def void_seconds(tx: Tx, incident: UUID) -> float:
    found: float = await tx.fetchval(
        """SELECT coalesce(sum(length_us(t.started_at, t.ended_at)), 0) / 1e6::float8
           FROM incident_stretch JOIN stretch t USING (stretch_id)
           JOIN sitting s ON s.sitting_id = t.sitting_id AND s.kind = 'learning'
           WHERE incident_id = $1 AND t.state = 'void'""",
        incident,
    )
    return float(found)


async def timeline(tx: Tx, sitting: SittingId) -> list[Row]:
    """at, what, detail: looks that were judged, stretches, signs; oldest first."""
    return await tx.fetch(
        """SELECT at, what, word, detail FROM (
               SELECT judged_at AS at, 'look' AS what, verdict AS word, why AS detail
               FROM look WHERE sitting_id = $1 AND judged_at IS NOT NULL
               UNION ALL
               SELECT started_at, 'runs', state, NULL FROM stretch
               WHERE sitting_id = $1
               UNION ALL
               SELECT ended_at, 'stops', state, void_reason FROM stretch
               WHERE sitting_id = $1 AND ended_at > started_at
               UNION ALL
               SELECT first_at, 'sign', sign, times::text FROM sign
               WHERE sitting_id = $1) x
           ORDER BY at LIMIT 500""",
        sitting,
    )


async def of_student(tx: Tx, account: AccountId) -> list[Row]:
    """Newest first: the decision in force, its reason, and the answer."""
    return await tx.fetch(
        """SELECT i.incident_id, i.kind, i.state, i.choice, i.raised_at, i.settled_at,
               m.title AS module, p.said, s.exam_id IS NOT NULL AS in_a_test,
               (SELECT d.reason FROM incident_decision d
                WHERE d.incident_id = i.incident_id
                ORDER BY d.choice = i.choice DESC, d.decided_at DESC LIMIT 1) AS reason
           FROM incident i JOIN sitting s USING (sitting_id)
           JOIN module m ON m.code = s.module_code
           LEFT JOIN incident_appeal p USING (incident_id)
           WHERE i.account_id = $1 ORDER BY i.raised_at DESC LIMIT 200""",
        account,
    )


async def figures(tx: Tx, since: datetime, day: datetime) -> list[Row]:
    """Of each reviewer since a moment: name, decided, today, median_s, upheld,
    dismissed, overturned."""
    return await tx.fetch(
        """SELECT a.name, count(*) AS decided,
               count(*) FILTER (WHERE d.decided_at >= $2) AS today,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY
                   extract(epoch FROM d.decided_at - i.raised_at)) AS median_s,
               count(*) FILTER (WHERE d.choice = 'uphold') AS upheld,
               count(*) FILTER (WHERE d.choice = 'dismiss') AS dismissed,
               count(*) FILTER (WHERE d.step = 'first' AND i.state = 'closed'
                   AND i.choice <> d.choice) AS overturned
           FROM incident_decision d JOIN incident i USING (incident_id)
           JOIN account a ON a.account_id = d.decided_by
           WHERE d.decided_at >= $1
           GROUP BY a.account_id, a.name ORDER BY decided DESC, a.name""",
        since,
        day,
    )
