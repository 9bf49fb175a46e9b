"""Sampler: claims due looks and asks the media node of each to capture."""

import asyncio

import structlog
from redis.exceptions import RedisError

from app.adapters.bell import Rings
from app.adapters.faults import kind_of
from app.adapters.figures import CLAIMED
from app.adapters.logs import about
from app.adapters.media_nodes import MediaNodes, capture_stream
from app.kernel.messages import CaptureCommand
from app.kernel.refusals import Unavailable
from app.proctoring.domain.planning import Lease
from app.proctoring.service.desk import LOOKS
from workers.house import House

POLL_S = 0.5
"""A look's time comes without a ring: nobody waits longer than this for it."""
COMMANDS_MAX = 1_000

log = structlog.get_logger()


async def run(house: House) -> None:
    """Until cancelled. A fault of Redis or PostgreSQL is retried, never fatal."""
    nodes = MediaNodes(house.redis)
    async with house.desk.bell.listen() as rings:
        while True:
            try:
                while await sample_due(house, nodes):
                    pass
            except (Unavailable, RedisError, OSError, TimeoutError) as error:
                log.warning("sampling_failed", error=kind_of(error))
            await _until_wanted(rings)


async def sample_due(house: House, nodes: MediaNodes) -> int:
    """Hands out what is due now; the number of looks claimed."""
    async with house.hands.work():
        leases = await house.looks.claim_due()
        await house.looks.announce(leases)
        for lease in leases:
            await _command(house, nodes, lease)
        return len(leases)


async def _command(house: House, nodes: MediaNodes, lease: Lease) -> None:
    node = await nodes.node_of(lease.sitting, lease.epoch)
    CLAIMED.labels("commanded" if node else "no_video").inc()
    if node is None:
        await house.looks.give_back(lease)
        return
    command = CaptureCommand(
        look=lease.look,
        attempt=lease.attempt,
        sitting=lease.sitting,
        epoch=lease.epoch,
        ask=lease.ask,
        begin_within_ms=round(house.desk.policy.begin_within_s * 1000),
    )
    stream, fields = capture_stream(node), command.to_fields()
    await house.redis.xadd(stream, fields, maxlen=COMMANDS_MAX)
    with about(sitting=lease.sitting, look=lease.look, epoch=lease.epoch):
        log.info("look_commanded", why=lease.why, node=node)


async def _until_wanted(rings: Rings) -> None:
    """Until somebody wants a look, or for a moment."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + POLL_S
    while (left := deadline - loop.time()) > 0:
        rung = await rings.take(within_s=0, or_all_every_s=left)
        if rung.everything or LOOKS in rung.topics:
            return
