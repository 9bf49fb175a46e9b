"""Checking a device: opened like a sitting, concluded from a look and what is told."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import uuid4

from app.adapters.db import Row, Tx
from app.kernel.findings import Ask, Finding
from app.kernel.ids import AccountId, CheckId, SittingId
from app.kernel.refusals import Conflict, NotFound
from app.proctoring.domain import watch as life
from app.proctoring.domain.check_lines import Line, Result
from app.proctoring.domain.check_picture import Seen
from app.proctoring.domain.checks import Told, evaluate, worst
from app.proctoring.domain.watch import Watch
from app.proctoring.domain.words import Ending, Kind, State, Verdict
from app.proctoring.service.desk import Desk
from app.proctoring.service.guiding import Guiding
from app.proctoring.service.sittings import Gate, OpenedMeanwhile
from app.proctoring.store import checks as store
from app.proctoring.store import sittings

IsByPerson: TypeAlias = Callable[[AccountId], Awaitable[bool]]


class NoSuchCheck(NotFound):
    """There is no such check. Begin a new one."""


class DeviceCheckNeeded(Conflict):
    """Let us check this computer and camera first. It takes half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCheck:
    check: CheckId
    sitting: SittingId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The capture that is wanted just now; `looking`: it is being taken; `trouble`:
    what was wrong with the last try."""

    ask: Ask
    looking: bool
    taken: tuple[Ask, ...]
    trouble: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """`awaiting`: the look, or a capture, is not done yet; ask again in a second."""

    lines: list[Line]
    result: Result
    awaiting: bool
    guide: Guide | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The newest check, on whatever device."""

    lines: list[Line]
    browser: str
    at: datetime


