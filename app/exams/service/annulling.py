"""Annulling a test, and taking that back: each one transaction, with its letter, its
certificate and its line in the trail."""

from app.accounts.domain.people import Identity
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.exams.domain.results import NeverBegun, Result, Sat, State, reason_of
from app.exams.domain.rulings import (
    Annulled,
    DecideFirst,
    NotAnnulled,
    NotGraded,
    Ruled,
    Ruling,
)
from app.exams.service.certificates import Certificates
from app.exams.service.telling import Telling
from app.exams.store import results as results_store
from app.exams.store import rulings as store
from app.kernel.ids import ExamId


class Annulling:
    def __init__(self, telling: Telling, certificates: Certificates) -> None:
        self._house = telling.house
        self._telling = telling
        self._certificates = certificates

    async def annul(self, by: Identity, exam: ExamId, why: str) -> None:
        """Neither passed nor failed any more; a hold ends, a certificate is revoked,
        the student is told why and how to answer.

        Raises SayWhy, NoSuchExam, NotGraded, Annulled or DecideFirst.
        """
        reason, now = reason_of(why), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            it = await self._telling.lock(tx, exam)
            _require_annullable(it)
            ruling = Ruling(
                what=Ruled.ANNULLED,
                why=reason,
                at=now,
                by=by.account,
                incidents=it.undecided.upheld,
                revoked=await self._certificates.take(tx, exam, reason, now),
            )
            await store.insert(tx, exam, ruling)
            await results_store.set_hold(tx, exam, None)
            await self._telling.annulled(tx, exam)
            await self._write(tx, it.sat, ruling)

    async def reinstate(self, by: Identity, exam: ExamId, why: str) -> None:
        """The result is what it was graded, and told unless an incident is open; the
        certificate that the annulment revoked holds again.

        Raises SayWhy, NoSuchExam or NotAnnulled.
        """
        reason, now = reason_of(why), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            it = await self._telling.lock(tx, exam)
            before = it.sat.ruling
            if it.state is not State.ANNULLED or before is None:
                raise NotAnnulled
            ruling = Ruling(
                what=Ruled.REINSTATED,
                why=reason,
                at=now,
                by=by.account,
                incidents=it.undecided.upheld,
            )
            await store.insert(tx, exam, ruling)
            if before.revoked:
                await self._certificates.give_back(tx, exam)
            await self._telling.reinstated(tx, exam, reason, now)
            await self._write(tx, it.sat, ruling)

    async def _write(self, tx: Tx, sat: Sat, ruling: Ruling) -> None:
        act = Act(
            at=ruling.at,
            by=ruling.by,
            what=f"result.{ruling.what}",
            whom=sat.account,
            details={"exam": str(sat.exam), "module": sat.module, "why": ruling.why},
        )
        await self._house.trail.write(tx, act)


def _require_annullable(it: Result) -> None:
    if it.state is State.WAITING:
        raise NotGraded
    if it.state is State.UNBEGUN:
        raise NeverBegun
    if it.state is State.ANNULLED:
        raise Annulled
    if it.undecided.is_open:
        raise DecideFirst
