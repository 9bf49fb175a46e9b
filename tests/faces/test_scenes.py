"""Each scene shows what it says: measured with the real engine and real people."""

import asyncio

import cv2
import numpy as np
import pytest

from app.kernel.findings import Ask
from app.proctoring.domain.judging import verdict_of
from app.proctoring.domain.policy import Policy
from app.proctoring.domain.words import Verdict
from media.faces.models import Models
from workers.demo_faces import as_jpeg
from workers.loadtest.actors import BURST_FPS, Head, LiveCamera
from workers.loadtest.scenes import KINDS, SIZE, Box, scene, seated

MATCHING = {"alive", "still", "loop"}
SHOWN = {
    "other": {Verdict.MISMATCH},
    "empty": {Verdict.NO_FACE},
    "two": {Verdict.SEVERAL_FACES},
    "dark": {Verdict.DARK},
    "covered": {Verdict.DARK},
}


@pytest.fixture(scope="module")
def models(pack):
    return Models(pack, 1)


def read(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture(scope="module")
def cast(people, models):
    """Obama's first photograph as the student, Kit as another."""

    def seat(jpeg):
        picture = read(jpeg)
        return seated(picture, Box(*map(float, models.detect(picture)[0][0][:4])))

    return {"student": [seat(people["obama"][0])], "other": [seat(people["kit"][0])]}


@pytest.fixture(scope="module")
def reference(engine, people):
    return engine.enrol(people["obama"][0])


def verdict(engine, frames, reference, ask=None):
    jpegs = [as_jpeg(it) for it in frames]
    finding = engine.examine(jpegs, reference, ask)
    return verdict_of(finding, Policy())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_scene_shows_what_it_says(engine, cast, reference, kind):
    frames = list(scene(kind, cast, 9, fps=2, seed=3))
    assert all(it.shape == (SIZE[1], SIZE[0], 3) for it in frames)
    first = verdict(engine, frames[:4], reference)
    last = verdict(engine, frames[-4:], reference)
    if kind == "swap":
        assert (first, last) == (Verdict.MATCH, Verdict.MISMATCH)
    elif kind in MATCHING:
        assert (first, last) == (Verdict.MATCH, Verdict.MATCH)
    else:
        assert {first, last} == SHOWN[kind]


def test_only_the_photograph_and_the_loop_repeat(cast):
    def distinct(kind):
        frames = list(scene(kind, cast, 12, fps=2))
        return len({it.tobytes() for it in frames}), len(frames)

    assert distinct("still") == (1, 24)
    assert distinct("loop") == (8, 24)
    assert distinct("alive") == (24, 24)


def test_the_same_seed_gives_the_same_frames(cast):
    one, same = (list(scene("alive", cast, 1, seed=4)) for _ in range(2))
    other = list(scene("alive", cast, 1, seed=5))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert (one[0] != other[0]).any()


@pytest.mark.parametrize("way", ["left", "right", "up"])
def test_the_head_turns_as_asked_and_stays_the_same_person(
    engine, models, cast, reference, way
):
    head = Head(cast["student"])
    head.ask(way, second=0)
    frames = [head.show(at / 10) for at in range(0, 34, 3)]
    assert verdict(engine, frames, reference, Ask(way)) is Verdict.MATCH
    other = Ask.RIGHT if way != "right" else Ask.LEFT
    assert verdict(engine, frames, reference, other) is Verdict.NOT_AS_ASKED
    poses = [models.pose(it, models.detect(it)[0][0]) for it in frames]
    ahead = poses[0]
    axis, sign = {"left": (0, 1), "right": (0, -1), "up": (1, 1)}[way]
    reached = max(sign * (it[axis] - ahead[axis]) for it in poses)
    print(f"{way}: {reached:.1f} degrees")  # noqa: T201
    assert reached > (20 if axis == 0 else 8)


async def test_a_live_camera_bursts_when_told(cast):
    camera = LiveCamera(Head(cast["student"]).show)
    camera.told(looking=True)
    loop = asyncio.get_running_loop()
    frames = [await camera.recv()]
    begun = loop.time()
    frames += [await camera.recv() for _ in range(5)]
    assert loop.time() - begun < 12 / BURST_FPS
    assert [it.pts for it in frames] == sorted({it.pts for it in frames})
    assert frames[0].format.name == "yuv420p"
