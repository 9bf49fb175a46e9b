"""A turn of the head: asked at random and on suspicion, and not to be talked out of."""

from dataclasses import replace

import pytest

from app.kernel.findings import Ask, Finding
from app.proctoring.domain.judging import signs_of, verdict_of
from app.proctoring.domain.planning import LookWanted, routine, turning
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.signs import Sign
from app.proctoring.domain.words import Reason, State, Verdict, Why
from tests.domain.sitting_world import POLICY, T0, Dice, World

ALIVE = Finding(
    frames=5,
    faces=1,
    luminance=0.5,
    sharpness=300,
    face_height=0.4,
    turn=3,
    similarity=0.8,
    liveness=0.9,
    motion=0.02,
    engine="test",
    pack="test",
)
TURNED = replace(ALIVE, did_as_asked=True, kept=0.7)


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (TURNED, Verdict.MATCH),
        (replace(TURNED, did_as_asked=False, kept=None), Verdict.NOT_AS_ASKED),
        (replace(TURNED, kept=0.1), Verdict.MISMATCH),
        (replace(TURNED, similarity=0.1), Verdict.MISMATCH),
        (replace(TURNED, faces=2), Verdict.SEVERAL_FACES),
    ],
    ids=["turned", "not-turned", "another-turned", "another", "two"],
)
def test_who_turns_as_asked_and_stays_the_same_passes(finding, verdict):
    assert verdict_of(finding, POLICY) is verdict


@pytest.mark.parametrize(
    ("finding", "signs"),
    [
        (ALIVE, []),
        (replace(ALIVE, motion=0.0), [Sign.FROZEN]),
        (replace(ALIVE, motion=None, liveness=None), []),
        (replace(ALIVE, liveness=0.05), [Sign.LIFELESS]),
        (replace(TURNED, motion=0.0, liveness=0.05), []),
    ],
    ids=["alive", "still", "unknown", "not-live", "turned-after-all"],
)
def test_a_still_or_lifeless_face_is_reason_to_ask(finding, signs):
    assert signs_of(finding, POLICY) == signs


def test_random_looks_are_challenges_as_often_as_policy_says():
    chance = Dice(7)
    looks = [it for _ in range(4000) for it in routine(T0, POLICY, chance)]
    asked = [it for it in looks if it.why is Why.RANDOM and it.ask]
    share = POLICY.challenge_per_hour / POLICY.random_per_hour
    assert abs(len(asked) / 4000 - share) < 0.02
    assert all(it.ask is None for it in looks if it.why is Why.INTERVAL)
    none = routine(T0, Policy(challenge_per_hour=0), chance)
    assert all(it.ask is None for it in none)


def test_which_way_is_even():
    chance = Dice(8)
    wanted = LookWanted(why=Why.CHALLENGE, due_at=T0)
    ways = [turning(wanted, T0, chance).ask for _ in range(3000)]
    for way in (Ask.LEFT, Ask.RIGHT, Ask.UP):
        assert abs(ways.count(way) / 3000 - 1 / 3) < 0.04


def test_the_last_try_before_a_pause_is_a_challenge():
    world = World().look(Verdict.MATCH, Why.START).wait(60)
    asked = []
    for _ in range(POLICY.retries):
        world.look(Verdict.MISMATCH, Why.RETRY).wait(5)
        asked.append(world.asks[Why.RETRY] is not None)
    assert asked == [False, False, True]


def test_who_would_not_turn_is_not_believed_for_looking_ahead():
    world = World().look(Verdict.MATCH, Why.START).wait(300)
    world.look(Verdict.NOT_AS_ASKED, Why.CHALLENGE, asked=True).wait(5)
    assert world.asks[Why.RETRY] is not None
    world.look(Verdict.MATCH, Why.RANDOM)
    assert world.ledger.seconds("confirmed") == 0
    for _ in range(POLICY.retries):
        world.look(Verdict.NOT_AS_ASKED, Why.RETRY, asked=True).wait(5)
    assert (world.watch.state, world.watch.reason) == (
        State.PAUSED,
        Reason.NOT_AS_ASKED,
    )
    assert world.ledger.seconds("confirmed") == 0
    assert world.ledger.seconds("void") > 0
    assert world.incidents == [Verdict.NOT_AS_ASKED]
    assert world.asks[Why.RETRY] is not None


def test_one_challenge_that_was_not_noticed_costs_nothing():
    world = World().look(Verdict.MATCH, Why.START).wait(300)
    world.look(Verdict.NOT_AS_ASKED, Why.RANDOM, asked=True).wait(5)
    world.look(Verdict.MATCH, Why.RETRY, asked=True)
    assert world.ledger.seconds("confirmed") == 306
    assert world.incidents == []


def test_a_challenge_is_not_dodged_by_a_look_that_overtakes_it():
    world = World().look(Verdict.MATCH, Why.START).wait(60)
    asked_at = world.now
    world.wait(2).look(Verdict.MATCH, Why.GLANCE)
    world.wait(3).judged(asked_at, Verdict.NOT_AS_ASKED, Why.CHALLENGE, asked=True)
    assert world.watch.doubt is Verdict.NOT_AS_ASKED
    plain = World().look(Verdict.MATCH, Why.START).wait(60)
    asked_at = plain.now
    plain.wait(2).look(Verdict.MATCH, Why.GLANCE)
    before = plain.wait(3).watch
    plain.judged(asked_at, Verdict.MISMATCH, Why.RANDOM)
    assert plain.watch == before
