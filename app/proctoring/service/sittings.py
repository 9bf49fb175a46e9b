"""Opening, pausing, resuming, finishing and sweeping sittings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias
from uuid import uuid4

from app.adapters.db import Tx
from app.kernel.ids import AccountId, CheckId, ModuleCode, SittingId
from app.kernel.refusals import Conflict
from app.proctoring.domain import neglect
from app.proctoring.domain import watch as life
from app.proctoring.domain.devices import VIRTUAL_CAMERA
from app.proctoring.domain.exam_clock import ExamIsOpen, learning
from app.proctoring.domain.signs import Sign
from app.proctoring.domain.watch import Outcome, Watch
from app.proctoring.domain.words import Ending, Kind, Reason, State, Why
from app.proctoring.service.desk import Desk
from app.proctoring.service.glances import note_signs
from app.proctoring.store import checks
from app.proctoring.store import neglect as left
from app.proctoring.store import sittings as store

Gate: TypeAlias = Callable[[AccountId], Awaitable[None]]
"""Raises a Refusal that says what a student needs before their time can run: an open
portal, consent, a profile photo."""


class CheckedDevices(Protocol):
    """The part of device checks that opening a sitting needs."""

    async def require(self, account: AccountId, device: bytes | None) -> CheckId | None:
        """Raises a Refusal that says to check this device first."""


class SittingOpenElsewhere(Conflict):
    """You are studying another module just now. One module counts at a time."""


class OpenedMeanwhile(Conflict):
    """Another page of yours opened a sitting just now. Please try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open sitting and the epoch of the browser that may write to it."""

    sitting: SittingId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedOn:
    """Which browser a sitting is open in, in words, and its device's key."""

    browser: str | None = None
    device: bytes | None = None


