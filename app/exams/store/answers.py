"""What a student writes while an exam runs: answers, flags, events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.adapters.db import Row, Tx
from app.exams.domain.events import AHEAD_MOST, NUMBER_MOST, OUR_NUMBER_MOST
from app.kernel.ids import AccountId, ExamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Whose page of which epoch writes, and when."""

    exam: ExamId
    account: AccountId
    epoch: int
    now: datetime


Entry: TypeAlias = tuple[Writer, Sequence[tuple[int, int, str]]]
"""Whose page writes, and the answers: position, turn, JSON."""

SAVE = """WITH it AS MATERIALIZED (
       SELECT w.n, w.now, e.exam_id, e.state, e.epoch, w.epoch AS own, e.started_at,
           e.deadline_at
       FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[])
           WITH ORDINALITY AS w (exam_id, account_id, epoch, now, n)
       JOIN exam e ON e.exam_id = w.exam_id AND e.account_id = w.account_id
       ORDER BY e.exam_id FOR SHARE OF e),
   given AS MATERIALIZED (
       SELECT n, position, turn, answer::jsonb AS answer
       FROM unnest($5::bigint[], $6::int[], $7::bigint[], $8::text[])
           AS g (n, position, turn, answer)),
   kept AS (
       INSERT INTO exam_answer (exam_id, position, turn, answer, at)
       SELECT it.exam_id, g.position, g.turn, g.answer,
           greatest(it.now, it.started_at)
       FROM given g JOIN it USING (n)
       WHERE it.state = 'running' AND it.epoch = it.own AND it.deadline_at >= it.now
         AND NOT EXISTS (
             SELECT FROM exam_answer a WHERE a.exam_id = it.exam_id
               AND a.position = g.position AND a.turn >= g.turn)
       ON CONFLICT DO NOTHING RETURNING exam_id, position, turn)
   SELECT it.n, it.state, it.epoch, it.deadline_at, g.position, g.turn,
       k.turn IS NOT NULL AS kept,
       (SELECT a.answer = g.answer FROM exam_answer a WHERE a.exam_id = it.exam_id
          AND a.position = g.position AND a.turn = g.turn) AS same,
       (SELECT max(a.turn) FROM exam_answer a WHERE a.exam_id = it.exam_id
          AND a.position = g.position) AS newest
   FROM it JOIN given g USING (n) LEFT JOIN kept k USING (exam_id, position, turn)"""
SAVE_UNLOCKED = SAVE.replace("FOR SHARE OF e", "FOR SHARE OF e SKIP LOCKED")


async def save(
    tx: Tx, entries: Sequence[Entry], *, waits: bool = True
) -> list[list[Row]]:
    """For each entry, of which every exam has one at most, its answers, each kept if it
    may be: one statement that locks the exams against their end.

    A row has state, epoch, deadline_at of the exam, and of the answer: position, turn,
    `kept` just now, `same` as what had been kept of that turn (NULL: nothing), and
    `newest`, the highest turn before. No rows: no such exam of theirs; or, unless it
    `waits`, somebody has it locked just now. An answer that was written at the same
    moment by somebody else is in none of them: ask again.
    """
    found: list[list[Row]] = [[] for _ in entries]
    writers = [(it.exam, it.account, it.epoch, it.now) for it, _ in entries]
    given = [(n, *it) for n, (_, answers) in enumerate(entries, 1) for it in answers]
    rows = await tx.fetch(
        SAVE if waits else SAVE_UNLOCKED,
        *map(list, zip(*writers, strict=True)),
        *map(list, zip(*given, strict=True)),
    )
    for row in rows:
        found[row["n"] - 1].append(row)
    return found


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
) -> bool | None:
    """Events (number, kind, at), each number once. None where no event may be noted;
    False, and nothing is, where a number is too far ahead of the highest kept: one
    alone could use them up for all that come after it."""
    noted: bool | None = await tx.fetchval(
        """WITH it AS MATERIALIZED (
               SELECT exam_id, drawn_at, $8 + (
                   SELECT coalesce(max(number), 0) FROM exam_event
                   WHERE exam_id = $1 AND number <= $9) AS furthest
               FROM exam
               WHERE exam_id = $1 AND account_id = $2 AND epoch = $3
                 AND state <> 'ended'),
           noted AS (
               INSERT INTO exam_event (exam_id, number, kind, at)
               SELECT it.exam_id, g.number, g.kind,
                   least($4, greatest(g.at, it.drawn_at))
               FROM it CROSS JOIN unnest($5::int[], $6::text[], $7::timestamptz[])
                   AS g (number, kind, at)
               WHERE it.furthest >= ALL ($5::int[])
               ON CONFLICT DO NOTHING)
           SELECT furthest >= ALL ($5::int[]) FROM it""",
        by.exam,
        by.account,
        by.epoch,
        by.now,
        [number for number, _, _ in events],
        [kind for _, kind, _ in events],
        [at for _, _, at in events],
        AHEAD_MOST,
        NUMBER_MOST,
    )
    return noted


async def note_event(tx: Tx, exam: ExamId, kind: str, now: datetime) -> None:
    """Of ours: its number is past all that a page may give, so that no page can leave
    none for it. Past the 200th of a test they are dropped."""
    await tx.execute(
        """INSERT INTO exam_event (exam_id, number, kind, at)
           SELECT $1, n, $2, $3 FROM (
               SELECT coalesce(max(number), $4) + 1 AS n FROM exam_event
               WHERE exam_id = $1 AND number > $4) x
           WHERE n <= $5 ON CONFLICT DO NOTHING""",
        exam,
        kind,
        now,
        NUMBER_MOST,
        OUR_NUMBER_MOST,
    )


async def next_event(tx: Tx, exam: ExamId) -> int:
    """Of a page."""
    found: int = await tx.fetchval(
        """SELECT coalesce(max(number), 0) + 1 FROM exam_event
           WHERE exam_id = $1 AND number <= $2""",
        exam,
        NUMBER_MOST,
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
