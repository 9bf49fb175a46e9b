"""When looks are due."""

from datetime import UTC, datetime

from app.proctoring.domain.planning import routine
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Why
from tests.domain.sitting_world import Dice

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def delays(why: Why, policy: Policy, count: int = 4000) -> list[float]:
    chance = Dice(7)
    plans = (look for _ in range(count) for look in routine(NOW, policy, chance))
    return [(p.due_at - NOW).total_seconds() for p in plans if p.why is why]


def test_the_interval_is_uniform_between_nine_and_ten_minutes():
    seen = delays(Why.INTERVAL, Policy())
    assert min(seen) >= 540
    assert max(seen) <= 600
    assert 567 < sum(seen) / len(seen) < 573


def test_random_looks_come_about_four_times_an_hour():
    seen = delays(Why.RANDOM, Policy(random_gap_min_s=0))
    assert 850 < sum(seen) / len(seen) < 950


def test_random_looks_have_no_memory_but_keep_their_gap():
    seen = delays(Why.RANDOM, Policy())
    assert min(seen) >= 60
    later = [s for s in seen if s > 600]
    assert 0.49 < len(later) / len(seen) < 0.56  # exp(-540/840) = 0.526


def test_a_rate_of_zero_plans_no_random_look():
    assert delays(Why.RANDOM, Policy(random_per_hour=0), 10) == []
