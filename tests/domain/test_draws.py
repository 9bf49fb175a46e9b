"""Draws of chance: from a seed alone, fair, without memory, and proved afterwards."""

import hashlib
import hmac
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from app.kernel.findings import Ask
from app.kernel.ids import LookId
from app.proctoring.domain.draws import (
    Drawn,
    Seeded,
    What,
    commitment_of,
    delay_s,
    floor_of,
    gap_s,
    turn_of,
    uniform,
)
from app.proctoring.domain.planning import routine
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.proving import PlannedLook, Told, due_of, prove
from app.proctoring.domain.statistics import Summary, ks_p_value
from app.proctoring.domain.words import Verdict, Why
from tests.domain.sitting_world import World

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
SEED = bytes(range(32))
SEEDS = some.binary(min_size=32, max_size=32)
RANDOM = {"per_hour": 4.0, "floor_s": 60.0, "share": 0.125}
LIKELY = 0.001


def gaps(count: int, per_hour: float = 4, floor: float = 60) -> np.ndarray:
    """Of as many looks of one sitting."""
    us = (uniform(SEED, Why.RANDOM, What.TIME, n) for n in range(1, count + 1))
    return np.array([gap_s(per_hour, floor, u) for u in us])


def clipped(count: int) -> np.ndarray:
    """The control: gaps that are cut off at the floor, as planning once did."""
    return np.maximum(np.random.default_rng(5).exponential(900, count), 60)


def law(rows: np.ndarray, per_hour: float = 4, floor: float = 60) -> float:
    """How likely these gaps are an exponential beyond a floor."""
    scale = 3600 / per_hour - floor
    return float(stats.kstest(rows, "expon", args=(floor, scale)).pvalue)


def hazards(rows: np.ndarray) -> float:
    """Without memory, as many of those still open come in every five minutes."""
    edges = np.arange(60, 60 + 300 * 6, 300)
    came, left = [], []
    for begin in edges:
        still = rows[rows >= begin]
        came.append(int((still < begin + 300).sum()))
        left.append(int((still >= begin + 300).sum()))
    return float(stats.chi2_contingency([came, left]).pvalue)


def test_a_draw_is_what_the_glossary_says():
    digest = hmac.new(SEED, b"random:time:3", hashlib.sha256).digest()
    told = (int.from_bytes(digest[:8], "big") >> 11) / 2**53
    assert uniform(SEED, Why.RANDOM, What.TIME, 3) == told
    assert commitment_of(SEED) == hashlib.sha256(SEED).digest()


@given(SEEDS, some.sampled_from(Why), some.sampled_from(What), some.integers(1, 9999))
def test_a_draw_lies_in_its_bounds(seed, why, what, number):
    u = uniform(seed, why, what, number)
    assert 0 <= u < 1
    assert turn_of(u) in (Ask.LEFT, Ask.RIGHT, Ask.UP)
    for per_hour in (0.5, 4, 60):
        floor = floor_of(per_hour, 60)
        assert floor <= gap_s(per_hour, floor, u) < 40 * 3600 / per_hour


def test_gaps_follow_the_exponential_law_and_the_control_does_not():
    assert law(gaps(20_000)) > LIKELY
    assert law(clipped(20_000)) < LIKELY
    uniform_gaps = np.random.default_rng(6).uniform(60, 1740, 20_000)
    assert law(uniform_gaps) < LIKELY


def test_no_moment_is_likelier_than_another_and_the_control_is_found():
    assert hazards(gaps(20_000)) > LIKELY
    assert hazards(clipped(20_000)) < LIKELY


def test_gaps_say_nothing_of_those_that_follow():
    rows = gaps(20_000)
    assert stats.spearmanr(rows[:-1], rows[1:]).pvalue > LIKELY


@pytest.mark.parametrize("per_hour", [0.5, 4, 12, 60])
def test_the_mean_rate_is_the_one_that_was_set(per_hour):
    rows = gaps(20_000, per_hour, floor_of(per_hour, 60))
    mean = 3600 / per_hour
    assert abs(rows.mean() / mean - 1) < 4 / math.sqrt(len(rows))
    assert law(rows, per_hour, floor_of(per_hour, 60)) > LIKELY


def test_intervals_turns_and_shares_are_even_and_independent():
    us = {
        what: np.array([uniform(SEED, Why.RANDOM, what, n) for n in range(1, 9001)])
        for what in What
    }
    for rows in us.values():
        assert stats.kstest(rows, "uniform").pvalue > LIKELY
    pairs = [(What.TIME, What.SHARE), (What.TIME, What.TURN), (What.SHARE, What.TURN)]
    for one, other in pairs:
        assert stats.spearmanr(us[one], us[other]).pvalue > LIKELY
    turns = [turn_of(u) for u in us[What.TURN]]
    counts = [turns.count(way) for way in (Ask.LEFT, Ask.RIGHT, Ask.UP)]
    assert stats.chisquare(counts).pvalue > LIKELY


@pytest.mark.parametrize("count", [20, 300, 5000])
def test_our_own_p_value_is_that_of_scipy(count):
    for seed in range(20):
        for power in (1, 1.1):
            rows = np.random.default_rng(seed).uniform(0, 1, count) ** power
            exact = stats.kstest(rows, "uniform").pvalue
            near = 0.03 if count < 100 else 0.01
            assert abs(ks_p_value(rows.tolist()) - exact) < near


def test_an_unused_draw_is_not_used_up():
    chance = Seeded(SEED, {Why.RANDOM: 4})
    first, again = (list(routine(NOW, Policy(), chance)) for _ in range(2))
    assert first == again
    assert [it.drawn.number for it in first] == [1, 5]


