"""Notices: made by admins, shown to whom they concern, gone when they end."""

import pytest

from tests.http.test_staff import trail
from tests.http.test_ways_in import location, other

__all__ = ["other"]


async def make(site, **changes: str):
    given = {
        "text": "Tests are closed from 11 to 20 April 2026.",
        "tone": "warning",
        "audience": "everybody",
        "begins": "",
        "ends": "2099-01-01T00:00",
    }
    return await site.send("/staff/notices", **{**given, **changes})


async def test_a_notice_stands_on_the_login_page_and_ends_when_it_is_ended(
    site, other, database
):
    await site.log_in("ADMIN1")
    assert location(await make(site)).endswith("said=done")
    assert "11 to 20 April" in await (await other.get("/login")).text()
    async with database.connection() as tx:
        one = await tx.fetchval("SELECT notice_id FROM notice")
    await site.send(f"/staff/notices/{one}/end")
    assert "11 to 20 April" not in await (await other.get("/login")).text()
    again = await site.send(f"/staff/notices/{one}/end")
    assert again.status == 404
    assert {"notice.made", "notice.ended"} <= set(await trail(database))


@pytest.mark.parametrize(
    ("audience", "seen_by_a_student"), [("students", True), ("staff", False)]
)
async def test_a_notice_is_for_its_audience(site, other, audience, seen_by_a_student):
    await site.log_in("ADMIN1")
    await make(site, audience=audience)
    await other.log_in("ASHA001")
    page = await (await other.get("/")).text()
    assert ("11 to 20 April" in page) is seen_by_a_student
    other.forget()
    assert "11 to 20 April" not in await (await other.get("/login")).text()


async def test_a_planned_notice_is_not_shown_yet(site, other):
    await site.log_in("ADMIN1")
    await make(site, begins="2098-01-01T00:00")
    assert "11 to 20 April" not in await (await other.get("/login")).text()
    assert "11 to 20 April" in await (await site.get("/staff/notices")).text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"text": "x" * 401},
        {"ends": "2001-01-01T00:00"},
        {"ends": "soon"},
        {"tone": "loud"},
    ],
)
async def test_a_notice_that_makes_no_sense_is_refused(site, wrong):
    await site.log_in("ADMIN1")
    assert (await make(site, **wrong)).status == 400


async def test_markup_in_a_notice_stays_text(site, other):
    await site.log_in("ADMIN1")
    await make(site, text="<script>alert(1)</script>")
    page = await (await other.get("/login")).text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
