"""When a result is told: held, released, with its certificate; each once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from app.accounts.domain.letters import Words
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import people
from app.adapters.db import Tx
from app.exams.domain import exam_letters
from app.exams.domain.policy import ExamsPolicy
from app.exams.domain.results import (
    NOTHING,
    NoSuchExam,
    Result,
    Sat,
    State,
    Undecided,
    result,
)
from app.exams.service.certificates import Certificates
from app.exams.service.told import told_of
from app.exams.store import results as store
from app.kernel.ids import ExamId

UndecidedOf: TypeAlias = Callable[
    [Tx, Sequence[ExamId]], Awaitable[Mapping[ExamId, Undecided]]
]
"""Of the sittings that exams were sat in, handed in by the slice that keeps them; an
exam of which there is nothing may be missing."""
Doubtful: TypeAlias = Callable[[Tx], Awaitable[Sequence[ExamId]]]
"""All exams that a person has something to decide of, from the same slice."""
HELD, RESULT = "held", "result"


async def nothing_doubtful(tx: Tx) -> Sequence[ExamId]:
    return ()


class Telling:
    """Works inside the caller's transactions."""

    def __init__(
        self,
        house: Gatehouse,
        policy: ExamsPolicy,
        certificates: Certificates,
        undecided_of: UndecidedOf,
        doubtful: Doubtful = nothing_doubtful,
    ) -> None:
        self.house = house
        self.policy = policy
        self._certificates = certificates
        self._undecided_of = undecided_of
        self._doubtful = doubtful

    async def results(self, tx: Tx, sats: Sequence[Sat]) -> list[Result]:
        """In their order."""
        found = await self._undecided_of(tx, [it.exam for it in sats])
        return [result(it, found.get(it.exam, NOTHING)) for it in sats]

    async def doubted(self, tx: Tx) -> list[ExamId]:
        """Whose result was told before a person had something to decide of it."""
        return await store.told_among(tx, await self._doubtful(tx))

    async def lock(self, tx: Tx, exam: ExamId) -> Result:
        """One change of a result at a time. Raises NoSuchExam."""
        await store.lock(tx, exam)
        sat = await store.read(tx, exam)
        if sat is None:
            raise NoSuchExam
        [found] = await self.results(tx, [sat])
        return found

    async def settle(self, tx: Tx, exam: ExamId, now: datetime) -> bool:
        """Tells what can be told by now, also that a result is held anew that was told
        before, and issues the certificate that is due; said twice, it is told once.
        Whether it did anything."""
        it = await self.lock(tx, exam)
        sat = it.sat
        if it.state in (State.WAITING, State.ANNULLED):
            return False
        if sat.told == RESULT and it.state is not State.HELD:
            return False
        if self._is_early(sat, now):
            return False
        if it.state is State.UNBEGUN:
            told = told_of(sat, self.house.url)
            await self._post(tx, sat, exam_letters.test_unbegun(told))
            await store.set_told(tx, exam, RESULT)
            return True
        if it.state is State.HELD:
            return await self._tell_held(tx, sat)
        await self._tell_result(tx, sat, now)
        return True

    async def held_by_hand(self, tx: Tx, sat: Sat, reason: str) -> None:
        """Told at once, and again: now there is a reason."""
        told = told_of(sat, self.house.url, reason=reason)
        await self._post(tx, sat, exam_letters.result_held(told))
        await store.set_told(tx, sat.exam, HELD)

    async def graded_anew(
        self, tx: Tx, exam: ExamId, passed_before: bool, now: datetime
    ) -> None:
        """After a result was told, only a change of it is written of."""
        it = await self.lock(tx, exam)
        sat = it.sat
        assert sat.grade is not None
        if sat.told != RESULT or it.state is State.ANNULLED:
            return
        has_changed = sat.grade.passed is not passed_before
        if it.state is State.HELD:
            if has_changed:
                await store.set_told(tx, exam, HELD)  # told when it is released
            return
        sat = await self._certified(tx, sat, now)
        if has_changed:
            told = told_of(sat, self.house.url)
            await self._post(tx, sat, exam_letters.result_regraded(told))

    async def annulled(self, tx: Tx, exam: ExamId) -> None:
        """Told at once, and that is what is told of it."""
        sat = (await self.lock(tx, exam)).sat
        assert sat.ruling is not None
        told = told_of(sat, self.house.url, reason=sat.ruling.why)
        await self._post(tx, sat, exam_letters.test_annulled(told))
        await store.set_told(tx, exam, RESULT)

    async def reinstated(
        self, tx: Tx, exam: ExamId, reason: str, now: datetime
    ) -> None:
        """Told at once; with the result and its certificate, unless it is held."""
        it = await self.lock(tx, exam)
        is_held = it.state is State.HELD
        sat = it.sat if is_held else await self._certified(tx, it.sat, now)
        told = told_of(sat, self.house.url, reason=reason)
        await self._post(tx, sat, exam_letters.test_reinstated(told, is_held=is_held))
        await store.set_told(tx, exam, HELD if is_held else RESULT)

    def _is_early(self, sat: Sat, now: datetime) -> bool:
        assert sat.ended_at is not None
        return now < sat.ended_at + timedelta(minutes=self.policy.settle_after_min)

    async def _tell_held(self, tx: Tx, sat: Sat) -> bool:
        if sat.told == HELD:
            return False
        told = told_of(sat, self.house.url, reason=sat.hold.why if sat.hold else "")
        await self._post(tx, sat, exam_letters.result_held(told))
        await store.set_told(tx, sat.exam, HELD)
        return True

    async def _tell_result(self, tx: Tx, sat: Sat, now: datetime) -> None:
        was_held = sat.told == HELD
        sat = await self._certified(tx, sat, now)
        told = told_of(sat, self.house.url)
        write = exam_letters.result_released if was_held else exam_letters.result_there
        await self._post(tx, sat, write(told))
        await store.set_told(tx, sat.exam, RESULT)

    async def _certified(self, tx: Tx, sat: Sat, now: datetime) -> Sat:
        """With the certificate that is due."""
        if sat.grade is None or not sat.grade.passed or sat.is_erased:
            return sat
        await self._certificates.issue(tx, sat, now)
        again = await store.read(tx, sat.exam)
        assert again is not None
        return again

    async def _post(self, tx: Tx, sat: Sat, words: Words) -> None:
        person = await people.by_id(tx, sat.account)
        await Codes(self.house).tell(tx, person, words)
