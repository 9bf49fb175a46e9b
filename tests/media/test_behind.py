"""A media node that is behind does what is still of use, and so catches up."""

import asyncio
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from app.adapters.media_nodes import capture_stream
from app.adapters.redis import now_ms
from app.kernel.ids import LookId, SittingId
from app.kernel.messages import CaptureCommand, Sample
from tests.media.studio import NODE, running_node, until_async

LATE = "spom_media_capture_seconds_count", {"outcome": "too_late"}


def wanted(within_ms: int | None) -> CaptureCommand:
    return CaptureCommand(
        look=LookId(uuid4()),
        attempt=1,
        sitting=SittingId(uuid4()),
        epoch=1,
        begin_within_ms=within_ms,
    )


@pytest.mark.parametrize("guarded", [True, False])
async def test_what_would_come_too_late_is_not_begun(studio, redis, guarded):
    """The control: who commands does not say until when it is of use."""
    within_ms, late = 4_500 if guarded else None, REGISTRY.get_sample_value(*LATE) or 0
    stream, fresh = capture_stream(NODE), wanted(within_ms)
    async with running_node(studio, redis) as node:
        await until_async(lambda: asyncio.sleep(0, node._cleared))
        before = int(await now_ms(redis)) - 9_000
        async with redis.pipeline() as together:
            for number in range(20):
                fields = wanted(within_ms).to_fields()
                together.xadd(stream, fields, id=f"{before}-{number + 1}")
            together.xadd(stream, fresh.to_fields())
            await together.execute()
        await until_async(lambda: captured(redis, fresh))
        assert await redis.xlen("samples") == (1 if guarded else 21)
    counted = (REGISTRY.get_sample_value(*LATE) or 0) - late
    assert counted == (20 if guarded else 0)


async def captured(redis, command: CaptureCommand) -> bool:
    entries = await redis.xrange("samples")
    return any(Sample.from_fields(it).command == command for _, it in entries)


async def test_a_command_goes_over_redis_with_its_time_or_without(redis):
    for within_ms in (None, 4_500):
        command = wanted(within_ms)
        entry = await redis.xadd("commands", command.to_fields())
        ((_, fields),) = await redis.xrange("commands", min=entry)
        assert CaptureCommand.from_fields(fields) == command
    del fields[b"begin_within_ms"]  # By a sampler of the release before.
    assert CaptureCommand.from_fields(fields).begin_within_ms is None