class Sittings:
    """Commands of students and proctors, each one transaction."""

    def __init__(
        self,
        desk: Desk,
        gates: Sequence[Gate] = (),
        checks: CheckedDevices | None = None,
    ) -> None:
        """`gates` are passed in their order before a sitting opens, then `checks`."""
        self._desk = desk
        self._gates = gates
        self._checks = checks

    async def open(
        self,
        account: AccountId,
        module: ModuleCode,
        *,
        instead: bool = False,
        opened_on: OpenedOn = OpenedOn(),
    ) -> Opened:
        """Opens a sitting of the module, or takes up the open one with a new epoch.

        Raises `SittingOpenElsewhere` (module, module_title) unless `instead`, which
        ends the other one, and what the gates raise. Repeating it is how a browser
        reconnects.
        """
        for gate in self._gates:
            await gate(account)
        check = None
        if self._checks is not None:
            check = await self._checks.require(account, opened_on.device)
        async with self._desk.db.transaction() as tx:
            found = await store.lock_open_of(tx, account)
            now = self._desk.clock.now()
            if found is not None and found.watch.kind is Kind.EXAM:
                raise ExamIsOpen
            if found is not None and found.module == module:
                watch = life.connected(found.watch, opened_on.browser, check)
                await store.save(tx, watch, now)
            else:
                if found is not None:
                    await self._replace(tx, found, now, instead=instead)
                watch = _watch_of(account, opened_on, check, now)
                if not await store.insert(tx, watch, module):
                    raise OpenedMeanwhile
            await begin_sitting(self._desk, tx, watch, now)
        await self._desk.tell(watch)
        return Opened(sitting=watch.sitting, epoch=watch.epoch)

    async def _replace(
        self, tx: Tx, found: store.Found, now: datetime, *, instead: bool
    ) -> None:
        if not instead:
            raise SittingOpenElsewhere(module=found.module, module_title=found.title)
        policy = self._desk.policy
        await self._desk.write(
            tx, *life.end(found.watch, Ending.REPLACED, now, policy), now
        )

    async def streaming(
        self, account: AccountId, sitting: SittingId, epoch: int
    ) -> None:
        """The browser says its video flows: look at once. A hint; adds no time."""

        def decide(watch: Watch, now: datetime) -> Outcome:
            return life.streaming(watch, now) if watch.epoch == epoch else (watch, [])

        await self._desk.change(sitting, decide, owner=account)

    async def pause(self, account: AccountId, sitting: SittingId) -> None:
        policy = self._desk.policy
        await self._desk.change(
            sitting,
            lambda watch, now: life.pause(learning(watch), Reason.STUDENT, now, policy),
            owner=account,
        )

    async def resume(self, account: AccountId, sitting: SittingId) -> None:
        await self._desk.change(
            sitting,
            lambda watch, now: life.resume(watch, Reason.STUDENT, now),
            owner=account,
        )

    async def retry(self, account: AccountId, sitting: SittingId) -> None:
        await self._desk.change(
            sitting,
            lambda watch, now: life.check(watch, Why.RETRY, now),
            owner=account,
        )

    async def finish(self, account: AccountId, sitting: SittingId) -> None:
        policy = self._desk.policy
        await self._desk.change(
            sitting,
            lambda watch, now: life.finish(learning(watch), now, policy),
            owner=account,
        )

    async def withdraw(self, account: AccountId) -> None:
        """The student has withdrawn consent: no camera any more, time is kept."""
        async with self._desk.db.connection() as tx:
            found = await store.open_of(tx, account)
        policy = self._desk.policy
        for sitting in found:
            await self._desk.change(
                sitting,
                lambda watch, now: life.end(watch, Ending.WITHDRAWN, now, policy),
            )

    async def finish_all(self) -> None:
        """A last look of every learning sitting: the portal closes soon."""
        policy = self._desk.policy
        for sitting in await self._open_learning(running=True):
            await self._desk.change(
                sitting, lambda watch, now: life.finish(watch, now, policy)
            )

    async def close(self) -> None:
        """Ends every learning sitting: the portal is closed. Time is kept."""
        policy = self._desk.policy
        for sitting in await self._open_learning(running=False):
            await self._desk.change(
                sitting, lambda watch, now: life.end(watch, Ending.CLOSED, now, policy)
            )

    async def _open_learning(self, *, running: bool) -> list[SittingId]:
        async with self._desk.db.connection() as tx:
            return await store.open_learning(tx, running=running)

    async def sweep(self) -> int:
        """Ends stretches nobody is present for, late finishes, abandoned sittings."""
        policy = self._desk.policy
        async with self._desk.db.connection() as tx:
            found = await left.neglected(
                tx,
                self._desk.clock.now(),
                left.Patience(
                    lapse=timedelta(seconds=policy.lapse_s),
                    finish=timedelta(seconds=policy.finish_within_s),
                    abandon=timedelta(seconds=policy.abandon_after_s),
                    idle=timedelta(seconds=policy.idle_after_s + policy.idle_answer_s),
                    check=timedelta(seconds=policy.check_abandon_s),
                ),
            )
        for sitting in found:
            await self._desk.change(sitting, self._neglect)
        return len(found)

    def _neglect(self, watch: Watch, now: datetime) -> Outcome:
        policy = self._desk.policy
        if watch.state is not State.RUNNING:
            return neglect.abandoned(watch, now, policy)
        for rule in (life.lapsed, neglect.inactive, neglect.overdue_finish):
            after, changes = rule(watch, now, policy)
            if changes:
                return after, changes
        return watch, []


def _watch_of(
    account: AccountId, opened_on: OpenedOn, check: CheckId | None, now: datetime
) -> Watch:
    return Watch(
        sitting=SittingId(uuid4()),
        account=account,
        opened_at=now,
        opened_on=opened_on.browser,
        check=check,
    )


async def begin_sitting(desk: Desk, tx: Tx, watch: Watch, now: datetime) -> None:
    """Last in its transaction. A camera that is a program is a sign, as far as its name
    tells."""
    camera = await checks.camera_of(tx, watch.check) if watch.check else None
    if camera and VIRTUAL_CAMERA.search(camera):
        await note_signs(tx, desk, watch, [Sign.VIRTUAL_CAMERA], now)
    await desk.seeds.plant(tx, watch, now)
