"""Every line of a media node that is about a sitting says so, under one key."""

from uuid import uuid4

import pytest
import structlog
from aioice import Connection
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.adapters.redis import connect
from app.kernel.ids import SittingId, ViewId
from media.capture import Capturer
from tests.media.studio import command, next_sample, running_node, send, until
from tests.media.test_whip import patch_restart
from tests.media.viewing import Proctor, view_ticket, views_end


@pytest.fixture
def sitting():
    return SittingId(uuid4())


@pytest.fixture
def lines():
    with capture_logs([merge_contextvars]) as found:
        yield found


def told(lines, event: str) -> dict[str, object]:
    return next(it for it in lines if it["event"] == event)


async def test_a_stream_names_its_sitting_from_beginning_to_end(studio, sitting, lines):
    async with studio.student(sitting, 4):
        await studio.streaming(sitting, 4)
    await until(lambda: not studio.ingest.busy)
    for event in ("stream_began", "stream_ended"):
        line = told(lines, event)
        assert (line["sitting"], line["epoch"]) == (str(sitting), 4)


async def test_a_restarted_connection_names_its_sitting(studio, sitting, lines):
    async with studio.student(sitting, 2) as client:
        await studio.streaming(sitting, 2)
        fresh = Connection(ice_controlling=True)
        await patch_restart(studio.http, client, fresh)
        await fresh.close()
    line = told(lines, "ice_restarted")
    assert (line["sitting"], line["epoch"]) == (str(sitting), 2)


async def test_a_view_names_its_sitting_from_beginning_to_end(studio, sitting, lines):
    view = ViewId(uuid4())
    async with studio.student(sitting):
        await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting, view=view)) as proctor:
            await until(lambda: proctor.frames)
            studio.ingest.end(next(iter(studio.ingest.resources)))
            await views_end(studio)
            await until(lambda: "view_ended" in {it["event"] for it in lines})
    for event in ("view_began", "view_over", "view_ended"):
        line = told(lines, event)
        assert (line["sitting"], line["view"]) == (str(sitting), str(view))
        assert line["epoch"] == 1


class Refused(Capturer):
    """Its frames cannot be decoded, and say so from where they are captured."""

    async def capture(self, peer, ask=None):
        structlog.get_logger().warning("frames_refused", count=3)
        raise ZeroDivisionError


@pytest.mark.parametrize("broken", [False, True])
async def test_a_capture_names_sitting_look_and_epoch(
    studio, sitting, redis, lines, broken
):
    if broken:
        studio.capturer.__class__ = Refused
    async with running_node(studio, redis), studio.student(sitting):
        await studio.streaming(sitting)
        wanted = command(sitting)
        await send(redis, wanted)
        events = ("frames_refused", "capture_failed") if broken else ("captured",)
        await until(lambda: {*events} <= {it["event"] for it in lines})
        if not broken:
            await next_sample(redis)
    for event in events:
        line = told(lines, event)
        assert (line["sitting"], line["look"]) == (str(sitting), str(wanted.look))
        assert line["epoch"] == 1


async def test_a_sample_that_is_lost_names_its_look(studio, sitting, lines):
    nowhere = connect("redis://127.0.0.1:1")
    async with running_node(studio, nowhere) as node:
        wanted = command(sitting)
        await node._places.acquire()
        await node._obey_in_place(wanted)
    line = told(lines, "sample_lost")
    assert (line["sitting"], line["look"]) == (str(sitting), str(wanted.look))
    await nowhere.aclose()
