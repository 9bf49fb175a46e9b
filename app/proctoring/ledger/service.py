"""What a student sees of their time: statements, history and the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.accounts.domain.people import Person
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.people import NoSuchPerson
from app.accounts.store import people
from app.adapters.db import Tx
from app.kernel.ids import AccountId, ModuleCode
from app.proctoring.domain.policy import Policy
from app.proctoring.ledger import corrections_store, store, verifying
from app.proctoring.ledger.domain import (
    Decided,
    ModuleHours,
    Part,
    Statement,
    Stretch,
    Sums,
    Totals,
)
from app.proctoring.ledger.entries import entries
from app.proctoring.ledger.parts import WEEKS, Calendar, by_day, calendar, split
from app.proctoring.ledger.words import why

LATEST = 12
Titles: TypeAlias = Mapping[tuple[str, str], str]
"""Of topics, by module and topic code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A part with its titles; `topic` is None where the page told none.

    `why` it counts or not; `looks` that were passed in it.
    """

    part: Part
    module: str
    topic: str | None
    why: str
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the dashboard shows besides the hours."""

    history: Sequence[Shown]
    calendar: Calendar


class Ledger:
    def __init__(self, house: Gatehouse, policy: Policy) -> None:
        self._house = house
        self._policy = policy

    async def statement(
        self, account: AccountId, module: ModuleCode | None = None
    ) -> Statement:
        """Of one module or all. Raises NoSuchPerson."""
        async with self._house.db.transaction() as tx:
            await store.one_snapshot(tx)
            person = await people.by_id(tx, account)
            if person is None:
                raise NoSuchPerson
            return await self.statement_in(tx, person, module)

    async def statement_in(
        self, tx: Tx, person: Person, module: ModuleCode | None = None
    ) -> Statement:
        """In the caller's transaction."""
        as_of, account = self._as_of(), person.account
        told = (await store.sums(tx, [account], as_of)).get(account, {})
        found = await store.stretches(tx, [account], as_of)
        looks = await store.looks(tx, [account])
        readings = await store.readings(tx, account)
        corrections = await corrections_store.of_accounts(tx, [account])
        mine = [it for it in found if module in (None, it.module)]
        return Statement(
            account=account,
            srn=person.srn,
            name=person.name,
            time_zone=person.time_zone,
            as_of=as_of.now,
            entries=tuple(entries(mine, looks, readings)),
            corrections=tuple(
                it
                for it in reversed(corrections)
                if it.state is Decided.APPROVED and module in (None, it.module)
            ),
            modules=tuple(_modules(await store.modules(tx), told, module)),
        )

    async def days(self, account: AccountId, zone: ZoneInfo) -> dict[date, Totals]:
        """By local day, of stretches: corrections belong to no day of study."""
        async with self._house.db.connection() as tx:
            found = await store.stretches(tx, [account], self._as_of())
        return by_day(found, zone)

    async def history(
        self, account: AccountId, titles: Titles, latest: int = LATEST
    ) -> list[Shown]:
        """The newest parts, newest first."""
        async with self._house.db.transaction() as tx:
            await store.one_snapshot(tx)
            found = await store.stretches(tx, [account], self._as_of())
            return await self._latest(tx, account, found, titles, latest)

    async def record(
        self, account: AccountId, zone: ZoneInfo, titles: Titles
    ) -> Record:
        """The latest parts, and the calendar of the last 26 weeks."""
        as_of = self._as_of()
        since = as_of.now - timedelta(weeks=WEEKS + 1)
        async with self._house.db.transaction() as tx:
            await store.one_snapshot(tx)
            found = await store.stretches(tx, [account], as_of, since)
            history = await self._latest(tx, account, found, titles, LATEST)
        today = as_of.now.astimezone(zone).date()
        return Record(history=history, calendar=calendar(by_day(found, zone), today))

    async def _latest(
        self,
        tx: Tx,
        account: AccountId,
        stretches: Sequence[Stretch],
        titles: Titles,
        latest: int,
    ) -> list[Shown]:
        # Every stretch that is not empty has a part at least: these are enough.
        newest = [it for it in stretches if it.length_us][-latest:]
        since = newest[0].since if newest else None
        readings = await store.readings(tx, account, since)
        looks = await store.looks(tx, [account], since)
        modules = {it.code: it.title for it in await store.modules(tx)}
        parts = split(newest, readings)[-latest:]
        whys = {it.stretch: why(it) for it in newest}
        asked = [it.asked_at for it in looks if it.passed]
        return [
            Shown(
                part=it,
                module=modules.get(it.module, it.module),
                topic=titles.get((it.module, it.topic or ""), it.topic),
                why=whys[it.stretch],
                looks=sum(it.since <= at <= it.till for at in asked),
            )
            for it in reversed(parts)
        ]

    async def verify(self, account: AccountId | None = None) -> verifying.Verified:
        """Everybody's hours from first principles, or one student's."""
        return await verifying.verify(self._house, self._policy, account)

    def _as_of(self) -> store.AsOf:
        reach = timedelta(seconds=self._policy.checkpoint_every_s)
        return store.AsOf(now=self._house.clock.now(), reach=reach)


def _modules(
    rows: Sequence[store.ModuleRow], told: Sums, module: ModuleCode | None
) -> list[ModuleHours]:
    """Those that were begun."""
    return [
        ModuleHours(
            code=row.code,
            title=row.title,
            required_us=row.required_us,
            totals=told[row.code],
        )
        for row in rows
        if row.code in told and module in (None, row.code)
    ]
