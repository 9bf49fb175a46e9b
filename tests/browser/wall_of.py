"""A wall of many: simulated sittings in a real database."""

import random
from uuid import uuid4

STATES = ("running", "running", "running", "checking_in", "paused")


ALL = """export const SPARE = 0
export const windowOf = ({ count }) => ({ first: 0, last: count })"""


async def show_all(page) -> None:
    """The control: from the next page on every row is in the document."""

    async def answer(route):
        await route.fulfill(content_type="text/javascript", body=ALL)

    await page.route("**/static/js/models/window.js", answer)


async def fill(database, count: int) -> list:
    """So many students, each with an open sitting; the sittings' ids."""
    chance = random.Random(4)
    accounts, sittings = (
        [uuid4() for _ in range(count)],
        [uuid4() for _ in range(count)],
    )
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               SELECT it, 'W' || n, 'Student ' || lpad(n::text, 3, '0'), 'student', 'x',
                   now(), now() FROM unnest($1::uuid[]) WITH ORDINALITY AS t (it, n)""",
            accounts,
        )
        await tx.execute(
            """INSERT INTO sitting (sitting_id, account_id, module_code, state, epoch,
                   opened_at, seen_at)
               SELECT s, a, (SELECT code FROM module ORDER BY code LIMIT 1),
                   'checking_in', 1, now(), now()
               FROM unnest($1::uuid[], $2::uuid[]) AS t (s, a)""",
            sittings,
            accounts,
        )
    await change(database, sittings, chance)
    return sittings


async def change(database, sittings, chance: random.Random) -> None:
    """Each of them to some state."""
    states = [chance.choice(STATES) for _ in sittings]
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE sitting s SET state = t.state,
                   reason = CASE WHEN t.state = 'paused' THEN 'mismatch' END,
                   running_from = CASE WHEN t.state = 'running' THEN now() END,
                   verdict = CASE WHEN t.state = 'paused' THEN 'mismatch'
                       ELSE 'match' END, looked_at = now()
               FROM unnest($1::uuid[], $2::text[]) AS t (sitting_id, state)
               WHERE s.sitting_id = t.sitting_id""",
            sittings,
            states,
        )


async def sit_tests(database, sittings) -> None:
    """These sittings become tests that run, the clock of each half through."""
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO blueprint (module_code, version, parts, duration_s, made_at)
               SELECT DISTINCT module_code, 1, '[]'::jsonb, 3600, now() FROM sitting
               ON CONFLICT DO NOTHING"""
        )
        await tx.execute(
            """WITH sat AS (
                   INSERT INTO exam (exam_id, account_id, module_code,
                       blueprint_version, seed, state, drawn_at, duration_s,
                       started_at, deadline_at)
                   SELECT gen_random_uuid(), account_id, module_code, 1, $2, 'running',
                       now() - interval '31 minutes', 3600,
                       now() - interval '30 minutes', now() + interval '30 minutes'
                   FROM sitting WHERE sitting_id = ANY ($1) RETURNING *)
               UPDATE sitting s SET kind = 'exam', exam_id = sat.exam_id,
                   state = 'running', reason = NULL, verdict = 'match',
                   running_from = now()
               FROM sat WHERE s.account_id = sat.account_id""",
            sittings,
            bytes(32),
        )


async def tell(database, sitting, *kinds: str) -> None:
    """As the browser of this test tells it, just now."""
    async with database.transaction() as tx:
        for kind in kinds:
            await tx.execute(
                """INSERT INTO exam_event (exam_id, number, kind, at)
                   SELECT s.exam_id, (SELECT count(*) + 1 FROM exam_event v
                       WHERE v.exam_id = s.exam_id), $2, now()
                   FROM sitting s WHERE s.sitting_id = $1""",
                sitting,
                kind,
            )
