"""Sealed objects of students: cleared when their time is over, and swept for orphans.

The object goes before its row. Cut off between the two, the row is found again the next
time, and deleting an object that is gone is no fault. An object whose row never came,
or went first, is found by the sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.adapters.db import Database, Tx
from app.adapters.objects import Objects
from app.kernel.ids import AccountId
from app.operations.privacy.policy import RetentionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptObject:
    """`name`: what the person reads in an export; `context`: what it is sealed to."""

    key: str
    context: str
    name: str


class Kept(Protocol):
    """The rows that tell of objects; one row for each key."""

    async def known(self, tx: Tx) -> set[str]:
        """Every key there is a row of."""

    async def due(
        self, tx: Tx, settled_before: datetime, taken_before: datetime
    ) -> list[str]:
        """Decided so long ago, or taken so long ago whatever was decided."""

    async def of(self, tx: Tx, account: AccountId) -> list[KeptObject]: ...

    async def forget(self, tx: Tx, keys: Sequence[str]) -> int:
        """Deletes their rows."""


class ObjectSweep:
    def __init__(
        self, db: Database, objects: Objects, kept: Kept, policy: RetentionPolicy
    ) -> None:
        self._db = db
        self._objects = objects
        self._kept = kept
        self._policy = policy

    async def __call__(self, now: datetime) -> dict[str, int]:
        """Raises ObjectsAway: then the retention job runs again later."""
        gone = await self._forget_due(now)
        async with self._db.connection() as tx:
            known = await self._kept.known(tx)  # before the list: no new one is missed
        stored = {it.key: it.at async for it in self._objects.all()}
        old = now - timedelta(hours=self._policy.orphans_hours)
        orphans = [it for it, at in stored.items() if at < old and it not in known]
        async with self._db.connection() as tx:  # a row may have come meanwhile
            orphans = sorted(set(orphans) - await self._kept.known(tx))
            missing = (known & await self._kept.known(tx)) - stored.keys()
        await self._objects.delete(orphans)
        return {
            "evidence whose time is over": gone,
            "objects that no row told of": len(orphans),
            "rows whose object is missing (kept, look into it)": len(missing),
        }

    async def _forget_due(self, now: datetime) -> int:
        policy = self._policy
        settled = now - timedelta(days=policy.evidence_days)
        taken = now - timedelta(days=policy.evidence_max_days)
        async with self._db.connection() as tx:
            keys = await self._kept.due(tx, settled, taken)
        await self._objects.delete(keys)
        async with self._db.transaction() as tx:
            return await self._kept.forget(tx, keys)
