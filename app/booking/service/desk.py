"""What every service of booking works with: one way to act once, and to tell of it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeAlias, TypeVar

from asyncpg import DeadlockDetectedError

from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.adapters.bell import Bell
from app.adapters.db import Clashed, Database, Tx
from app.booking.domain.policy import BookingPolicy
from app.booking.domain.refusals import BadKey, NoSuchSlot
from app.booking.domain.words import Fitness, Slot
from app.booking.store import answers, slots
from app.kernel.clock import Clock
from app.kernel.ids import AccountId, CentreId, ModuleCode, SlotId
from app.portals.service import Portals

Answer: TypeAlias = dict[str, object]
Result = TypeVar("Result")
TRIES = 3
AT_ONCE = 6
"""Transactions of seats a process runs side by side: one hot slot, whose row they all
wait for, leaves connections of the pool for everybody else."""


class FitnessOf(Protocol):
    """Hours and incidents, of the slice that keeps them."""

    async def __call__(
        self, tx: Tx, account: AccountId, modules: Sequence[ModuleCode], now: datetime
    ) -> Mapping[ModuleCode, Fitness]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Whom a change concerns: rung after the commit."""

    slots: dict[SlotId, tuple[CentreId, date]] = field(default_factory=dict)
    accounts: set[AccountId] = field(default_factory=set)

    def of(self, slot: Slot, *accounts: AccountId) -> None:
        self.slots[slot.slot] = (slot.centre, slot.day)
        self.accounts.update(accounts)

    def topics(self) -> set[str]:
        slots = {slots_topic(*where) for where in self.slots.values()}
        return slots | {seats_topic(account) for account in self.accounts}


Act: TypeAlias = Callable[[Tx, datetime, News], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDesk:
    house: Gatehouse
    bell: Bell
    policy: BookingPolicy
    fitness: FitnessOf
    portals: Portals
    busy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def db(self) -> Database:
        return self.house.db

    @property
    def clock(self) -> Clock:
        return self.house.clock

    @property
    def codes(self) -> Codes:
        return Codes(self.house)

    async def once(
        self, account: AccountId, key: str, question: Iterable[object], act: Act
    ) -> Answer:
        """Acts in one transaction, or repeats what was answered to this key before.

        A refusal is no answer: asked again, it is decided again. Raises BadKey or
        KeyReused, and what `act` raises.
        """
        require_key(key)
        asked = hashlib.sha256("\n".join(map(str, question)).encode()).digest()

        async def answer(tx: Tx, now: datetime, news: News) -> Answer:
            known = await answers.claim(tx, account, key, asked, now)
            if known is not None:
                return known
            given = await act(tx, now, news)
            await answers.note(tx, account, key, given)
            return given

        return await self.change(answer)

    async def change(
        self, act: Callable[[Tx, datetime, News], Awaitable[Result]]
    ) -> Result:
        """One transaction, then the bell. Of two that block each other, one tries
        again, and once more; then it raises Clashed."""
        for _ in range(TRIES):
            try:
                return await self._change(act)
            except DeadlockDetectedError:
                continue
        raise Clashed

    async def _change(
        self, act: Callable[[Tx, datetime, News], Awaitable[Result]]
    ) -> Result:
        news = News()
        async with self.busy, self.db.transaction() as tx:
            result = await act(tx, self.clock.now(), news)
        await self.tell(news)
        return result

    async def tell(self, news: News) -> None:
        """After the commit."""
        if topics := news.topics():
            await self.bell.ring(topics)


async def lock_slots(tx: Tx, wanted: Iterable[SlotId]) -> dict[SlotId, Slot]:
    """Raises NoSuchSlot."""
    ids = set(wanted)
    found = {it.slot: it for it in await slots.lock(tx, list(ids))}
    if found.keys() != ids:
        raise NoSuchSlot
    return found


def require_key(key: str) -> None:
    """Raises BadKey."""
    if not (8 <= len(key) <= 100 and key.isascii() and key.isprintable()):
        raise BadKey


def slots_topic(centre: CentreId, day: date) -> str:
    return f"slots:{centre}:{day:%Y-%m}"


def seats_topic(account: AccountId) -> str:
    return f"seats:{account}"
