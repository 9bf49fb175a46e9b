"""Costs of processes elsewhere, read from real figures."""

import asyncio
import time

import pytest

from app.adapters.metrics import figures_at
from workers.loadtest.cost_elsewhere import BadFigures, Elsewhere, read_addresses


async def ready() -> None:
    """Always."""


async def test_what_a_process_tells_of_itself_is_its_cost():
    async with figures_at("127.0.0.1:0", ready) as port:
        url = f"http://127.0.0.1:{port}"
        meter = Elsewhere(read_addresses([f"media={url}", f"media={url}/"]))
        before = await asyncio.to_thread(meter.read)
        spend_until = time.process_time() + 0.2
        while time.process_time() < spend_until:
            pass
        after = await asyncio.to_thread(meter.read)
    assert 0.4 <= after["media"].cpu_s - before["media"].cpu_s < 2  # it is there twice
    assert after["media"].memory > 20e6
    gone = await asyncio.to_thread(meter.read)
    assert gone == after  # what was told last


async def test_where_nobody_tells_there_is_no_cost():
    assert (
        await asyncio.to_thread(Elsewhere({"app": ["http://127.0.0.1:9"]}).read) == {}
    )


@pytest.mark.parametrize("text", ["media", "media=10.0.0.5:9464", "=http://x"])
def test_an_address_that_is_none_says_how_to_write_one(text):
    with pytest.raises(BadFigures, match="KIND=URL"):
        read_addresses([text])
