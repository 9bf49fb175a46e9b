"""Erasing a student: what may go goes, what must stay names nobody, and a receipt.

First every consent is withdrawn, which ends an open sitting and shreds the keys. Then,
in one transaction, the rows go, the account loses its name, and the receipt is kept.
Objects and what Redis holds go last; cut off before that, the same command again does
the rest, and the sweep of the retention job would find the objects too.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.accounts.domain.consents import Purpose
from app.accounts.domain.people import Person, Role
from app.accounts.service.consents import Consents
from app.accounts.service.gatehouse import Gatehouse
from app.adapters import envelopes
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.objects import Objects
from app.adapters.sealing import Sealer
from app.adapters.signing import Signer, seal_text
from app.kernel.ids import AccountId
from app.kernel.refusals import Conflict
from app.operations.privacy import store
from app.operations.privacy.holdings import HOLDINGS, Fate
from app.operations.privacy.kept import Kept
from app.operations.privacy.memory import forget_in_redis
from app.proctoring.domain.marks import stamp_of
from app.proctoring.service.clips import Clips

STAYS = (
    "Hours that were credited, the looks and decisions they rest on, seats of tests "
    "and what was paid for them, consents given and withdrawn, and the trail: under a "
    "number that names nobody, because the institution must be able to prove hours it "
    "has certified and money it has taken."
)


class NotAStudent(Conflict):
    """Only a student's account is erased. A member of staff's is closed."""


class SittingOpen(Conflict):
    """A sitting was opened just now. Run the command again."""


class SeatComing(Conflict):
    """A seat for a test is held or booked, or money is still on its way back. Cancel
    the seat, wait until the refund is done, and run the command again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """`end`: ends an open sitting of whoever has withdrawn consent."""

    house: Gatehouse
    consents: Consents
    objects: Objects
    redis: Redis
    signer: Signer
    kept: Kept | None
    end: Callable[[AccountId], Awaitable[None]]

    async def erase(self, person: Person) -> bytes:
        """The signed receipt; erased before, the one there is. Raises NotAStudent,
        SeatComing, SittingOpen."""
        if person.role is not Role.STUDENT:
            raise NotAStudent
        async with self.house.db.connection() as tx:
            await self._require_no_test(tx, person.account)
        keys = await self._keys(person.account)  # a withdrawal forgets their rows
        for purpose in Purpose:
            await self.consents.withdraw(person.account, purpose)
        await self.end(person.account)
        keys |= await self._keys(person.account)
        async with self.house.db.connection() as tx:
            sittings = await store.sittings_of(tx, person.account)
        await self.objects.delete(sorted(keys))
        await self._forget_in_redis(person.account, sittings)
        receipt = await self._erase(person.account, sorted(keys))
        with suppress(RedisError):  # a sample on its way lives for seconds anyway
            await self._forget_in_redis(person.account, sittings)
        return receipt

    async def _forget_in_redis(
        self, account: AccountId, sittings: Sequence[UUID]
    ) -> None:
        now = stamp_of(self.house.clock.now())
        await Clips(self.redis).forget(account, now)
        await forget_in_redis(self.redis, [account, *sittings])

    async def _keys(self, account: AccountId) -> set[str]:
        if self.kept is None:
            return set()
        async with self.house.db.connection() as tx:
            return {it.key for it in await self.kept.of(tx, account)}

    async def _erase(self, account: AccountId, keys: list[str]) -> bytes:
        async with self.house.db.transaction() as tx:
            row = await store.lock_account(tx, account)
            assert row is not None
            if row["erased_at"] is not None:
                receipt = await store.erasure_of(tx, account)
                assert receipt is not None
                return receipt
            if await store.has_open_sitting(tx, account):
                raise SittingOpen
            await self._require_no_test(tx, account)
            now = self.house.clock.now()
            told = {
                "receipt": "erasure",
                "erased_at": now.isoformat(timespec="seconds"),
                "whose": subject(self.house.sealer, row["srn"]),
                "account": str(account),
                **await self._forget(tx, account, keys),
                "hours_that_stand": await self._hours(tx, account),
                "why_it_stays": STAYS,
            }
            receipt = seal_text(json.dumps(told, indent=2) + "\n", self.signer)
            await store.unname(tx, account, pseudonym(account), now)
            await store.save_erasure(tx, account, now, receipt)
            await self._note(tx, account, now)
        return receipt

    async def _require_no_test(self, tx: Tx, account: AccountId) -> None:
        if await store.has_coming_test(tx, account, self.house.clock.now()):
            raise SeatComing

    async def _forget(
        self, tx: Tx, account: AccountId, keys: list[str]
    ) -> dict[str, dict[str, int]]:
        """How many rows of each kind went, and how many stay."""
        gone, stays = {"evidence pictures": len(keys)}, {}
        for sealed in envelopes.Purpose:
            await self.house.envelopes.shred(tx, account, sealed)
        if self.kept:
            await self.kept.forget(tx, keys)
        for it in HOLDINGS:
            if it.fate is Fate.GOES:
                gone[it.table] = await store.delete_rows(tx, it, account)
            else:
                stays[it.table] = await store.count_rows(tx, it, account)
        return {"erased": gone, "stays": stays}

    async def _hours(self, tx: Tx, account: AccountId) -> str:
        minutes = await store.confirmed_seconds(tx, account) // 60
        return f"{minutes // 60} h {minutes % 60:02} min"

    async def _note(self, tx: Tx, account: AccountId, now: datetime) -> None:
        act = Act(at=now, by=None, what="privacy.erased", whom=account)
        await self.house.trail.write(tx, act)


def subject(sealer: Sealer, srn: str) -> str:
    """Tells whose receipt it is to whoever has the number and this house's secret."""
    return sealer.keyed_hash("erasure", srn).hex()


def pseudonym(account: AccountId) -> str:
    return f"ERASED-{account.hex[:16].upper()}"
