"""Every request has a number of ours, in its log lines and in what was refused."""

import re
from uuid import uuid4

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.adapters.http import MIDDLEWARES, SITE, Site
from app.kernel.refusals import Conflict

log = structlog.get_logger()
NUMBER = re.compile(r"[0-9a-f]{8}")


class Taken(Conflict):
    """Somebody was here first."""


async def show(request: web.Request) -> web.Response:
    log.info("shown")
    return web.Response()


async def refuse(request: web.Request) -> web.Response:
    raise Taken


async def fail(request: web.Request) -> web.Response:
    raise ZeroDivisionError


@pytest.fixture
async def client():
    app = web.Application(middlewares=MIDDLEWARES)
    app[SITE] = Site(url="http://app.test", media_urls=[], secret="s" * 40)
    app.router.add_get("/api/sittings/{id}/show", show)
    app.router.add_get("/other/{id}", show)
    app.router.add_get("/refuse", refuse)
    app.router.add_get("/fail", fail)
    async with TestClient(TestServer(app)) as it:
        yield it


async def test_what_is_refused_names_the_request_and_each_has_its_own(client):
    numbers = []
    for path in ("/refuse", "/refuse", "/nowhere", "/fail"):
        answer = await client.get(path)
        told = await answer.json(content_type=None)
        assert answer.content_type == "application/problem+json"
        numbers.append(told["request"])
    assert all(NUMBER.fullmatch(it) for it in numbers)
    assert len(set(numbers)) == 4


async def test_the_log_of_a_fault_has_the_number_that_the_user_reads(client):
    with capture_logs([merge_contextvars]) as lines:
        told = await (await client.get("/fail")).json(content_type=None)
    assert lines[0]["event"] == "request_failed"
    assert lines[0]["request"] == told["request"]
    assert f"Reference: {told['request']}." in told["detail"]


async def test_a_number_that_a_stranger_sends_is_not_taken(client):
    theirs = {"X-Request-Id": "0badf00d", "traceparent": "0badf00d"}
    with capture_logs([merge_contextvars]) as lines:
        answer = await client.get("/fail", headers=theirs)
    assert "0badf00d" not in await answer.text() + repr(lines)


async def test_a_line_about_a_sitting_names_it_and_the_next_request_does_not(client):
    sitting = uuid4()
    paths = [f"/api/sittings/{sitting}/show", "/api/sittings/Asha%20Rao/show"]
    with capture_logs([merge_contextvars]) as lines:
        for path in [*paths, f"/other/{sitting}"]:
            assert (await client.get(path)).status == 200
    assert [it.get("sitting") for it in lines] == [str(sitting), None, None]
    assert len({it["request"] for it in lines}) == 3
    assert "Asha" not in repr(lines)
