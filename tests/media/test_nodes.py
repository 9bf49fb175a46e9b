"""A node says that it lives, and outlives its Redis."""

import asyncio
import socket
import time
from uuid import uuid4

import pytest
from aiohttp import web

from app.adapters.media_nodes import MediaNode, MediaNodes
from app.kernel.ids import SittingId
from media.deadlines import end_dawdlers
from media.server import Endpoints
from tests.media.studio import (
    APP_URL,
    NODE,
    SECRET,
    command,
    next_sample,
    running_node,
    send,
    until,
    until_async,
)


@pytest.fixture
def sitting():
    return SittingId(uuid4())


async def test_a_node_announces_itself_and_whose_video_arrives(studio, sitting, redis):
    register = MediaNodes(redis)
    async with studio.student(sitting, 3):
        await studio.streaming(sitting, 3)
        async with running_node(studio, redis):
            await until_async(lambda: register.node_of(sitting, 3))
            assert await register.nodes() == [
                MediaNode(name=NODE, url=studio.url, streams=1, capacity=400)
            ]
            assert await register.node_of(sitting, 2) is None
        assert await register.nodes() == []


async def test_a_node_outlives_a_redis_that_stops_answering(studio, sitting, redis):
    async with running_node(studio, redis):
        await until_async(lambda: redis.exists(f"node:{NODE}"))
        await redis.execute_command("CLIENT", "PAUSE", 700)
        await asyncio.sleep(0.8)
        await redis.flushall()
        await until_async(lambda: redis.exists(f"node:{NODE}"))
        await send(redis, command(sitting))
        assert (await next_sample(redis)).frames == ()


@pytest.mark.parametrize("guarded", [True, False])
async def test_half_a_request_does_not_hold_its_place_for_ever(studio, guarded):
    endpoints = Endpoints(
        studio.ingest, studio.relay, secret=SECRET, now=time.monotonic
    )
    app = endpoints.application(APP_URL)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = site._server.sockets[0].getsockname()
    ending = end_dawdlers(runner.server, patience_s=0.1, now=time.monotonic)
    task = asyncio.create_task(ending if guarded else asyncio.sleep(9))
    if not guarded:
        ending.close()
    with socket.create_connection(address[:2]) as half:
        half.sendall(b"POST /whip HTTP/1.1\r\nHost: x\r\n")
        await until(lambda: runner.server.connections)
        await asyncio.sleep(0.5)
        assert bool(runner.server.connections) is not guarded
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await runner.cleanup()
