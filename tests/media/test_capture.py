"""Samples: captured when commanded, and nothing decoded otherwise."""

import asyncio
import threading
from random import Random
from uuid import uuid4

import cv2
import numpy as np
import pytest
from aiortc.mediastreams import VideoStreamTrack

from app.adapters.media_nodes import capture_stream
from app.kernel.ids import SittingId
from media.capture import QUEUED_MAX, Burst, Waiting
from media.seam.limits import Limits
from tests.media.studio import (
    NODE,
    command,
    moving,
    next_sample,
    open_studio,
    running_node,
    send,
    until_async,
)
from workers.loadtest.cameras import EncodedCamera, encode_clip


@pytest.fixture
def sitting():
    return SittingId(uuid4())


def picture(jpeg: bytes):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


async def test_a_command_gives_pictures_of_what_the_camera_saw(studio, sitting, redis):
    async with running_node(studio, redis), studio.student(sitting):
        await studio.streaming(sitting)
        wanted = command(sitting)
        await send(redis, wanted)
        sample = await next_sample(redis)
        assert sample.command == wanted
        assert len(sample.frames) >= 3
        seen = picture(sample.frames[0])
        assert seen.shape == (480, 640, 3)
        assert 100 < seen.mean() < 140
        assert cv2.Laplacian(seen, cv2.CV_32F).var() > 1000
        assert await redis.xlen(capture_stream(NODE)) == 0


async def test_nothing_is_decoded_until_asked(studio, sitting):
    async with studio.student(sitting):
        peer = await studio.streaming(sitting)
        threads = [thread.name for thread in threading.enumerate()]
        assert not [name for name in threads if "decode" in name]
        await studio.capturer.capture(peer)
        threads = [thread.name for thread in threading.enumerate()]
        assert "decode_0" in threads
        assert "video-decoder" not in threads


async def test_the_larger_picture_is_waited_for(studio, sitting):
    """As the browser does: a small idle picture, and a burst when asked."""
    camera = moving(320, 240, fps=5)
    async with studio.student(sitting, camera=camera):
        peer = await studio.streaming(sitting)
        capturing = asyncio.create_task(studio.capturer.capture(peer))
        await asyncio.sleep(0.3)
        camera.pictures, camera.fps = moving().pictures, 15
        frames = await capturing
        assert [picture(jpeg).shape[0] for jpeg in frames] == [480] * 5


async def test_lost_packets_are_asked_for_again(studio, sitting):
    chance = Random(1)
    async with studio.student(sitting) as client:
        peer = await studio.streaming(sitting)
        ice = client.sender.transport.transport
        send_all = ice._send

        async def send_most(datagram: bytes) -> None:
            if chance.random() > 0.1:
                await send_all(datagram)

        ice._send = send_most
        assert len(await studio.capturer.capture(peer)) >= 3


async def test_a_clip_encoded_once_serves_many_clients(studio, sitting):
    camera = EncodedCamera(encode_clip(moving().pictures, fps=15), fps=15)
    async with studio.student(sitting, camera=camera):
        peer = await studio.streaming(sitting)
        assert len(await studio.capturer.capture(peer)) >= 3


async def test_without_a_stream_the_sample_is_empty_at_once(studio, sitting, redis):
    async with running_node(studio, redis):
        await until_async(lambda: redis.exists(f"node:{NODE}"))
        await send(redis, command(sitting))
        assert (await next_sample(redis)).frames == ()


async def test_a_stream_that_shows_nothing_gives_an_empty_sample(studio, sitting):
    class Dark(VideoStreamTrack):
        async def recv(self):
            await asyncio.sleep(3600)

    async with studio.student(sitting, camera=Dark()):
        peer = studio.ingest.peer_of(sitting, 1)
        assert await studio.capturer.capture(peer) == ()


async def test_the_same_look_commanded_twice_is_answered_twice(studio, sitting, redis):
    async with running_node(studio, redis), studio.student(sitting):
        await studio.streaming(sitting)
        wanted = command(sitting)
        await send(redis, wanted)
        await send(redis, wanted)
        for _ in range(2):
            sample = await next_sample(redis)
            assert sample.command == wanted
            assert sample.frames


async def test_an_unreadable_command_is_dropped(studio, sitting, redis):
    async with running_node(studio, redis):
        await until_async(lambda: redis.exists(f"node:{NODE}"))
        await send(redis, {"look": "nonsense"})
        await send(redis, command(sitting))
        assert (await next_sample(redis)).frames == ()


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_picture_too_large_is_never_decoded(sitting, guarded):
    """The second run is the control: without the gate it would be."""
    limits = Limits(width=639, height=480, check_size=guarded)
    async with open_studio(limits=limits) as studio, studio.student(sitting):
        peer = await studio.streaming(sitting)
        frames = await studio.capturer.capture(peer)
        assert (frames == ()) is guarded


async def test_past_its_bound_frames_are_dropped_up_to_the_next_key_frame():
    waiting = Waiting(now=lambda: 0.0)
    key, other = b"\x10", b"\x11"
    for _ in range(QUEUED_MAX + 5):
        waiting.put(other)
    for _ in range(QUEUED_MAX):
        assert await waiting.next(within_s=0.01) == (other, 0)
    for frame in (other, key, other):
        waiting.put(frame)
    assert await waiting.next(within_s=0.01) == (key, 0)
    assert await waiting.next(within_s=0.01) == (other, 0)
    assert await waiting.next(within_s=0.01) is None


def test_frames_that_cannot_be_decoded_are_counted_and_no_more():
    burst = Burst(Limits())
    key = bytes([0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 0x02, 0xE0, 0x01])
    for frame in (b"\x01junk", key + b"\xff" * 50, b"\x01junk", b"", b"\x00"):
        burst.add(frame, at=0)
    assert burst.refused >= 1
    assert burst.jpegs() == () or burst.decoded > 0
