"""How many glances an hour: bounded, whatever the camera shows."""

import itertools

import pytest

from app.kernel.glances import Sight
from media.rhythm import Pace, Rhythm

RHYTHM = Rhythm()
CALM, BAD = Sight.STEADY, Sight.EMPTY


def glances(sights, hours):
    """How many in the last of so many hours, with a clock of its own."""
    pace, at, count = Pace(rhythm=RHYTHM), 1000.0, 0
    ends_at = at + hours * 3600
    for sight in itertools.cycle(sights):
        at += pace.after_s(sight, at)
        if at >= ends_at:
            return count
        count += at >= ends_at - 3600
    return count


@pytest.mark.parametrize(
    "sights",
    [
        [CALM],
        [Sight.JUMPED],
        [Sight.BROKEN],
        [Sight.EMPTY],
        [Sight.SEVERAL],
        [Sight.UNSEEN],
        [Sight.EMPTY, Sight.BROKEN],
        [Sight.EMPTY, Sight.SEVERAL, Sight.UNSEEN],
        [BAD] * 30 + [CALM] * 30,
        [BAD, CALM],
    ],
    ids=lambda sights: ",".join(dict.fromkeys(sights)),
)
def test_no_state_of_a_sitting_costs_more_than_the_bound(sights):
    assert RHYTHM.every_s == 10
    assert glances(sights, hours=1) <= RHYTHM.most_per_h
    assert glances(sights, hours=4) <= RHYTHM.most_per_h


def test_a_calm_hour_has_one_every_ten_seconds():
    assert glances([CALM], hours=1) == pytest.approx(360, abs=1)


def test_trouble_is_glanced_at_sooner_for_a_minute_and_then_as_always():
    pace, at = Pace(rhythm=RHYTHM), 1000.0
    waits = []
    for _ in range(30):
        waits.append(pace.after_s(Sight.EMPTY, at))
        at += waits[-1]
    assert waits[:15] == [RHYTHM.troubled_s] * 15
    assert sum(waits[:15]) == 60
    assert set(waits[15:]) == {RHYTHM.every_s}


def test_a_glance_is_never_later_in_trouble_than_when_calm():
    quick = Pace(rhythm=Rhythm(every_s=1.0))
    assert quick.after_s(Sight.EMPTY, 0) == 1.0
