"""When a portal is closed, to the second, in the institution's own time zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.portals.domain import (
    BadWindow,
    Portal,
    PortalClosed,
    Window,
    announced,
    closed_now,
    closes_within,
    moment,
    require_open,
    require_sense,
)

INDIA = "Asia/Kolkata"


def april_window() -> Window:
    """'Tests are closed from 11 to 20 April 2026': both days with them."""
    closed_from = moment("2026-04-11", "", INDIA)
    return Window(
        window=uuid4(),
        portal=Portal.TESTS,
        closed_from=closed_from,
        closed_till=moment("2026-04-20", "", INDIA, end=True),
        announced_from=closed_from - timedelta(days=7),
        reason="The tests of April are being marked.",
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+05:30").astimezone(UTC)


@pytest.mark.parametrize(
    ("when", "closed"),
    [
        ("2026-04-10T23:59:59", False),
        ("2026-04-11T00:00:00", True),
        ("2026-04-15T12:00:00", True),
        ("2026-04-20T23:59:59", True),
        ("2026-04-21T00:00:00", False),
    ],
)
def test_tests_are_closed_from_11_to_20_april_and_learning_is_open(when, closed):
    window = april_window()
    require_sense(window)
    assert (closed_now([window], Portal.TESTS, at(when)) is window) is closed
    assert closed_now([window], Portal.LEARNING, at(when)) is None


def test_a_closed_portal_says_until_when_and_how_long_to_wait():
    window = april_window()
    words = "till 20 April 2026, 18:30 UTC: The tests of April are being marked. All "
    with pytest.raises(PortalClosed, match=words) as refused:
        require_open([window], Portal.TESTS, at("2026-04-20T23:59:00"))
    assert refused.value.details["wait_s"] == 61
    assert refused.value.details["until"] == window.closed_till.isoformat()
    require_open([window], Portal.LEARNING, at("2026-04-15T12:00:00"))


def test_it_is_announced_ahead_and_until_it_is_over():
    window = april_window()
    days = {
        "2026-04-03T23:00:00": [],
        "2026-04-04T00:00:00": [window],
        "2026-04-15T00:00:00": [window],
        "2026-04-21T00:00:00": [],
    }
    assert {day: announced([window], at(day)) for day in days} == days


def test_sittings_are_wound_down_shortly_before_and_not_after():
    window = replace(april_window(), portal=Portal.LEARNING)
    ahead = timedelta(seconds=30)
    seconds = {-31: False, -30: True, -1: True, 0: False, 5: False}
    found = {
        second: closes_within(
            [window],
            Portal.LEARNING,
            window.closed_from + timedelta(seconds=second),
            ahead,
        )
        for second in seconds
    }
    assert found == seconds


def test_a_day_of_a_clock_change_has_its_own_length():
    begins = moment("2026-03-29", "", "Europe/Berlin")
    ends = moment("2026-03-29", "", "Europe/Berlin", end=True)
    assert ends - begins == timedelta(hours=23)


@pytest.mark.parametrize(
    ("day", "time"), [("2026-02-30", ""), ("", ""), ("2026-04-11", "25:00"), ("x", "y")]
)
def test_days_that_are_none_are_refused(day, time):
    with pytest.raises(BadWindow):
        moment(day, time, INDIA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"closed_till": april_window().closed_from},
        {"closed_till": april_window().closed_from + timedelta(days=367)},
        {"reason": ""},
        {"reason": "x" * 301},
        {"announced_from": april_window().closed_from + timedelta(seconds=1)},
    ],
)
def test_windows_without_sense_are_refused(wrong):
    with pytest.raises(BadWindow):
        require_sense(replace(april_window(), **wrong))
