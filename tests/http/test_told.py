"""What a student can fetch tells nothing that would help the next trick."""

import json
import re
from uuid import UUID

import pytest

from app.proctoring.store import incidents
from tests.http.policy import allowed
from tests.http.test_live import connect, hear, say
from tests.http.test_staff import account_of

NOT_PAGES = {"/live", "/outbox", "/outbox.json", "/api/checks/speed", "/openapi.json"}
"""A socket; what is there in development alone; noise; the forms of
staff, which name every verdict and nobody's."""
TELLTALE = re.compile(
    r"spoof|same_clip|not live|>the same picture as|similarity|liveness|lifeless|frozen"
    r"|repeated_clip|virtual_camera|\brisk\W?:|embedding|a screen",
    re.IGNORECASE,
)
FINDING = {
    "frames": 5,
    "faces": 1,
    "luminance": 0.5,
    "sharpness": 90.0,
    "similarity": 0.31,
    "liveness": 0.1,
    "engine": "2",
    "pack": "test",
}


@pytest.fixture
async def tricked(site, database, gatehouse):
    """Asha's sitting was paused for what a machine took for a trick; staff know why."""
    await site.log_in("ASHA001")
    opened = await (await site.post("/api/sittings", {"module": "CEL"})).json()
    sitting = UUID(opened["sitting"])
    account = UUID(await account_of(database, "ASHA001"))
    now = gatehouse.clock.now()
    async with database.transaction() as tx:
        look = await tx.fetchval(
            """INSERT INTO look (look_id, sitting_id, why, due_at, attempts, asked_at,
                   epoch, judged_at, verdict, finding)
               VALUES (gen_random_uuid(), $1, 'random', $2, 1, $2, 1, $2, 'spoof', $3)
               RETURNING look_id""",
            sitting,
            now,
            json.dumps(FINDING),
        )
        await tx.execute(
            """INSERT INTO stretch (sitting_id, account_id, module_code, started_at,
                   ended_at, state, void_reason)
               VALUES ($1, $2, 'CEL', $3::timestamptz - interval '9 min', $3, 'void',
                   'spoof')""",
            sitting,
            account,
            now,
        )
        await tx.execute(
            """UPDATE sitting SET state = 'paused', reason = 'spoof', failures = 4,
                   verdict = 'spoof', doubt = 'spoof', looked_at = $2, risk = 0.9
               WHERE sitting_id = $1""",
            sitting,
            now,
        )
        for sign in ("lifeless", "same_clip", "frozen", "virtual_camera"):
            await tx.execute(
                "INSERT INTO sign VALUES ($1, $2, 3, $3, $3, $3)", sitting, sign, now
            )
        for kind in ("spoof", "same_clip"):
            await incidents.insert(tx, sitting, look, kind, now)
    return sitting


def students_pages(sitting: UUID) -> list[str]:
    """Every address that a student may fetch, with the parts filled in."""
    given = {"module": "CEL", "topic": "competition", "id": str(sitting)}
    pages = []
    for (method, path), who in allowed().items():
        reads = method == "GET" and (who == "public" or "student" in who)
        names = set(re.findall(r"{(\w+)}", path))
        if reads and names <= given.keys() and path not in NOT_PAGES:
            pages.append(path.format(**given))
    return pages


async def test_no_page_and_no_answer_tells_what_gave_a_trick_away(site, tricked):
    pages = students_pages(tricked)
    assert {"/account/incidents", "/hours.csv", "/check"} <= set(pages)
    for path in pages:
        answer = await site.get(path, "*/*")
        text = (await answer.read()).decode(errors="replace")
        if path == "/account/incidents":
            assert "could not be sure" in text
        assert (path, TELLTALE.findall(text)) == (path, [])


async def test_the_live_state_says_what_to_do_and_no_more(site, tricked):
    async with await connect(site) as socket:
        await say(socket, type="subscribe", topics=["student:me"])
        told = json.dumps(await hear(socket))
    assert '"reason": "mismatch"' in told
    assert TELLTALE.findall(told) == []
