"""Opening an exam the first time: who may, and the paper that is drawn for them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

from app.accounts.service.gatehouse import Gatehouse
from app.adapters.db import Tx
from app.exams.domain import opening
from app.exams.domain.exams import AnotherExamOpen, Exam, Opener, SatAlready
from app.exams.domain.opening import Window
from app.exams.domain.papers import SEED, draw
from app.exams.domain.policy import ExamsPolicy
from app.exams.service.acts import note
from app.exams.store import drawing
from app.exams.store import exams as store
from app.kernel.ids import AccountId, ExamId, ModuleCode, SeatId
from app.kernel.refusals import Conflict

Source: TypeAlias = Callable[[int], bytes]


class NoTestYet(Conflict):
    """This module has no test yet. Please tell the helpdesk."""


class OnlyAtACentre(Conflict):
    """This test is not sat remotely. Book a seat first."""


async def remote_modules(tx: Tx) -> frozenset[ModuleCode]:
    """Whose tests may be sat without a seat."""
    return await drawing.remote_modules(tx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which test somebody wants to sit. A seat comes with its `window`; without one,
    remotely."""

    account: AccountId
    module: ModuleCode
    seat: SeatId | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    house: Gatehouse
    policy: ExamsPolicy
    source: Source

    async def draw(
        self, tx: Tx, wanted: Wanted, now: datetime, by: Opener | None = None
    ) -> Exam:
        """Raises what `Exams.open` says."""
        terms = await drawing.terms(tx, wanted.module)
        if terms is None:
            raise NoTestYet
        await self._require(tx, wanted, terms, now)
        seed = self.source(SEED)
        paper = draw(terms, await drawing.bank(tx, wanted.module), seed)
        percent = await drawing.extra_percent(tx, wanted.account)
        exam = Exam(
            exam=ExamId(uuid4()),
            account=wanted.account,
            module=wanted.module,
            blueprint_version=terms.version,
            seat=wanted.seat,
            duration_s=opening.with_extra(terms.duration_s, percent),
            drawn_at=now,
            opener=by,
        )
        if not await store.insert(tx, exam, seed):
            raise AnotherExamOpen
        await store.insert_paper(tx, exam.exam, paper)
        # What binds us to the paper, before anybody has seen it.
        commitment = hashlib.sha256(seed).hexdigest()
        await note(tx, self.house, exam, "opened", now, commitment=commitment)
        return exam

    async def _require(
        self, tx: Tx, wanted: Wanted, terms: drawing.Terms, now: datetime
    ) -> None:
        if wanted.seat is None:
            if not terms.remote:
                raise OnlyAtACentre
        elif await store.of_seat(tx, wanted.seat) is not None:
            raise SatAlready
        if wanted.window is not None:
            opening.require_window(wanted.window, now, self.policy)
        till = await store.cooling_till(tx, wanted.account, wanted.module)
        opening.require_cooled(till, now)
