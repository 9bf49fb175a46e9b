"""The helpdesk compares captures of a device check with the profile photo."""

import re

import pytest

from app.accounts.domain.enrolment import CAPTURES, Capture
from app.accounts.service.enrolments import Enrolments
from app.kernel.ids import AccountId
from tests.http.conftest import PHOTO
from tests.http.test_staff import account_of, trail


@pytest.fixture
async def unclear(site, gatehouse, database):
    """Asha's four captures; one is not clearly her."""
    asha = AccountId(await account_of(database, "ASHA001"))
    enrolments = Enrolments(gatehouse)
    for ask in CAPTURES:
        capture = Capture(
            ask=ask, clear=ask != "up", vector=bytes(2044) + b"\0\0\x80?", picture=PHOTO
        )
        async with database.transaction() as tx:
            await enrolments.take(tx, asha, "test", capture)
    async with database.connection() as tx:
        return await tx.fetchval("SELECT enrolment_id FROM enrolment")


async def test_each_picture_is_shown_beside_the_photo_and_each_view_is_in_the_trail(
    site, unclear, database
):
    await site.log_in("HELP1")
    page = await (await site.get("/staff/requests")).text()
    pictures = re.findall(rf'src="(/staff/requests/{unclear}/captures/\w+)"', page)
    assert len(set(pictures)) == len(CAPTURES)
    for path in pictures:
        shown = await site.get(path)
        assert await shown.read() == PHOTO
        assert shown.headers["Cache-Control"] == "no-store"
    assert (await trail(database)).count("capture.seen") == len(CAPTURES)
    why = """SELECT bool_and(details::jsonb ->> 'why' <> '') FROM audit_event
        WHERE what = 'capture.seen'"""
    async with database.connection() as tx:
        assert await tx.fetchval(why)
    away = await site.get(f"/staff/requests/{unclear}/captures/behind")
    assert away.status == 404


async def test_approving_and_refusing_are_said_to_the_student(site, unclear, database):
    await site.log_in("HELP1")
    assert "to compare" in await (await site.get("/staff")).text()
    bad = await site.send(f"/staff/requests/{unclear}/captures/refuse", reason=" ")
    assert "write a reason" in await bad.text()
    answer = await site.send(f"/staff/requests/{unclear}/captures/approve")
    assert answer.status == 303
    letters = await site.letters("asha001@example.org")
    assert letters[0]["kind"] == "captures_approved"
    again = await site.send(f"/staff/requests/{unclear}/captures/approve")
    assert "decided meanwhile" in await again.text()


async def test_a_proctor_does_not_see_them(site, unclear):
    await site.log_in("PROCTOR1")
    path = f"/staff/requests/{unclear}/captures/front"
    assert (await site.get(path)).status == 403
