"""The register of media nodes, over a real Valkey."""

import asyncio
import json
from dataclasses import replace
from uuid import uuid4

import pytest

from app.adapters.media_nodes import (
    NODE_LIFE_S,
    CamerasFull,
    MediaNode,
    MediaNodes,
    NoMediaNode,
    VideoSeen,
)
from app.kernel.ids import SittingId


def node(name, streams=0, capacity=10) -> MediaNode:
    return MediaNode(
        name=name, url=f"http://{name}", streams=streams, capacity=capacity
    )


@pytest.fixture
def register(redis):
    return MediaNodes(redis)


@pytest.fixture
def sitting():
    return SittingId(uuid4())


async def test_nobody_there_is_said_so(register):
    assert await register.nodes() == []
    with pytest.raises(NoMediaNode) as none:
        await register.least_loaded()
    assert none.type is NoMediaNode


async def test_the_least_loaded_is_the_emptiest_by_share(register):
    await register.beat(node("a", 5, 10), [])
    await register.beat(node("b", 20, 100), [])
    assert await register.least_loaded() == node("b", 20, 100)


async def test_who_comes_between_two_beats_is_spread(redis):
    seconds = iter(range(100))
    register = MediaNodes(redis, now=lambda: next(seconds) / 100)
    await register.beat(node("a", 0, 10), [])
    await register.beat(node("b", 5, 10), [])
    sent = [(await register.least_loaded()).name for _ in range(11)]
    assert (sent.count("a"), sent.count("b")) == (8, 3)


async def test_what_was_sent_long_ago_the_node_has_told(redis):
    seconds = iter(range(0, 1_000, 5))
    register = MediaNodes(redis, now=lambda: next(seconds))
    await register.beat(node("a", 0, 10), [])
    await register.beat(node("b", 1, 10), [])
    assert {(await register.least_loaded()).name for _ in range(5)} == {"a"}


async def test_full_nodes_are_passed_over(register):
    await register.beat(node("a", 10, 10), [])
    with pytest.raises(CamerasFull):
        await register.least_loaded()
    await register.beat(node("b", 9, 10), [])
    assert await register.least_loaded() == node("b", 9, 10)


async def test_nodes_that_drain_are_passed_over(register):
    draining = replace(node("a"), draining=True)
    await register.beat(draining, [])
    with pytest.raises(NoMediaNode) as none:
        await register.least_loaded()
    assert none.type is NoMediaNode  # It starts anew: that is not "all places taken".
    await register.beat(node("b", 9, 10), [])
    assert await register.least_loaded() == node("b", 9, 10)
    assert draining in await register.nodes()


async def test_a_node_that_says_more_than_we_know_is_read_all_the_same(register, redis):
    await register.beat(node("a"), [])
    card = json.loads(await redis.get("node:a"))
    await redis.set("node:a", json.dumps({**card, "of_tomorrow": 1}))
    assert await register.nodes() == [node("a")]
    assert [it.node for it in await register.beats()] == [node("a")]


async def test_who_was_at_a_node_is_known_longer_than_the_node(
    register, sitting, redis
):
    other = SittingId(uuid4())
    await register.beat(node("a"), [VideoSeen(sitting, 3)])
    await register.beat(node("b"), [VideoSeen(other, 1)])
    assert await redis.ttl("node:a") + 2 < await redis.ttl(f"video:{sitting}")
    await redis.delete("node:a")
    pages = {(sitting, 3), (other, 1)}
    assert await register.on_nodes(pages, {"a"}) == {(sitting, 3)}
    assert await register.on_nodes({(sitting, 4)}, {"a"}) == set()
    assert await register.on_nodes(set(), {"a"}) == set()


async def test_a_node_that_left_is_gone(register):
    await register.beat(node("a"), [])
    await register.leave("a")
    assert await register.nodes() == []


async def test_a_node_that_stopped_beating_is_forgotten(register, redis):
    await register.beat(node("a"), [])
    assert 0 < await redis.ttl("node:a") <= NODE_LIFE_S
    await redis.delete("node:a")  # as if its time had run out
    assert await register.nodes() == []
    assert await redis.scard("nodes") == 0


async def test_video_is_seen_for_its_epoch_alone(register, sitting, redis):
    other = SittingId(uuid4())
    await register.beat(node("a"), [VideoSeen(sitting, 3)])
    seen = await register.video_seen([(sitting, 3), (other, 1)])
    assert list(seen) == [sitting]
    assert await register.video_seen([(sitting, 2)]) == {}
    assert await register.video_seen([]) == {}
    assert await register.node_of(sitting, 3) == "a"
    assert await register.node_of(sitting, 4) is None
    assert await register.node_of(other, 1) is None
    assert await register.node_with(sitting, 3) == node("a")
    assert await register.node_with(sitting, 2) is None
    await register.leave("a")
    assert await register.node_with(sitting, 3) is None
    assert 0 < await redis.ttl(f"video:{sitting}") <= 8


async def test_after_a_reconnect_elsewhere_the_newer_node_is_named(register, sitting):
    await register.beat(node("a"), [VideoSeen(sitting, 1)])
    await register.beat(node("b"), [VideoSeen(sitting, 2)])
    assert await register.node_of(sitting, 2) == "b"
    assert await register.node_of(sitting, 1) is None


async def test_the_age_of_the_last_packet_grows_by_itself(register, sitting):
    await register.beat(node("a"), [VideoSeen(sitting, 1, 0.5)])
    first = (await register.video_seen([(sitting, 1)]))[sitting]
    await asyncio.sleep(0.3)
    second = (await register.video_seen([(sitting, 1)]))[sitting]
    assert 0.5 <= first < 0.7
    assert 0.29 < second - first < 0.5
