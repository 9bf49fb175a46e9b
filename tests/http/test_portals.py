"""Maintenance windows over HTTP: planned, announced, closed, told live."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.adapters.clock import AnchoredClock
from tests.http.test_live import connect, hear, say
from tests.http.test_staff import trail
from tests.http.test_ways_in import location, other

__all__ = ["other"]


def day(ahead: int) -> str:
    """As the admin writes it, in their own time zone."""
    there = AnchoredClock().now().astimezone(ZoneInfo("Asia/Kolkata"))
    return f"{there + timedelta(days=ahead):%Y-%m-%d}"


async def plan(site, **changes: str):
    given = {
        "portal": "learning",
        "from_day": day(-1),
        "till_day": day(3),
        "reason": "New servers are coming.",
        "ahead_days": "7",
    }
    return await site.send("/staff/windows", **{**given, **changes})


async def test_a_coming_window_stands_on_login_and_dashboard_with_a_countdown(
    site, other, database
):
    await site.log_in("ADMIN1")
    coming = {"portal": "tests", "from_day": day(2), "till_day": day(4)}
    assert location(await plan(site, **coming)).endswith("said=done")
    assert "window.made" in await trail(database)
    login = await (await other.get("/login")).text()
    assert "The test portal is closed <closing-countdown" in login
    assert "New servers are coming." in login
    await other.log_in("ASHA001")
    assert "The test portal is closed" in await (await other.get("/")).text()
    assert (await other.get("/study/CEL/competition")).status == 200
    opened = await other.post("/api/sittings", {"module": "CEL"})
    assert opened.status == 200


async def test_a_window_far_ahead_is_not_told_yet(site, other):
    await site.log_in("ADMIN1")
    await plan(site, from_day=day(30), till_day=day(31))
    assert "closed" not in await (await other.get("/login")).text()
    assert "closed from" in await (await site.get("/staff/windows")).text()


async def test_a_closed_portal_has_a_clear_page_and_opens_no_sitting(site, other):
    await site.log_in("ADMIN1")
    await plan(site)
    await other.log_in("ASHA001")
    answer = await other.get("/study/CEL/competition")
    page = await answer.text()
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 86_400
    assert "The learning portal is closed" in page
    assert "All of your time" in page
    refused = await other.post("/api/sittings", {"module": "CEL"})
    problem = await refused.json()
    assert (refused.status, problem["code"]) == (503, "portal_closed")
    assert " UTC: New servers are coming. All your confirmed" in problem["detail"]
    assert int(refused.headers["Retry-After"]) > 86_400
    assert (await other.get("/")).status == 200
    assert (await site.get("/staff/windows")).status == 200


async def test_windows_and_notices_reach_pages_that_are_open(site, other):
    await other.log_in("ASHA001")
    await site.log_in("ADMIN1")
    async with await connect(other) as socket:
        await say(socket, type="subscribe", topics=["news:mine"])
        first = await hear(socket)
        assert first["topic"] == "news:students"
        assert first["state"] == {"notices": [], "windows": []}
        await plan(site, portal="tests")
        told = (await hear(socket))["state"]["windows"]
        assert told[0]["name"] == "The test portal"
        await site.send(
            "/staff/notices",
            text="Good luck today.",
            tone="information",
            audience="students",
            begins="",
            ends="2099-01-01T00:00",
        )
        told = (await hear(socket))["state"]["notices"]
        assert told == [{"text": "Good luck today.", "tone": "information"}]


async def test_an_overlap_is_said(site):
    await site.log_in("ADMIN1")
    await plan(site)
    again = await plan(site, from_day=day(1))
    assert again.status == 409
    assert "End that one first" in await again.text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_day": "2026-02-30"},
        {"till_day": "2020-01-01"},
        {"reason": ""},
        {"portal": "exams"},
        {"ahead_days": "-1"},
    ],
)
async def test_a_window_without_sense_is_refused_with_the_page(site, wrong):
    await site.log_in("ADMIN1")
    answer = await plan(site, **wrong)
    assert answer.status == 400
    assert "A new window" in await answer.text()
