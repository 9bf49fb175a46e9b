"""Argon2id, bounded: a flood of log-ins cannot take every core.

19 MiB, 2 passes, 1 lane: the OWASP Password Storage Cheat Sheet's minimum.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple, Unpack

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kernel.refusals import Unavailable

THREADS = 2
WAITING_MAX = 50
NICE = 10
"""Lower priority than everything else: hashing may wait, video may not."""

Given = TypeVarTuple("Given")
Done = TypeVar("Done")


class TooBusy(Unavailable):
    """Many people are logging in just now. Please try again in a few seconds."""


class Passwords:
    """Hashes and checks in a few threads; raises TooBusy when too many wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(
            THREADS, thread_name_prefix="argon2", initializer=_step_back
        )
        self._waiting = 0
        self._dummy = self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Takes about 25 ms; for tools, not for requests."""
        return self._hasher.hash(password)

    async def hashed(self, password: str) -> str:
        """For requests. Raises TooBusy."""
        return await self._in_turn(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """None stands for an unknown user and costs the same work."""
        return await self._in_turn(self._matches, password, stored)

    async def _in_turn(
        self, work: Callable[[Unpack[Given]], Done], *given: *Given
    ) -> Done:
        if self._waiting >= WAITING_MAX:
            raise TooBusy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1

    def _matches(self, password: str, stored: str | None) -> bool:
        try:
            right = self._hasher.verify(stored or self._dummy, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None


def _step_back() -> None:
    """On Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
