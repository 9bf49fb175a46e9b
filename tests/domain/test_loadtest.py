"""What a load test plans, counts and works out."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.loadtest.cost import Spent, per_student_hour
from workers.loadtest.plan import KINDS, BadMix, plan, read_mix
from workers.loadtest.settings import Settings
from workers.loadtest.tally import KEPT, Series, Tally, at_share


@given(
    students=st.integers(1, 400),
    weights=st.lists(st.integers(0, 90), min_size=5, max_size=5).filter(any),
    seed=st.integers(0, 9),
)
def test_kinds_come_in_their_shares_and_everybody_within_the_ramp(
    students, weights, seed
):
    text = ",".join(f"{kind}={it}" for kind, it in zip(KINDS, weights, strict=True))
    parts = plan(students, ramp_s=60, mix=read_mix(text), seed=seed)
    assert [part.number for part in parts] == list(range(students))
    assert all(0 <= part.after_s <= 60 for part in parts)
    assert sorted(part.after_s for part in parts) == [part.after_s for part in parts]
    counts = Counter(part.kind for part in parts)
    for kind, weight in zip(KINDS, weights, strict=True):
        exact = weight / sum(weights) * students
        assert abs(counts[kind] - exact) < 1
    assert parts == plan(students, ramp_s=60, mix=read_mix(text), seed=seed)


@pytest.mark.parametrize(
    "text", ["", "right", "right=", "calm=3", "right=-1", "right=0"]
)
def test_a_mix_that_cannot_be_read_says_how_to_write_one(text):
    with pytest.raises(BadMix, match=r"write|above 0"):
        read_mix(text)


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=300),
    st.sampled_from([0.5, 0.9, 0.99]),
)
def test_a_percentile_is_the_nearest_rank(values, share):
    found = at_share(sorted(values), share)
    assert sum(it <= found for it in values) >= share * len(values) - 1e-6
    assert sum(it < found for it in values) < share * len(values) + 1e-6


def test_a_series_stays_bounded_and_fair():
    series, chance = Series(), random.Random(1)
    for number in range(KEPT * 2):
        series.add(float(number), chance)
    assert len(series.values) == KEPT
    summary = series.summary()
    assert (summary["n"], summary["min"], summary["max"]) == (KEPT * 2, 0, KEPT * 2 - 1)
    assert abs(summary["p50"] - KEPT) < KEPT * 0.05


def test_streaming_is_counted_in_seconds_of_students():
    tally = Tally(began=100.0)
    tally.change(+1, 100.0)
    tally.change(+1, 110.0)
    tally.change(-1, 115.0)
    assert tally.student_s(120.0) == 10 + 10 + 5
    assert (tally.streaming, tally.streamed) == (1, 2)


def test_curves_tell_each_span_by_itself():
    tally = Tally(began=0.0)
    for at, value in ((1.0, 0.1), (2.0, 0.3), (7.0, 9.0)):
        tally.time("look_s", value, at)
    assert tally.curves()["look_s"] == [
        {"at": 0.0, "p50": 0.1, "p99": 0.3, "n": 2},
        {"at": 5.0, "p50": 9.0, "p99": 9.0, "n": 1},
    ]


def test_costs_are_of_one_student_and_hour():
    before = {"app": Spent(10, 0, 1), "media": Spent(1, 0, 1)}
    after = {"app": Spent(12, 0, 1), "media": Spent(2, 0, 1), "late": Spent(9, 0, 1)}
    found = per_student_hour(before, after, student_s=7200)
    assert found == {"app": 1.0, "media": 0.5, "all": 1.5}
    assert per_student_hour(before, after, 0) == {}


@pytest.mark.parametrize(
    ("url", "database", "here"),
    [
        ("http://localhost:8080", "postgresql://x", True),
        ("https://study.example.org", "postgresql://x", True),
        ("https://elsewhere.example.org", "postgresql://x", False),
        ("http://localhost:8080", "", False),
    ],
)
def test_of_another_deployment_this_machine_s_house_is_neither_filled_nor_measured(
    url, database, here
):
    app = "https://study.example.org/"
    settings = Settings(app_url=app, DATABASE_URL=database, REDIS_URL="")
    assert settings.is_here(url) is here