def test_an_overtaken_look_brings_its_kind_back():
    """Else nobody would look by chance until the next interval."""
    world = World().look(Verdict.MATCH, Why.START).wait(300)
    asked_at = world.now
    world.wait(1).look(Verdict.MATCH, Why.INTERVAL)
    world.judged(asked_at, Verdict.MATCH, Why.RANDOM)
    assert {Why.INTERVAL, Why.RANDOM} <= world.looks.keys()


def simulated(hours: float, pause_every_s: float | None) -> tuple[int, float]:
    """Random looks that came, and the hours they were open beyond their floors: of a
    student who pauses and goes on (which draws anew) every so often, or never."""
    came, exposed_s, at, number = 0, 0.0, 0.0, 0
    pause_at = pause_every_s or math.inf
    while at < hours * 3600:
        number += 1
        gap = gap_s(4, 60, uniform(SEED, Why.RANDOM, What.TIME, number))
        open_s = min(gap, pause_at - at)
        came += gap <= pause_at - at
        exposed_s += max(0, open_s - 60)
        at += open_s
        if at >= pause_at:
            pause_at = at + (pause_every_s or math.inf)
    return came, exposed_s / 3600


@pytest.mark.parametrize("pause_every_s", [None, 1800, 400, 120])
def test_pausing_moves_no_look_into_or_out_of_the_time_that_counts(pause_every_s):
    came, exposed = simulated(3000, pause_every_s)
    expected = exposed * 3600 / 840
    assert abs(came - expected) < 4 * math.sqrt(expected)


def test_four_an_hour_come_where_nobody_pauses():
    came, _ = simulated(3000, None)
    assert abs(came - 12_000) < 4 * math.sqrt(12_000)


def recorded(count: int = 6, seed: bytes = SEED) -> list[PlannedLook]:
    """Random looks one after the other, as the store reads them."""
    looks, at = [], NOW + timedelta(seconds=5)
    for number in range(1, count + 1):
        drawn = Drawn(number=number, at=at, rule=RANDOM)
        due_at, ask = due_of(seed, Why.RANDOM, drawn)
        at = due_at + timedelta(seconds=3)
        looks.append(
            PlannedLook(
                look=LookId(UUID(int=number)),
                why=Why.RANDOM,
                planned_at=due_at,
                asked_at=due_at + timedelta(seconds=0.4),
                closed_at=at,
                cancelled=False,
                ask=ask,
                drawn=drawn,
            )
        )
    return looks


TOLD = Told(at=NOW, commitment=commitment_of(SEED))


def test_an_honest_record_is_proven():
    assert prove(SEED, commitment_of(SEED), recorded(), TOLD).holds


def earlier(look):
    return replace(look, planned_at=look.planned_at - timedelta(seconds=30))


TAMPERED = {
    "planned": earlier,
    "asked before it was due": lambda it: replace(it, asked_at=it.drawn.at),
    "another turn": lambda it: replace(it, ask=None if it.ask else Ask.UP),
    "another number": lambda it: replace(it, drawn=replace(it.drawn, number=9)),
    "another moment": lambda it: replace(
        it, drawn=replace(it.drawn, at=it.drawn.at + timedelta(seconds=2))
    ),
    "another rate": lambda it: replace(
        it, drawn=replace(it.drawn, rule={**RANDOM, "per_hour": 1.0})
    ),
    "another rule": lambda it: replace(it, drawn=replace(it.drawn, rule={})),
    "no draw": lambda it: replace(it, drawn=None),
    "never unveiled": lambda it: replace(it, planned_at=None),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_one_tampered_row_is_found(how):
    looks = recorded()
    looks[2] = TAMPERED[how](looks[2])
    assert not prove(SEED, commitment_of(SEED), looks, TOLD).holds


def test_a_deleted_row_another_seed_and_a_late_promise_are_found():
    looks, commitment = recorded(), commitment_of(SEED)
    assert not prove(SEED, commitment, looks[:2] + looks[3:], TOLD).holds
    assert not prove(bytes(32), commitment, looks, TOLD).holds
    assert not prove(bytes(32), commitment_of(bytes(32)), recorded(), TOLD).holds
    assert not prove(SEED, commitment, looks, Told()).holds
    late = replace(TOLD, at=NOW + timedelta(hours=1))
    assert not prove(SEED, commitment, looks, late).holds


def test_a_rate_that_nobody_set_is_found():
    rated = replace(TOLD, rates=[(NOW, 12.0)])
    assert not prove(SEED, commitment_of(SEED), recorded(), rated).holds
    rated = replace(TOLD, rates=[(NOW, 4.0)])
    assert prove(SEED, commitment_of(SEED), recorded(), rated).holds


def test_counts_and_gaps_of_many_sittings_are_as_expected():
    summary = Summary()
    for number in range(200):
        seed = hashlib.sha256(bytes([number])).digest()
        told = replace(TOLD, commitment=commitment_of(seed))
        proof = prove(seed, commitment_of(seed), recorded(seed=seed), told)
        summary.take(proof.lines)
    assert summary.came == summary.drawn == 1200
    assert abs(summary.sigmas) < 4
    assert ks_p_value(summary.shares) > LIKELY
    cut = [u for u in summary.shares if u < 0.9]  # the control: long gaps are missing
    assert ks_p_value(cut) < LIKELY


def test_an_interval_lies_in_its_bounds():
    rule = {"min_s": 540.0, "max_s": 600.0}
    us = [uniform(SEED, Why.INTERVAL, What.TIME, n) for n in range(1, 2000)]
    assert all(540 <= delay_s(rule, u) < 600 for u in us)
