"""Argon2id, bounded: a flood of log-ins cannot take every core.

19 MiB, 2 passes, 1 lane: the OWASP Password Storage Cheat Sheet's minimum.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.kernel.refusals import Unavailable

THREADS = 2
WAITING_MAX = 50


class TooBusy(Unavailable):
    """Many people are logging in just now. Please try again in a few seconds."""


class Passwords:
    """Hashes and checks in a few threads; raises TooBusy when too many wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._dummy = self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Takes about 25 ms; for tools, not for requests."""
        return self._hasher.hash(password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """None stands for an unknown user and costs the same work."""
        if self._waiting >= WAITING_MAX:
            raise TooBusy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._threads, self._matches, password, stored
            )
        finally:
            self._waiting -= 1

    def _matches(self, password: str, stored: str | None) -> bool:
        try:
            right = self._hasher.verify(stored or self._dummy, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None
