"""The hub: the latest state, read once, to everybody who watches."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import pytest
from prometheus_client import REGISTRY

from app.adapters.bell import MemoryBell
from app.adapters.live import Hub, JsonState, Watcher
from app.adapters.tasks import alongside
from app.kernel.refusals import Unavailable


class Counter:
    """A topic whose state counts how often it was read."""

    def __init__(self) -> None:
        self.reads = 0
        self.failing = 0

    async def read(self, ids: Sequence[str]) -> Mapping[str, JsonState]:
        self.reads += 1
        if self.failing:
            self.failing -= 1
            raise Unavailable
        return {part: {"reads": self.reads} for part in ids}


async def next_state(watcher: Watcher) -> dict[str, object]:
    async with asyncio.timeout(5):
        texts = await watcher.take()
    return json.loads(texts[-1])["state"]


async def test_watching_gives_the_state_as_it_is_without_a_ring():
    topic = Counter()
    hub = Hub(MemoryBell(), {"wall": topic.read})
    async with alongside(hub.run()):
        watcher = Watcher()
        hub.watch(watcher, "wall")
        assert (await next_state(watcher))["reads"] >= 1


async def test_one_read_serves_all_watchers_and_a_ring_brings_the_next():
    topic, bell = Counter(), MemoryBell()
    hub = Hub(bell, {"wall": topic.read})
    watchers = [Watcher() for _ in range(50)]
    for watcher in watchers:
        hub.watch(watcher, "wall")
    async with alongside(hub.run()):
        states = [await next_state(watcher) for watcher in watchers]
        assert {state["reads"] for state in states} == {1}
        await bell.ring(["wall", "other"])
        states = [await next_state(watcher) for watcher in watchers]
        assert {state["reads"] for state in states} == {2}


async def test_a_slow_watcher_ends_with_the_newest_state_and_no_queue():
    watcher = Watcher()
    for number in range(1_000):
        watcher.put("wall", str(number))
    assert await watcher.take() == ["999"]


async def test_a_failed_read_is_made_good_without_another_ring():
    topic = Counter()
    topic.failing = 1
    hub = Hub(MemoryBell(), {"wall": topic.read})
    watcher = Watcher()
    hub.watch(watcher, "wall")
    async with alongside(hub.run()):
        assert (await next_state(watcher))["reads"] == 2


async def test_whoever_leaves_gets_nothing_more_and_is_forgotten():
    topic, bell = Counter(), MemoryBell()
    hub = Hub(bell, {"wall": topic.read})
    stays, goes = Watcher(), Watcher()
    hub.watch(stays, "wall")
    hub.watch(goes, "wall")
    async with alongside(hub.run()):
        await next_state(goes)
        await next_state(stays)
        hub.leave(goes)
        await bell.ring(["wall"])
        await next_state(stays)
        assert not goes._news.is_set()


@pytest.mark.parametrize("guarded", [True, False])
async def test_in_a_house_that_always_rings_a_quiet_topic_is_told_all_the_same(
    monkeypatch, guarded
):
    """Pages close a line that is silent for long. The control polls in silence alone,
    and there is none."""
    monkeypatch.setattr("app.adapters.live.POLL_S", 0.3)
    monkeypatch.setattr("app.adapters.live.POLL_EVERY_S", 0.05 if guarded else 60)
    topic, bell = Counter(), MemoryBell()
    hub = Hub(bell, {"student": topic.read})
    watcher = Watcher()
    hub.watch(watcher, "student:quiet")
    hub.watch(Watcher(), "student:busy")
    async with alongside(hub.run()):
        assert await next_state(watcher)
        for _ in range(60):
            await bell.ring(["student:busy"])
            await asyncio.sleep(0.02)
        assert watcher._news.is_set() is guarded


async def test_who_is_not_watched_any_more_is_not_remembered():
    hub = Hub(MemoryBell(), {"wall": Counter().read})
    watcher = Watcher()
    hub.watch(watcher, "wall")
    async with alongside(hub.run()):
        await next_state(watcher)
        assert [*hub._read_at] == ["wall"]
        hub.leave(watcher)
    assert not hub._read_at


async def test_topics_and_what_was_put_before_pages_are_counted():
    topic = Counter()
    hub = Hub(MemoryBell(), {"wall": topic.read})
    before = REGISTRY.get_sample_value("spom_live_texts_total")
    async with alongside(hub.run()):
        watchers = [Watcher() for _ in range(3)]
        for watcher in watchers:
            hub.watch(watcher, "wall")
        await asyncio.gather(*map(next_state, watchers))
        assert REGISTRY.get_sample_value("spom_live_topics") == 1
    assert REGISTRY.get_sample_value("spom_live_texts_total") - before >= 3
