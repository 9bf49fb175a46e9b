"""Background tasks with an owner, for blocks that must keep their own exceptions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from app.adapters.figures import TASK_FAULTS

AGAIN_AFTER_S = 1

Answer = TypeVar("Answer")

log = structlog.get_logger()


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs `work` while the block runs, then cancels it.

    A TaskGroup around a `yield` would wrap the caller's exceptions in a group. If
    `work` fails, its error is raised when the block ends; work that must outlive
    faults goes through `restarted`.
    """
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await end(task)
    if not task.cancelled() and (error := task.exception()):
        raise error


@asynccontextmanager
async def not_sooner_than(seconds: float) -> AsyncIterator[None]:
    """The block takes at least so long, however it ends: its time tells nothing."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, until - loop.time()))


async def in_time(asked: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
    """Its answer. Raises TimeoutError after so long, also where whoever was asked goes
    on tidying up: a driver waits for the server before it lets go of a connection."""
    task = asyncio.create_task(asked)
    try:
        done, _ = await asyncio.wait([task], timeout=seconds)
    finally:
        task.cancel()
    if not done:
        task.add_done_callback(lambda it: it.cancelled() or it.exception())
        raise TimeoutError
    return task.result()


def begin(work: Coroutine[Any, Any, None], owned: set["asyncio.Task[None]"]) -> None:
    """Work that ends by itself; until then its owner has it in `owned`."""
    task = asyncio.create_task(work)
    owned.add(task)
    task.add_done_callback(owned.discard)


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancels, and waits for the end, also when this is cancelled meanwhile.

    Asks again each second: Python 3.11's `wait_for`, which our drivers use, can swallow
    a cancellation that comes as its answer does, and we would wait here for ever. A
    TaskGroup asks its tasks only once: loops that use a driver go side by side by
    `alongside` instead.
    """
    cancelled = False
    while not task.done():
        task.cancel()
        try:
            await asyncio.wait([task], timeout=AGAIN_AFTER_S)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


async def restarted(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs `work` for ever: a bug in it is logged, and it begins anew."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("task_failed", task=name)
            TASK_FAULTS.labels(name).inc()
        await asyncio.sleep(AGAIN_AFTER_S)
