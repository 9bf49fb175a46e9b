"""Codes of scripted proctors' authenticator apps."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.domain.factors import STEP_S, matching_step, step_of
from workers.loadtest.authenticators import AHEAD_MOST, Authenticator

SECRET = "JBSWY3DPEHPK3PXP" * 2
NOW = datetime(2026, 4, 11, 9, tzinfo=UTC)  # a step begins


@pytest.mark.parametrize("behind_s", [-20, 0, AHEAD_MOST.total_seconds()])
@pytest.mark.parametrize("second", [0, 4, 15, 29])
async def test_a_server_whose_clock_differs_a_little_takes_the_code(behind_s, second):
    at = NOW + timedelta(seconds=second)
    code = await Authenticator(SECRET, lambda: at)()
    server = at - timedelta(seconds=behind_s)
    assert matching_step(SECRET, code, server, 0) is not None


async def test_no_code_is_given_twice():
    times = iter([NOW, NOW, NOW + timedelta(seconds=STEP_S)])
    app = Authenticator(SECRET, lambda: next(times))
    first, second = await app(), await app()
    last = step_of(NOW - AHEAD_MOST)
    later = NOW + timedelta(seconds=STEP_S)
    assert matching_step(SECRET, first, NOW, 0) == last
    assert matching_step(SECRET, second, later, last) == last + 1
