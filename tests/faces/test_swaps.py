"""Two hundred swaps at random moments: no second of the other person is confirmed."""

import itertools
import random

import numpy as np
import pytest

from app.proctoring.domain.policy import Policy
from media.follow import Comparisons
from tests.faces.acting import Faces, Play, confirmed_of
from tests.faces.conftest import varied
from tests.faces.test_follow import _placed, shot
from workers.demo_faces import as_jpeg

SWAPS = 200
LENGTH_S = 1500
SHORTEST_S = 15
"""Whoever stays for less may come and go between two glances (docs/security.md)."""
USED_UP = Comparisons(at_once=0, per_h=0)


@pytest.fixture(scope="module")
def faces(engine, glimpser, portraits):
    chance = np.random.default_rng(11)
    glimpses, frames, references = {}, {}, {}
    for number, (who, picture) in enumerate(portraits.items()):
        placed = _placed(picture, glimpser)
        seconds = chance.uniform(0, 600, 14)
        shots = [shot(placed, second, chance) for second in seconds]
        glimpses[who] = [glimpser.glimpse(it) for it in shots]
        frames[who] = [varied(picture, seed=number * 10 + it) for it in range(5)]
        references[who] = engine.enrol(as_jpeg(picture))
    kept = {}

    def embed(glimpse):
        if id(glimpse) not in kept:
            kept[id(glimpse)] = glimpser.embed(glimpse)
        return kept[id(glimpse)]

    return Faces(glimpses, frames, engine, references, embed)


def swaps(faces, *, short=False):
    """Who, by whom, from when, until when (inf: never back), and a seed."""
    chance = random.Random(2026)
    pairs = itertools.cycle(itertools.permutations(faces.glimpses, 2))
    for seed in range(SWAPS):
        student, other = next(pairs)
        began = chance.uniform(10, 900)
        stays = SHORTEST_S + chance.expovariate(1 / 90)
        ended = began + stays if chance.random() < 0.7 else float("inf")
        if short:
            ended = began + chance.uniform(1, SHORTEST_S)
        yield student, other, began, ended, seed


def play(faces, student, other, began, ended, seed, **how):
    """The stretches, and whether any glance or look saw the other person."""

    def cast(at):
        return other if began <= at < ended else student

    played = Play(faces, student, cast, seed, Policy(), **how)
    length_s = LENGTH_S if ended - began > SHORTEST_S else ended + 660
    return played.run(length_s), other in played.seen


@pytest.mark.parametrize(
    "comparisons",
    [Comparisons(), USED_UP],
    ids=["with comparisons", "all used up"],
)
def test_no_second_of_the_other_person_is_confirmed_in_200_swaps(faces, comparisons):
    stolen, honest = [], 0.0
    for student, other, began, ended, seed in swaps(faces):
        how = {"comparisons": comparisons}
        stretches, _ = play(faces, student, other, began, ended, seed, **how)
        stolen.append(confirmed_of(stretches, began, ended))
        honest += confirmed_of(stretches, 0, began)
    assert len(stolen) == SWAPS
    assert max(stolen) == 0
    assert honest > 0


def test_no_second_of_a_short_stay_is_confirmed_if_anything_saw_it(faces):
    """Who comes and goes between two glances is seen by nobody."""
    seen = 0
    how = {"comparisons": USED_UP}
    for student, other, began, ended, seed in swaps(faces, short=True):
        stretches, was_seen = play(faces, student, other, began, ended, seed, **how)
        if was_seen:
            seen += 1
            assert confirmed_of(stretches, began, ended) == 0, seed
    assert SWAPS / 3 < seen < SWAPS


def test_without_glances_stolen_seconds_would_be_confirmed(faces):
    """The negative control: looks alone miss who comes and goes between them."""
    stolen = 0.0
    for student, other, began, ended, seed in itertools.islice(swaps(faces), 60):
        how = {"glances": False}
        stretches, _ = play(faces, student, other, began, ended, seed, **how)
        stolen += confirmed_of(stretches, began, min(ended, LENGTH_S))
    assert stolen > 100


def test_an_honest_student_loses_next_to_nothing(faces):
    """Of an hour that a glance or two doubted; the last minutes are provisional."""
    for seed, student in enumerate(faces.glimpses):
        played = Play(faces, student, lambda _, it=student: it, seed, Policy())
        stretches = played.run(3600)
        assert all(it.state != "void" for it in stretches)
        counted = sum(
            (it.ended_at - it.started_at).total_seconds()
            for it in stretches
            if it.ended_at
        )
        running = played.world.watch.running_from
        counted += (played.world.now - running).total_seconds() if running else 0
        assert counted > 3560
