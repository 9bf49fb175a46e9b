"""`python -m workers NAME…`: runs one or several workers in this process."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from importlib import import_module
from typing import Any

import click
import structlog
import uvloop
from redis.exceptions import RedisError

from app.adapters.logs import set_up_logging
from app.adapters.metrics import figures_at
from app.adapters.tasks import end
from app.settings import Settings, read_settings
from workers.house import House, open_house

NAMES = (
    "sampler",
    "face_matcher",
    "glancer",
    "housekeeping",
    "courier",
    "booking_keeper",
)
FINISH_WITHIN_S = 8
"""A few looks; what takes longer is taken up again by others (`Policy.lease_s`)."""
Worker = Callable[[House], Coroutine[Any, Any, None]]

log = structlog.get_logger()


@click.command(name="spom worker")
@click.argument(
    "names",
    nargs=-1,
    metavar="[" + "] [".join(NAMES) + "]",
    type=click.Choice(NAMES),
)
def main(names: tuple[str, ...]) -> None:
    """Runs the named workers, or all of them, until told to stop."""
    set_up_logging()
    settings = read_settings()
    wanted = names or NAMES
    uvloop.run(_run(settings, [_worker(name) for name in wanted]))


async def _run(settings: Settings, workers: list[Worker]) -> None:
    """Until a signal comes; then what is in hand is finished first."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with (
        open_house(settings) as house,
        figures_at(settings.metrics, partial(_is_well, house)),
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(work(house)) for work in workers]
        await stopped.wait()
        if not await house.hands.let_go(FINISH_WITHIN_S):
            log.warning("left_unfinished")
        for task in tasks:
            await end(task)


async def _is_well(house: House) -> None:
    async with house.desk.db.connection() as tx:
        await tx.fetchval("SELECT 1")
    try:
        await house.redis.ping()
    except RedisError as error:
        raise OSError from error


def _worker(name: str) -> Worker:
    """Imports only what the named worker needs: the models are the matcher's alone."""
    run: Worker = import_module(f"workers.{name}").run
    return run


if __name__ == "__main__":
    main()
