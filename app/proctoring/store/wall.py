"""What the wall shows: every open sitting, and a strip of counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, ExamId, SittingId

SITTINGS_MOST = 2_000
_SITTINGS = """SELECT s.*, a.srn, a.name, m.title,
    (m.hours * 3600)::float8 AS required_s,
    EXISTS (SELECT FROM look WHERE sitting_id = s.sitting_id
        AND judged_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL
        AND lease_until > $1) AS looking,
    EXISTS (SELECT FROM sitting_message g WHERE g.sitting_id = s.sitting_id
        AND g.read_at IS NULL) AS unread,
    (SELECT count(*) FROM live_view v WHERE v.sitting_id = s.sitting_id
        AND v.ended_at IS NULL AND v.held_until > $1) AS viewers,
    coalesce(t.confirmed_us, 0) / 1e6::float8 AS confirmed_s,
    coalesce(t.provisional_us, 0) / 1e6::float8 AS provisional_s,
    i.incident_id, i.kind AS incident_kind, i.raised_at,
    x.state AS exam_state, extract(epoch FROM CASE x.state
        WHEN 'ready' THEN make_interval(secs => x.duration_s)
        WHEN 'paused' THEN x.deadline_at - x.paused_at
        ELSE x.deadline_at - $1 END)::float8 AS left_s
FROM sitting s JOIN account a USING (account_id)
JOIN module m ON m.code = s.module_code
LEFT JOIN exam x ON x.exam_id = s.exam_id
LEFT JOIN LATERAL hours_of(
    ARRAY[s.account_id], $1, $2, ARRAY[s.module_code]) t ON true
LEFT JOIN LATERAL (
    SELECT incident_id, kind, raised_at FROM incident
    WHERE sitting_id = s.sitting_id
      AND state IN ('open', 'appealed', 'proposed')
    ORDER BY raised_at DESC LIMIT 1
) i ON true
WHERE s.state <> 'ended' AND s.kind <> 'check'
ORDER BY s.kind = 'exam' DESC, s.reason = 'needs_person' DESC NULLS LAST,
    (s.state = 'paused' AND i.incident_id IS NOT NULL) DESC,
    s.opened_at LIMIT $3"""


async def sittings(
    tx: Tx, now: datetime, reach: timedelta, most: int = SITTINGS_MOST
) -> list[Row]:
    """Every open sitting with its student, module, time of that module, the incident
    that waits for a person, and what the student has not read yet. Beyond `most` no
    test is missing, nor who waits for a person."""
    return await tx.fetch(_SITTINGS, now, reach, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`looks`: of the last hour, judged by a machine or a person; of these `passed`,
    and `unavailable` where a fault of ours left no answer."""

    to_review: int
    looks: int
    passed: int
    unavailable: int


async def counts(tx: Tx, now: datetime) -> Counts:
    row = await tx.fetchrow(
        """SELECT (SELECT count(*) FROM incident
                   WHERE state IN ('open', 'appealed', 'proposed'))
                + (SELECT count(*) FROM look WHERE judged_at IS NULL
                     AND cancelled_at IS NULL AND held_at IS NOT NULL) AS to_review,
               l.looks, l.passed, l.unavailable
           FROM (SELECT count(*) AS looks,
                     count(*) FILTER (WHERE verdict = 'match') AS passed,
                     count(*) FILTER (WHERE verdict = 'system_unavailable')
                         AS unavailable
                 FROM look WHERE judged_at > $1::timestamptz - interval '1 hour') l""",
        now,
    )
    assert row is not None
    return Counts(**dict(row))


async def exam_of(tx: Tx, sitting: SittingId) -> ExamId | None:
    """The test that is sat in it, if one is."""
    found = await tx.fetchval(
        "SELECT exam_id FROM sitting WHERE sitting_id = $1", sitting
    )
    return ExamId(found) if found else None


async def acts(tx: Tx, sitting: SittingId) -> list[Row]:
    """at, what, details, name: what staff did to this sitting, by the trail."""
    return await tx.fetch(
        """SELECT e.at, e.what, e.details, b.name
           FROM sitting s JOIN audit_event e ON e.whom = s.account_id
           JOIN account b ON b.account_id = e.by
           WHERE s.sitting_id = $1 AND e.what LIKE 'sitting.%'
             AND e.by <> s.account_id
             AND e.details::jsonb ->> 'sitting' = s.sitting_id::text
           ORDER BY e.seq LIMIT 200""",
        sitting,
    )


async def send(
    tx: Tx, message: UUID, sitting: SittingId, by: AccountId, words: str, now: datetime
) -> bool:
    """False when the same words were sent and are not read yet."""
    tag = await tx.execute(
        """INSERT INTO sitting_message (message_id, sitting_id, sent_by, words, sent_at)
           SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (
               SELECT FROM sitting_message WHERE sitting_id = $2 AND words = $4
                 AND read_at IS NULL)""",
        message,
        sitting,
        by,
        words,
        now,
    )
    return tag == "INSERT 0 1"


async def read(tx: Tx, message: UUID, account: AccountId, now: datetime) -> bool:
    """By the student it is for."""
    tag = await tx.execute(
        """UPDATE sitting_message g SET read_at = coalesce(g.read_at, $3)
           FROM sitting s WHERE g.message_id = $1 AND s.sitting_id = g.sitting_id
             AND s.account_id = $2""",
        message,
        account,
        now,
    )
    return tag == "UPDATE 1"


async def unread(tx: Tx, accounts: Sequence[AccountId]) -> list[Row]:
    """account_id, message_id, words, sent_at: of open sittings, the oldest first."""
    return await tx.fetch(
        """SELECT s.account_id, g.message_id, g.words, g.sent_at
           FROM sitting_message g JOIN sitting s USING (sitting_id)
           WHERE s.account_id = ANY ($1) AND s.state <> 'ended' AND g.read_at IS NULL
           ORDER BY g.sent_at LIMIT 1000""",
        accounts,
    )


async def messages(tx: Tx, sitting: SittingId) -> list[Row]:
    return await tx.fetch(
        """SELECT g.words, g.sent_at, g.read_at, a.name FROM sitting_message g
           JOIN account a ON a.account_id = g.sent_by
           WHERE g.sitting_id = $1 ORDER BY g.sent_at""",
        sitting,
    )
