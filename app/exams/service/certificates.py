"""Certificates: issued once, shown to whoever has the link, revoked by a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.accounts.domain.people import Identity
from app.accounts.service.codes import Codes
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.store import people
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.signing import Signer, seal_text
from app.exams.domain import exam_letters
from app.exams.domain.certificates import (
    Certificate,
    NoSuchCertificate,
    NotIssued,
    RevokedAlready,
    lines_of,
    text_of,
)
from app.exams.domain.grading import reaches
from app.exams.domain.policy import ExamsPolicy
from app.exams.domain.results import Sat, reason_of
from app.exams.service.told import told_of
from app.exams.store import certificates as store
from app.exams.store import results
from app.exams.store.certificates import CertificateRow
from app.kernel.ids import CertificateId, ExamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What anybody may see of a certificate: what it says, and whether it holds."""

    row: CertificateRow
    says: dict[str, str]

    @property
    def is_revoked(self) -> bool:
        return self.row.revoked_at is not None


class Certificates:
    def __init__(self, house: Gatehouse, signer: Signer, policy: ExamsPolicy) -> None:
        self._house = house
        self._signer = signer
        self._policy = policy

    async def issue(self, tx: Tx, sat: Sat, now: datetime) -> str:
        """Of an exam that is passed and released, and whose row is locked; the signed
        text. Issued before, the one there is."""
        known = await store.of_exam(tx, sat.exam)
        if known is not None:
            return known.sealed
        number, certificate = await store.next_number(tx), CertificateId(uuid4())
        text = text_of(self._certificate(sat, certificate, number, now))
        row = CertificateRow(
            certificate=certificate,
            number=number,
            exam=sat.exam,
            account=sat.account,
            issued_at=now,
            sealed=seal_text(text, self._signer).decode(),
        )
        await store.insert(tx, row)
        return row.sealed

    def _certificate(
        self, sat: Sat, certificate: CertificateId, number: int, now: datetime
    ) -> Certificate:
        it = sat.grade
        assert it is not None
        assert sat.ended_at is not None
        # Of a pass that was kept, the figure would say something else.
        reached = reaches(it.points, it.of_points, sat.pass_mark)
        says_percent = self._policy.certificate_percent and reached
        return Certificate(
            certificate=certificate,
            number=number,
            issuer=self._policy.issuer,
            name=sat.name,
            srn=sat.srn,
            module=sat.module,
            title=sat.title,
            passed_on=sat.ended_at.astimezone(ZoneInfo(sat.time_zone)).date(),
            percent=it.percent if says_percent else None,
            issued_at=now,
            link=self.link(certificate),
        )

    def link(self, certificate: CertificateId) -> str:
        """Where anybody sees whether it holds."""
        return f"{self._house.url}/certificates/{certificate}"

    async def shown(self, certificate: CertificateId) -> Shown:
        """To whoever has the link. Raises NoSuchCertificate."""
        async with self._house.db.connection() as tx:
            row = await store.read(tx, certificate)
        if row is None:
            raise NoSuchCertificate
        return Shown(row=row, says=lines_of(row.sealed))

    async def of_exam(self, exam: ExamId) -> Shown:
        """Raises NotIssued."""
        async with self._house.db.transaction() as tx:
            row = await store.of_exam(tx, exam)
        if row is None:
            raise NotIssued
        return Shown(row=row, says=lines_of(row.sealed))

    async def take(self, tx: Tx, exam: ExamId, why: str, now: datetime) -> bool:
        """Revokes the one of a test that is annulled; False where none holds."""
        row = await store.of_exam(tx, exam)
        return row is not None and await store.revoke(tx, row.certificate, why, now)

    async def give_back(self, tx: Tx, exam: ExamId) -> None:
        """What `take` took holds again, number and signature unchanged."""
        await store.give_back(tx, exam)

    async def revoke(self, by: Identity, exam: ExamId, why: str) -> None:
        """For good; the student is told. Raises SayWhy, NotIssued, RevokedAlready."""
        reason, now = reason_of(why), self._house.clock.now()
        async with self._house.db.transaction() as tx:
            sat, row = await results.read(tx, exam), await store.of_exam(tx, exam)
            if sat is None or row is None:
                raise NotIssued
            if not await store.revoke(tx, row.certificate, reason, now):
                raise RevokedAlready
            words = exam_letters.certificate_revoked(
                told_of(sat, self._house.url, reason=reason)
            )
            person = await people.by_id(tx, sat.account)
            await Codes(self._house).tell(tx, person, words)
            act = Act(
                at=now,
                by=by.account,
                what="certificate.revoked",
                whom=sat.account,
                details={"certificate": str(row.certificate), "exam": str(exam)},
            )
            await self._house.trail.write(tx, act)