class Checks:
    def __init__(
        self,
        desk: Desk,
        gates: Sequence[Gate],
        is_by_person: IsByPerson,
        guiding: Guiding | None = None,
    ) -> None:
        """`gates` as for a sitting: a check uses the camera, too. Without `guiding`
        it takes no captures."""
        self._desk = desk
        self._gates = gates
        self._is_by_person = is_by_person
        self._guiding = guiding

    @property
    def enrols(self) -> bool:
        """Whether checks take captures where a template lacks them."""
        return self._guiding is not None and self._desk.policy.enrol

    async def open(
        self, account: AccountId, device: bytes, browser: str
    ) -> OpenedCheck:
        """A new check; one that was open ends. A sitting that runs is not touched."""
        for gate in self._gates:
            await gate(account)
        if self._guiding:
            await self._guiding.begin(account)
        async with self._desk.db.transaction() as tx:
            now = self._desk.clock.now()
            await self._end_open(tx, account, now)
            watch = Watch(
                sitting=SittingId(uuid4()),
                account=account,
                opened_at=now,
                opened_on=browser,
                kind=Kind.CHECK,
            )
            if not await sittings.insert(tx, watch, None):
                raise OpenedMeanwhile
            new = store.NewCheck(
                check=CheckId(uuid4()),
                account=account,
                sitting=watch.sitting,
                device=device,
                browser=browser,
                started_at=now,
            )
            await store.insert(tx, new)
        return OpenedCheck(check=new.check, sitting=watch.sitting, epoch=watch.epoch)

    async def conclude(
        self, account: AccountId, check: CheckId, told: Told, *, give_up: bool
    ) -> Conclusion:
        """Evaluates; final once the look is done or the page gives up waiting.

        Asked again, a finished check answers as it did. Raises NoSuchCheck.
        """
        by_person = await self._is_by_person(account)
        async with self._desk.db.transaction() as tx:
            row = await store.lock(tx, account, check)
            if row is None:
                raise NoSuchCheck
            if row["finished_at"] is not None:
                return _concluded(_lines(row), awaiting=False)
            watch = await sittings.lock(tx, SittingId(row["sitting_id"]))
            assert watch is not None
            seen = await self._seen(tx, watch, by_person)
            lines = evaluate(told, seen, self._desk.policy)
            guide = await self._guide(tx, watch)
            enough = guide is None and _is_enough(seen)
            done = give_up or watch.state is State.ENDED or enough
            if done:
                await self._finish(tx, check, watch, told, lines)
        if done:
            return _concluded(lines, awaiting=False)
        return replace(_concluded(lines, awaiting=True), guide=guide)

    async def require(self, account: AccountId, device: bytes | None) -> CheckId | None:
        """The check of this device that a sitting rests on. Raises DeviceCheckNeeded.

        None where policy asks for none and there is none.
        """
        policy = self._desk.policy
        row = await self._newest(account, device)
        oldest = self._desk.clock.now() - timedelta(days=policy.check_valid_days)
        holds = row is not None and row["outcome"] != Result.FAIL
        if row is not None and holds and row["finished_at"] >= oldest:
            return CheckId(row["check_id"])
        if policy.device_check:
            raise DeviceCheckNeeded
        return None

    async def last(self, account: AccountId) -> Last | None:
        """For the help page: what the newest check saw."""
        async with self._desk.db.connection() as tx:
            row = await store.newest_lines(tx, account)
        if row is None:
            return None
        return Last(lines=_lines(row), browser=row["browser"], at=row["finished_at"])

    async def _newest(self, account: AccountId, device: bytes | None) -> Row | None:
        if device is None:
            return None
        async with self._desk.db.connection() as tx:
            return await store.newest(tx, account, device)

    async def _end_open(self, tx: Tx, account: AccountId, now: datetime) -> None:
        sitting = await sittings.open_check_of(tx, account)
        watch = await sittings.lock(tx, sitting) if sitting else None
        if watch is not None:
            policy = self._desk.policy
            await self._desk.write(
                tx, *life.end(watch, Ending.CHECKED, now, policy), now
            )

    async def _seen(self, tx: Tx, watch: Watch, by_person: bool) -> Seen | None:
        """Read under the sitting's lock: the last capture may just have been taken."""
        row = await store.last_look(tx, watch.sitting)
        if row is None:
            return None
        account, guiding = watch.account, self._guiding
        told = json.loads(row["finding"]) if row["finding"] else None
        return Seen(
            verdict=Verdict(row["verdict"]),
            finding=Finding(**told) if told else None,
            by_person=by_person,
            made_of=await guiding.made_of(tx, account) if guiding else None,
        )

    async def _guide(self, tx: Tx, watch: Watch) -> Guide | None:
        row = await store.guide_of(tx, watch.sitting, self._desk.clock.now())
        if row is None:
            return None
        verdict = Verdict(row["verdict"]) if row["verdict"] else Verdict.MATCH
        return Guide(
            ask=Ask(row["ask"]),
            looking=row["looking"],
            taken=tuple(map(Ask, row["taken"])),
            trouble=None if verdict is Verdict.MATCH else verdict,
        )

    async def _finish(
        self, tx: Tx, check: CheckId, watch: Watch, told: Told, lines: list[Line]
    ) -> None:
        now, policy = self._desk.clock.now(), self._desk.policy
        await self._desk.write(tx, *life.end(watch, Ending.CHECKED, now, policy), now)
        facts = json.dumps(asdict(told))
        shown = json.dumps([asdict(line) for line in lines])
        await store.finish(tx, check, facts, shown, worst(lines), now)
        if self._guiding:
            await self._guiding.over(tx, watch.account)


def _is_enough(seen: Seen | None) -> bool:
    """A person's eyes need one look; else the page waits for a better picture."""
    if seen is None:
        return False
    return seen.by_person or seen.verdict is Verdict.MATCH


def _lines(row: Row) -> list[Line]:
    return [
        Line(**{**it, "result": Result(it["result"])})
        for it in json.loads(row["lines"])
    ]


def _concluded(lines: list[Line], *, awaiting: bool) -> Conclusion:
    return Conclusion(lines=lines, result=worst(lines), awaiting=awaiting)
