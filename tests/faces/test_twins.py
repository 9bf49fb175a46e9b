"""One clip before two cameras, as real encoders make it: marks of real glimpses."""

from fractions import Fraction
from uuid import uuid4

import av
import cv2
import numpy as np
import pytest

from app.proctoring.domain.marks import Mark
from app.proctoring.service.clips import Clips
from media.faces.models import Models
from media.follow import mark_of
from tests.processes.actors import alive, seated
from workers.demo_faces import as_jpeg

SIZE = (320, 240)
MOMENTS = range(0, 96, 12)
"""Seconds of a clip: as glances come."""


@pytest.fixture(scope="module")
def models(pack):
    return Models(pack, 1)


@pytest.fixture(scope="module")
def sitters(portraits, models):
    return [seated(it, models.detect) for it in list(portraits.values())[:3]]


def camera(scene, moments, seed):
    """What a webcam of its own noise shows of a scene at these moments."""
    chance = np.random.default_rng(seed)
    for second in moments:
        small = cv2.resize(scene(second), SIZE, interpolation=cv2.INTER_AREA)
        noisy = small + chance.normal(0, 3, small.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def by_jpeg(picture):
    return cv2.imdecode(np.frombuffer(as_jpeg(picture), np.uint8), cv2.IMREAD_COLOR)


def by_vp8(picture):
    """One key frame, as a browser sends it when it is glanced at."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 30)
    encoder.bit_rate = 300_000
    encoder.options = {"deadline": "realtime", "cpu-used": "8"}
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
        format="yuv420p"
    )
    frame.pts = 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    decoder = av.CodecContext.create("libvpx", "r")
    return decoder.decode(packets[0])[0].to_ndarray(format="bgr24")


def marks(glimpser, pictures, account):
    sitting = uuid4()
    for number, picture in enumerate(pictures):
        glimpse = glimpser.glimpse(picture)
        assert glimpse.points is not None
        yield Mark(
            account=account,
            sitting=sitting,
            stamp=1_795_000_000_000 + number * 12_000,
            hashed=mark_of(glimpse),
        )


async def are_twins(redis, one, other) -> bool:
    await Clips(redis).twins(list(one))
    return bool(await Clips(redis).twins(list(other)))


async def test_one_clip_encoded_twice_is_found(redis, glimpser, sitters):
    def clip(at):
        return alive(sitters[0], at)

    one = map(by_vp8, camera(clip, MOMENTS, 1))
    other = map(by_vp8, camera(clip, MOMENTS, 2))
    third = map(by_jpeg, camera(clip, MOMENTS, 3))
    marked = [list(marks(glimpser, it, uuid4())) for it in (one, other, third)]
    assert await are_twins(redis, marked[0], marked[1])
    assert await are_twins(redis, marked[0], marked[2])


async def test_two_different_people_are_not(redis, glimpser, sitters):
    people = [
        list(marks(glimpser, map(by_vp8, camera(scene, MOMENTS, seed)), uuid4()))
        for seed, scene in enumerate(
            (lambda at, it=it: alive(it, at)) for it in sitters
        )
    ]
    assert not await are_twins(redis, people[0], people[1])
    assert not await are_twins(redis, people[2], people[0])


async def test_a_student_s_own_two_sittings_are_not(redis, glimpser, sitters):
    """They match, glance by glance: only whose they are tells."""
    account = uuid4()
    shots = [
        list(
            marks(glimpser, camera(lambda at: alive(sitters[0], at), MOMENTS, it), who)
        )
        for it, who in ((1, account), (2, account), (3, uuid4()))
    ]
    assert not await are_twins(redis, shots[0], shots[1])
    assert await are_twins(redis, shots[0], shots[2])
