"""The seeds of sittings: made and sealed at opening, opened to draw and to unveil."""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.adapters.audit import Act, Trail
from app.adapters.db import Tx
from app.adapters.sealing import Sealer, Unsealable
from app.kernel.findings import Ask
from app.kernel.ids import LookId, SittingId
from app.proctoring.domain.draws import SEED, Chance, Seeded, Unseeded, commitment_of
from app.proctoring.domain.policy import Policy, in_a_test
from app.proctoring.domain.proving import due_of
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Kind
from app.proctoring.store import draws as store

OPENED = "sitting.opened"
OVERLAP = timedelta(seconds=60)
"""A transaction may write a look that was drawn so long ago."""
SWEEP = timedelta(seconds=60)
"""All veiled looks are read again so often, in case one was missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The policy of one sitting, with the rate a proctor gave it, and its chance."""

    policy: Policy
    chance: Chance


class Seeds:
    def __init__(
        self, sealer: Sealer, source: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        """`source`: of as many unforeseeable bytes."""
        self._sealer = sealer
        self._source = source

    async def plant(self, tx: Tx, watch: Watch, now: datetime) -> None:
        """A new sitting's seed, before anything is drawn; the trail tells of it.

        Last in its transaction. A sitting that is only taken up has its seed.
        """
        if watch.epoch > 1:
            return
        seed = self._source(SEED)
        sealed = self._sealer.seal(seed, context=_context(watch.sitting))
        commitment = commitment_of(seed)
        await store.keep_seed(tx, watch.sitting, sealed, commitment)
        told = {"sitting": str(watch.sitting), "commitment": commitment.hex()}
        act = Act(
            at=now, by=watch.account, what=OPENED, whom=watch.account, details=told
        )
        await Trail(self._sealer).write(tx, act)

    async def terms(self, tx: Tx, sitting: SittingId, policy: Policy) -> Terms:
        """Lock the sitting first."""
        kept = await store.kept(tx, sitting)
        if kept.kind is Kind.EXAM:
            policy = in_a_test(policy)
        if kept.per_hour is not None:
            policy = replace(policy, random_per_hour=kept.per_hour)
        if kept.sealed is None:
            return Terms(policy=policy, chance=Unseeded(random.SystemRandom()))
        try:
            seed = self.open(sitting, kept.sealed)
        except Unsealable:
            # A changed secret must not stop a sitting; the proof will not hold.
            return Terms(policy=policy, chance=Unseeded(random.SystemRandom()))
        return Terms(policy=policy, chance=Seeded(seed, kept.used))

    def open(self, sitting: SittingId, sealed: bytes) -> bytes:
        """Raises Unsealable: another secret, or another sitting's seed."""
        return self._sealer.open(sealed, context=_context(sitting))


class Unveiling:
    """When veiled looks are due: known to this process alone, until they are."""

    def __init__(self, seeds: Seeds) -> None:
        self._seeds = seeds
        self._known: dict[LookId, tuple[datetime, Ask | None]] = {}
        """Bounded by the looks that are open: each leaves when its time has come."""
        self._swept_at: datetime | None = None

    async def unveil_due(self, tx: Tx, now: datetime) -> None:
        """Gives those looks their time whose time has come."""
        await self._learn(tx, now)
        due = [(it, *plan) for it, plan in self._known.items() if plan[0] <= now]
        if due:
            await store.unveil(tx, due)
        for look, _, _ in due:
            del self._known[look]

    async def _learn(self, tx: Tx, now: datetime) -> None:
        swept = self._swept_at
        is_fresh = swept is not None and swept <= now < swept + SWEEP
        found = await store.veiled(tx, now - OVERLAP if is_fresh else None)
        if not is_fresh:
            self._known.clear()
            self._swept_at = now
        for it in found:
            if it.look not in self._known:
                self._known[it.look] = self._plan(it)

    def _plan(self, it: store.Veiled) -> tuple[datetime, Ask | None]:
        try:
            seed = self._seeds.open(it.sitting, it.sealed)
        except Unsealable:
            # A changed secret must not end all looks: this one is due at once.
            return it.drawn.at, None
        return due_of(seed, it.why, it.drawn)


def _context(sitting: SittingId) -> str:
    return f"seed:{sitting}"
