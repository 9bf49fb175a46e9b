"""What a student writes while an exam runs: answers, flags, events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, ExamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Whose page of which epoch writes, and when."""

    exam: ExamId
    account: AccountId
    epoch: int
    now: datetime


async def save(tx: Tx, by: Writer, given: Sequence[tuple[int, int, str]]) -> list[Row]:
    """Answers (position, turn, JSON) of one exam, each kept if it may be: one statement
    that locks the exam against its end.

    state, epoch, deadline_at of the exam, and for each answer: position, turn, `kept`
    just now, `same` as what had been kept of that turn (NULL: nothing), and `newest`,
    the highest turn before. No rows: no such exam of theirs. An answer that was written
    at the same moment by somebody else is in none of them: ask again.
    """
    return await tx.fetch(
        """WITH it AS MATERIALIZED (
               SELECT state, epoch, started_at, deadline_at FROM exam
               WHERE exam_id = $1 AND account_id = $2 FOR SHARE),
           given AS MATERIALIZED (
               SELECT position, turn, answer::jsonb AS answer
               FROM unnest($5::int[], $6::bigint[], $7::text[])
                   AS g (position, turn, answer)),
           kept AS (
               INSERT INTO exam_answer (exam_id, position, turn, answer, at)
               SELECT $1, g.position, g.turn, g.answer, greatest($4, it.started_at)
               FROM given g CROSS JOIN it
               WHERE it.state = 'running' AND it.epoch = $3 AND it.deadline_at >= $4
                 AND NOT EXISTS (
                     SELECT FROM exam_answer a WHERE a.exam_id = $1
                       AND a.position = g.position AND a.turn >= g.turn)
               ON CONFLICT DO NOTHING RETURNING position, turn)
           SELECT it.state, it.epoch, it.deadline_at, g.position, g.turn,
               k.turn IS NOT NULL AS kept,
               (SELECT a.answer = g.answer FROM exam_answer a WHERE a.exam_id = $1
                  AND a.position = g.position AND a.turn = g.turn) AS same,
               (SELECT max(a.turn) FROM exam_answer a WHERE a.exam_id = $1
                  AND a.position = g.position) AS newest
           FROM it CROSS JOIN given g LEFT JOIN kept k USING (position, turn)""",
        by.exam,
        by.account,
        by.epoch,
        by.now,
        *map(list, zip(*given, strict=True)),
    )


async def flag(tx: Tx, by: Writer, position: int, *, flagged: bool) -> bool:
    """False where it may not be, or there is no such place."""
    tag = await tx.execute(
        """UPDATE exam_question q SET flagged = $6 FROM exam e
           WHERE q.exam_id = $1 AND q.position = $5 AND e.exam_id = q.exam_id
             AND e.account_id = $2 AND e.epoch = $3 AND e.state = 'running'
             AND e.deadline_at >= $4""",
        by.exam,
        by.account,
        by.epoch,
        by.now,
        position,
        flagged,
    )
    return tag == "UPDATE 1"


async def note_events(
    tx: Tx, by: Writer, events: Sequence[tuple[int, str, datetime]]
) -> bool:
    """Events (number, kind, at), each number once; False where none may be noted."""
    rows = await tx.fetch(
        """WITH it AS MATERIALIZED (
               SELECT exam_id, drawn_at FROM exam
               WHERE exam_id = $1 AND account_id = $2 AND epoch = $3
                 AND state <> 'ended'),
           noted AS (
               INSERT INTO exam_event (exam_id, number, kind, at)
               SELECT it.exam_id, g.number, g.kind,
                   least($4, greatest(g.at, it.drawn_at))
               FROM it CROSS JOIN unnest($5::int[], $6::text[], $7::timestamptz[])
                   AS g (number, kind, at)
               ON CONFLICT DO NOTHING)
           SELECT exam_id FROM it""",
        by.exam,
        by.account,
        by.epoch,
        by.now,
        [number for number, _, _ in events],
        [kind for _, kind, _ in events],
        [at for _, _, at in events],
    )
    return bool(rows)


async def note_event(tx: Tx, exam: ExamId, kind: str, now: datetime) -> None:
    """Of ours, with the next number, if there is one left."""
    await tx.execute(
        """INSERT INTO exam_event (exam_id, number, kind, at)
           SELECT $1, n, $2, $3 FROM (
               SELECT coalesce(max(number), 0) + 1 AS n FROM exam_event
               WHERE exam_id = $1) x
           WHERE n <= 2000 ON CONFLICT DO NOTHING""",
        exam,
        kind,
        now,
    )


async def next_event(tx: Tx, exam: ExamId) -> int:
    found: int = await tx.fetchval(
        "SELECT coalesce(max(number), 0) + 1 FROM exam_event WHERE exam_id = $1", exam
    )
    return found


async def places(tx: Tx, exam: ExamId, account: AccountId) -> list[Row]:
    """position, kind, options: what reading answers needs, and nothing of what is
    right."""
    return await tx.fetch(
        """SELECT q.position, v.kind, q.options
           FROM exam e JOIN exam_question q USING (exam_id)
           JOIN question_version v USING (question_id, version)
           WHERE e.exam_id = $1 AND e.account_id = $2 ORDER BY q.position""",
        exam,
        account,
    )


async def paper(tx: Tx, exam: ExamId) -> list[Row]:
    """position, kind, flagged, options, and the texts as they are shown; with the
    newest answer and its turn. What is right never leaves the database here."""
    return await tx.fetch(
        """SELECT q.position, v.kind, q.flagged, q.options, v.body ->> 'text' AS text,
               ARRAY(SELECT v.body -> 'options' -> o.n ->> 'text'
                     FROM unnest(q.options) WITH ORDINALITY AS o (n, place)
                     ORDER BY o.place) AS option_texts,
               a.turn, a.answer
           FROM exam_question q JOIN question_version v USING (question_id, version)
           LEFT JOIN LATERAL (
               SELECT turn, answer FROM exam_answer
               WHERE exam_id = q.exam_id AND position = q.position
               ORDER BY turn DESC LIMIT 1) a ON true
           WHERE q.exam_id = $1 ORDER BY q.position""",
        exam,
    )
