"""The page where a proctor compares pictures."""

from uuid import UUID

import pytest

from app.proctoring.service.pictures import Pictures
from app.proctoring.views.pictures import PICTURES
from tests.http.conftest import PHOTO
from tests.http.test_staff import trail


@pytest.fixture
async def look(app_server, site, database):
    """Ben has his pictures checked by a person, and one waits."""
    await site.log_in("BEN002")
    opened = await (await site.post("/api/sittings", {"module": "CEL"})).json()
    pictures: Pictures = app_server.app[PICTURES]
    async with database.transaction() as tx:
        look = await tx.fetchval(
            """INSERT INTO look (look_id, sitting_id, why, due_at, attempts, asked_at,
                   epoch)
               VALUES (gen_random_uuid(), $1, 'start', now(), 1, now(), $2)
               RETURNING look_id""",
            UUID(opened["sitting"]),
            opened["epoch"],
        )
    await pictures.hold(look, 1, PHOTO)
    await site.log_in("PROCTOR1")
    return look


@pytest.fixture
async def accounts(accounts, database):
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE account SET checked_by = 'person' WHERE srn = 'BEN002'"
        )
    return accounts


async def test_a_proctor_sees_both_pictures_and_decides(site, look, database):
    page = await (await site.get("/wall/pictures")).text()
    assert "Ben Thomas" in page
    sample = await site.get(f"/wall/pictures/{look}/sample")
    assert await sample.read() == PHOTO
    assert sample.headers["Cache-Control"] == "no-store"
    assert (await site.get(f"/wall/pictures/{look}/reference")).status == 404
    answer = await site.send(f"/wall/pictures/{look}", verdict="match")
    assert answer.headers["Location"] == "/wall/pictures"
    assert "No picture waits" in await (await site.get("/wall/pictures")).text()
    assert {"picture.seen", "picture.compared"} <= set(await trail(database))
    again = await site.send(f"/wall/pictures/{look}", verdict="match")
    assert again.status == 404


async def test_a_person_answers_with_what_a_person_can_see(site, look):
    for wrong in ("held", "system_unavailable", "no_video", "x"):
        answer = await site.send(f"/wall/pictures/{look}", verdict=wrong)
        assert answer.status == 400, wrong
