"""Background tasks with an owner, for blocks that must keep their own exceptions."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs `work` while the block runs, then cancels it.

    A TaskGroup around a `yield` would wrap the caller's exceptions in a group. If
    `work` fails, its error is raised when the block ends; use `forever` for work that
    must outlive faults.
    """
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and (error := task.exception()):
        raise error
