"""Figures for Prometheus: where they are, what they say, and what never stands."""

import asyncio
import re
import socket
import time
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY
from redis.exceptions import ResponseError

from app.adapters.figures import DB_WAIT, LOOP_LAG
from app.adapters.metrics import BadAddress, figures_at, measured
from app.adapters.tasks import restarted
from app.kernel.refusals import Unavailable


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def hold_up() -> None:
    """As a long piece of work in the loop's thread does."""
    time.sleep(0.3)


def requests(route: str, status: str) -> float:
    labels = {"method": "GET", "route": route, "status": status}
    return value("spom_http_request_seconds_count", **labels)


@asynccontextmanager
async def asked(ready=None):
    async def well() -> None:
        if ready:
            await ready()

    async with figures_at("127.0.0.1:0", well) as port, aiohttp.ClientSession() as http:

        async def get(path: str) -> tuple[int, str]:
            async with http.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, await answer.text()

        yield get


async def test_figures_are_told_while_the_block_runs_and_not_after():
    async with figures_at("127.0.0.1:0", asyncio.Event().wait) as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    async with asked() as get:
        status, text = await get("/metrics")
        assert (status, await get("/healthz")) == (200, (200, '{"status": "ok"}'))
    assert "# TYPE spom_http_request_seconds histogram" in text
    assert "process_resident_memory_bytes" in text


async def test_a_process_that_cannot_work_says_it_is_not_ready():
    class Away(Unavailable):
        """Away."""

    async def away() -> None:
        raise Away

    async with asked(away) as get:
        assert await get("/readyz") == (503, '{"status": "not ready", "why": "Away"}')
        assert (await get("/healthz"))[0] == 200
    async with asked() as get:
        assert (await get("/readyz"))[0] == 200


async def test_why_it_is_not_ready_is_what_redis_said_and_not_how_we_passed_it_on():
    async def refused() -> None:
        raise OSError from ResponseError("DENIED it is in protected mode")

    async with asked(refused) as get:
        assert '"why": "ResponseError DENIED"' in (await get("/readyz"))[1]


async def test_who_does_not_answer_in_time_is_not_ready(monkeypatch):
    monkeypatch.setattr("app.adapters.metrics.READY_WITHIN_S", 0.05)
    async with asked(lambda: asyncio.sleep(60)) as get:
        assert await get("/readyz") == (
            503,
            '{"status": "not ready", "why": "TimeoutError"}',
        )


async def test_a_loop_that_is_held_up_shows(monkeypatch):
    monkeypatch.setattr("app.adapters.metrics.BEAT_S", 0.01)
    async with asked():
        await asyncio.sleep(0.02)
        before = LOOP_LAG._sum.get()
        hold_up()
        await asyncio.sleep(0.05)
        assert LOOP_LAG._sum.get() - before > 0.2


@pytest.mark.parametrize("address", ["9464", "localhost", "a:b", "127.0.0.1:99999"])
async def test_what_is_no_address_is_refused_with_what_to_write(address):
    with pytest.raises(BadAddress, match=r"SPOM_METRICS: .*write 127\.0\.0\.1:9464"):
        async with figures_at(address, asyncio.Event().wait):
            pass


async def test_an_address_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(BadAddress, match=re.escape(f"cannot listen on {address}")):
            async with figures_at(address, asyncio.Event().wait):
                pass


async def test_no_address_means_no_figures():
    async with figures_at("", asyncio.Event().wait) as port:
        assert port == 0


async def test_routes_are_told_as_the_code_writes_them_and_strays_as_one():
    async def one(request: web.Request) -> web.Response:
        if request.match_info["name"] == "bad":
            raise ZeroDivisionError
        return web.Response()

    app = web.Application(middlewares=[measured])
    app.router.add_get("/things/{name}", one)
    before = {key: requests(*key) for key in KEYS}
    async with TestClient(TestServer(app)) as client:
        for path in ("/things/a", "/things/b", "/things/bad", "/x", "/y"):
            await client.get(path)
    counts = {key: requests(*key) - before[key] for key in KEYS}
    assert counts == {KEYS[0]: 2, KEYS[1]: 1, KEYS[2]: 2}
    assert requests("/x", "4xx") == requests("/things/a", "2xx") == 0


KEYS = [("/things/{name}", "2xx"), ("/things/{name}", "5xx"), ("nowhere", "4xx")]


async def test_a_task_that_failed_is_counted(monkeypatch):
    monkeypatch.setattr("app.adapters.tasks.AGAIN_AFTER_S", 60)

    async def broken() -> None:
        raise ZeroDivisionError

    before = value("spom_task_failures_total", task="broken")
    task = asyncio.create_task(restarted("broken", broken))
    await asyncio.sleep(0.05)
    task.cancel()
    assert value("spom_task_failures_total", task="broken") - before == 1


async def test_the_wait_for_a_connection_is_timed(database):
    before = DB_WAIT._sum.get(), value("spom_db_wait_seconds_count")
    async with database.connection() as tx:
        await tx.fetchval("SELECT 1")
    assert value("spom_db_wait_seconds_count") - before[1] == 1


async def test_connections_are_told_by_what_they_do(database):
    async with database.connection():
        assert value("spom_db_connections", state="busy") == 1
    assert value("spom_db_connections", state="busy") == 0
    assert value("spom_db_connections", state="idle") >= 1
