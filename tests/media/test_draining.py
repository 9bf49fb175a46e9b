"""A node that is told to stop lets its students move, and breaks off no look."""

import asyncio
import time
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from app.adapters.media_nodes import MediaNode, MediaNodes, NoMediaNode
from app.kernel.ids import SittingId
from media.draining import Draining
from media.ingest import NodeDrains
from tests.media.studio import (
    NODE,
    command,
    next_sample,
    running_node,
    send,
    until,
    until_async,
)
from workers.loadtest.whip import WhipRefused

WITHIN_S = 6


@pytest.fixture
def register(redis):
    return MediaNodes(redis)


@pytest.fixture
def sittings():
    return [SittingId(uuid4()) for _ in range(4)]


def other(**more) -> MediaNode:
    return MediaNode(
        **{"name": "other", "url": "http://other", "streams": 0, "capacity": 9, **more}
    )


@asynccontextmanager
async def streaming(studio, sittings):
    clients = [studio.student(it) for it in sittings]
    for client in clients:
        await client.start()
    for sitting in sittings:
        await studio.streaming(sitting)
    try:
        yield clients
    finally:
        for client in clients:
            client.location = ""
            await client.stop()


def draining(studio, node, register, within_s=WITHIN_S) -> Draining:
    return Draining(
        studio.ingest, node, register, name=NODE, within_s=within_s, spread=lambda: 0.5
    )


async def test_they_go_one_by_one_and_nobody_new_comes(
    studio, redis, register, sittings
):
    async with streaming(studio, sittings), running_node(studio, redis) as node:
        await register.beat(other(), [])
        task = asyncio.create_task(draining(studio, node, register).run())
        await until(lambda: len(studio.ingest) < 4)
        assert len(studio.ingest) > 0
        assert (await register.least_loaded()).name == "other"
        with pytest.raises(WhipRefused) as refused:
            await studio.student().start()
        assert refused.value.code == NodeDrains.code()
        await task
        assert len(studio.ingest) == 0


async def test_their_pages_hear_of_it_at_once(studio, redis, register, sittings):
    async with (
        streaming(studio, sittings[:1]) as [client],
        running_node(studio, redis) as node,
    ):
        await register.beat(other(), [])
        await draining(studio, node, register).run()
        await until(lambda: client.peer.connectionState == "closed", 1)


async def test_a_look_that_runs_is_finished_first(studio, redis, register, sittings):
    async with streaming(studio, sittings[:1]), running_node(studio, redis) as node:
        await register.beat(other(), [])
        await until(lambda: node._cleared)
        await send(redis, command(sittings[0]))
        await until(lambda: node.is_looked_at(sittings[0]))
        await draining(studio, node, register).run()
        assert len(studio.ingest) == 0
        assert (await next_sample(redis)).frames


async def test_without_patience_a_look_is_broken_off(studio, redis, register, sittings):
    """The control of the one before."""
    async with streaming(studio, sittings[:1]), running_node(studio, redis) as node:
        await until(lambda: node._cleared)
        await send(redis, command(sittings[0]))
        await until(lambda: node.is_looked_at(sittings[0]))
        await draining(studio, node, register, within_s=0).run()
        assert node.captures


async def test_of_who_has_moved_it_never_says_no_video(
    studio, redis, register, sittings
):
    async with streaming(studio, sittings[:1]), running_node(studio, redis) as node:
        await register.beat(other(), [])
        await draining(studio, node, register).run()
        await node.obey(command(sittings[0]))
        assert await redis.xlen("samples") == 0
        studio.ingest.draining = False
        await node.obey(command(sittings[0]))
        assert (await next_sample(redis)).frames == ()


async def test_alone_it_keeps_nobody_waiting(studio, redis, register, sittings):
    """Whoever starts next takes them, the sooner the better."""
    async with streaming(studio, sittings[:1]), running_node(studio, redis) as node:
        await until_async(lambda: redis.exists(f"node:{NODE}"))
        await register.beat(other(draining=True), [])
        began = time.monotonic()
        await draining(studio, node, register).run()
        assert time.monotonic() - began < 1
        with pytest.raises(NoMediaNode):
            await register.least_loaded()


async def test_it_waits_for_room_but_not_for_ever(studio, redis, register, sittings):
    async with streaming(studio, sittings[:2]), running_node(studio, redis) as node:
        await register.beat(other(streams=9), [])
        began = time.monotonic()
        await draining(studio, node, register, within_s=1).run()
        assert 0.9 < time.monotonic() - began < 2
        assert len(studio.ingest) == 2
