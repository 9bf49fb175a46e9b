"""Adding, rotating and retiring the keys that wrap data keys, while the house works.

Every step holds a lock that whoever makes a data key shares: a key that goes has no
data key on the way. Nothing here is logged; the trail has ids and counts.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from app.adapters import envelopes_store as store
from app.adapters.audit import Act, Trail
from app.adapters.db import Database, Tx
from app.adapters.envelopes import Envelopes, Unreadable
from app.adapters.key_ring import DERIVED, KEY_BYTES, NAMED, KeyAway, Ring
from app.kernel.clock import Clock
from app.kernel.refusals import Conflict

BATCH = 200
FIRST = UUID(int=0)
Said = Callable[[int, int], None]


class KeyRefused(Conflict):
    """This cannot be done with this key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """A key, and how many data keys it wraps. `here`: this machine's ring has it."""

    key_id: str
    wraps: int
    newest: bool
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    key_id: str
    rewrapped: int
    left: Mapping[str, int]
    """Still wrapped with other keys, by key: damaged, or their key is not here."""


class KeyKeeping:
    def __init__(
        self, db: Database, clock: Clock, trail: Trail, envelopes: Envelopes
    ) -> None:
        self._db = db
        self._clock = clock
        self._trail = trail
        self._envelopes = envelopes
        self._keys = envelopes.keys

    async def list(self) -> list[KeyLine]:
        """Those of the ring in the order they came, then those that are missing."""
        ring = self._keys.ring()
        async with self._db.connection() as tx:
            counts = await store.counts(tx)
        return [
            KeyLine(
                key_id=it,
                wraps=counts.get(it, 0),
                newest=it == ring.wraps_with,
                here=it in ring.keys,
            )
            for it in [*ring.keys, *sorted(counts.keys() - ring.keys)]
        ]

    async def add(self, key_id: str | None) -> str:
        """A random key, which wraps nothing until the rotation. Begins the file.

        Raises KeyRefused.
        """
        async with self._db.transaction() as tx:
            await store.lock_ring(tx)
            ring = self._ring_to_change()
            name = key_id or _free_name(ring, f"{self._clock.now():%Y-%m-%d}")
            if name in ring.keys or name == DERIVED:
                raise KeyRefused(f"There is a key {name} already.")
            if not NAMED.fullmatch(name):
                raise KeyRefused("A key's id has small letters, digits and hyphens.")
            fresh = {**ring.keys, name: secrets.token_bytes(KEY_BYTES)}
            self._keys.save(replace(ring, keys=fresh))
            await self._note(tx, "keys.added", key=name)
        return name

    async def rotate(self, key_id: str | None, said: Said) -> Rotated:
        """Wraps everything with `key_id` (else the newest of the ring), in batches;
        repeated, it goes on where it was cut off. `said` hears done and left.

        Raises KeyRefused.
        """
        name = await self._switch(key_id)
        done, after = 0, FIRST
        while True:
            async with self._db.transaction() as tx:
                batch = await store.lock_others(tx, name, after, BATCH)
                fresh = [new for it in batch if (new := self._rewrapped(it))]
                await store.rewrap(tx, fresh)
                counts = await store.counts(tx)
            left = {k: n for k, n in counts.items() if k != name}
            done += len(fresh)
            said(done, sum(left.values()))
            if not batch:
                break
            after = batch[-1].id
        async with self._db.transaction() as tx:
            await self._note(tx, "keys.rotated", key=name, rewrapped=done)
        return Rotated(key_id=name, rewrapped=done, left=left)

    async def retire(self, key_id: str) -> None:
        """Takes the key out of the file, for ever. Raises KeyRefused while it wraps
        anything, or new data keys."""
        async with self._db.transaction() as tx:
            await store.lock_ring(tx)
            ring = self._ring_to_change()
            if key_id not in ring.keys:
                raise KeyRefused(f"There is no key {key_id} here.")
            if key_id == ring.wraps_with:
                raise KeyRefused("This key wraps the new ones: rotate first.")
            if wraps := (await store.counts(tx)).get(key_id, 0):
                raise KeyRefused(
                    f"{wraps} data keys are still wrapped with {key_id}: rotate first."
                )
            keys = {k: v for k, v in ring.keys.items() if k != key_id}
            derived = ring.derived and key_id != DERIVED
            self._keys.save(replace(ring, keys=keys, derived=derived))
            await self._note(tx, "keys.retired", key=key_id)

    async def _switch(self, key_id: str | None) -> str:
        async with self._db.transaction() as tx:
            await store.lock_ring(tx)
            ring = self._ring_to_change()
            name = key_id or list(ring.keys)[-1]
            if name not in ring.keys:
                raise KeyRefused(f"There is no key {name} here.")
            if name != ring.wraps_with:
                self._keys.save(replace(ring, wraps_with=name))
        return name

    def _ring_to_change(self) -> Ring:
        if self._keys.path is None:
            raise KeyRefused(
                "SPOM_KEYS names no file yet: the only key is made of the secret."
            )
        return self._keys.ring() if self._keys.path.exists() else self._keys.alone()

    def _rewrapped(self, it: store.DataKey) -> store.DataKey | None:
        try:
            return self._envelopes.rewrapped(it, self._keys.ring())
        except (KeyAway, Unreadable):
            return None

    async def _note(self, tx: Tx, what: str, **details: str | int) -> None:
        act = Act(at=self._clock.now(), by=None, what=what, details=details)
        await self._trail.write(tx, act)


def _free_name(ring: Ring, wanted: str) -> str:
    names = (wanted, *(f"{wanted}-{n}" for n in range(2, 1000)))
    return next(it for it in names if it not in ring.keys)
