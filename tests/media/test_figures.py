"""What a media node counts, and that packets are not counted twice for it."""

from uuid import uuid4

import pytest
from prometheus_client import REGISTRY, generate_latest
from structlog.testing import capture_logs

from app.adapters import figures
from app.kernel.glances import Sight
from app.kernel.ids import SittingId
from tests.media.studio import command, running_node, send, until, until_async
from tests.media.test_glances import Hasty, glancing, shown, told


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Since:
    """How much a figure grew since now."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = name, labels
        self._before = value(name, **labels)

    @property
    def grown(self) -> float:
        return value(self._name, **self._labels) - self._before


@pytest.fixture
def sitting():
    return SittingId(uuid4())


async def test_what_came_is_told_also_of_streams_that_ended(studio, sitting):
    assert studio.ingest.traffic.packets == 0
    async with studio.student(sitting):
        await studio.streaming(sitting)
        first = studio.ingest.traffic
        assert first.packets > 2
        assert first.bytes > 100 * first.packets
    await until(lambda: not studio.ingest.busy)
    over = studio.ingest.traffic
    assert over.packets >= first.packets
    async with studio.student(sitting, 2):
        await studio.streaming(sitting, 2)
        assert studio.ingest.traffic.bytes > over.bytes


async def test_a_count_that_is_kept_elsewhere_is_read_when_asked_for(monkeypatch):
    monkeypatch.setattr(figures.DROPPED, "read", lambda: 41)
    assert value("spom_media_dropped_packets_total") == 41
    text = generate_latest().decode()
    assert "# TYPE spom_media_dropped_packets_total counter" in text


async def test_key_frames_are_counted_by_whom_they_are_for(studio, sitting):
    looks, glances, viewers = (
        Since("spom_media_key_frames_total", why=why)
        for why in ("look", "glance", "viewer")
    )
    async with studio.student(sitting):
        peer = await studio.streaming(sitting)
        await studio.capturer.capture(peer)
        assert looks.grown >= 1
        assert glances.grown == viewers.grown == 0
        assert await peer.key_frame(within_s=3)
        await peer.request_for_viewers()
        await peer.request_for_viewers()
    assert glances.grown >= 1
    assert viewers.grown == 1


async def test_captures_are_timed_by_what_came_of_them(studio, sitting, redis):
    name = "spom_media_capture_seconds_count"
    pictures = Since(name, outcome="pictures")
    none = Since(name, outcome="no_stream")
    took = Since("spom_media_capture_seconds_sum", outcome="pictures")
    async with running_node(studio, redis), studio.student(sitting):
        await studio.streaming(sitting)
        await send(redis, command(sitting))
        await send(redis, command(SittingId(uuid4())))
        await until_async(lambda: redis.xlen("samples"))
        await until(lambda: pictures.grown == none.grown == 1)
    assert took.grown > 0.01


async def test_glances_are_counted_by_what_they_saw(studio, sitting, redis):
    name = "spom_media_glances_total"
    before = {it: value(name, sight=it) for it in Sight}
    worked = Since("spom_media_glance_seconds_count")
    camera = shown(None)
    async with glancing(studio, redis, Hasty()), studio.student(sitting, camera=camera):
        seen = [it.followed.sight for it in await told(redis, sitting, 2)]
    assert value(name, sight=seen[0]) - before[seen[0]] >= seen.count(seen[0])
    assert worked.grown >= 1


async def test_an_offer_that_is_refused_is_counted_by_its_code(studio):
    refused = Since("spom_media_refused_total", code="ticket_invalid")
    assert (await studio.post("nonsense", ticket="nonsense"))[0] == 401
    assert refused.grown == 1


async def test_a_fault_of_ours_is_counted_as_one_and_its_number_is_in_the_log(studio):
    async def broken(*_):
        raise ZeroDivisionError

    studio.ingest.admit = broken
    faults = Since("spom_media_refused_total", code="fault")
    with capture_logs() as lines:
        assert (await studio.post("nonsense"))[:2] == (500, "fault")
    assert faults.grown == 1
    assert [it["event"] for it in lines] == ["request_failed"]
    assert len(lines[0]["request"]) == 8
