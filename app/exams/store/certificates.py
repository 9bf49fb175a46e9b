"""Certificates: issued once, never changed; revoked for good, or with its test."""

from dataclasses import dataclass
from datetime import datetime

from app.adapters.db import Row, Tx
from app.kernel.ids import AccountId, CertificateId, ExamId


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """`sealed`: the signed text, as it is printed."""

    certificate: CertificateId
    number: int
    exam: ExamId
    account: AccountId
    issued_at: datetime
    sealed: str
    revoked_at: datetime | None = None
    revoked_why: str | None = None


async def next_number(tx: Tx) -> int:
    """Taken for good: a number of a certificate that came to nothing stays unused."""
    found: int = await tx.fetchval(
        "SELECT nextval(pg_get_serial_sequence('certificate', 'number'))"
    )
    return found


async def insert(tx: Tx, it: CertificateRow) -> None:
    await tx.execute(
        """INSERT INTO certificate (certificate_id, number, exam_id, account_id,
               issued_at, sealed)
           OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6)""",
        it.certificate,
        it.number,
        it.exam,
        it.account,
        it.issued_at,
        it.sealed,
    )


async def read(tx: Tx, certificate: CertificateId) -> CertificateRow | None:
    row = await tx.fetchrow(
        "SELECT * FROM certificate WHERE certificate_id = $1", certificate
    )
    return _certificate(row) if row else None


async def of_exam(tx: Tx, exam: ExamId) -> CertificateRow | None:
    row = await tx.fetchrow(
        "SELECT * FROM certificate WHERE exam_id = $1 FOR UPDATE", exam
    )
    return _certificate(row) if row else None


async def revoke(tx: Tx, certificate: CertificateId, why: str, now: datetime) -> bool:
    """False: it was revoked already."""
    done: str = await tx.execute(
        """UPDATE certificate SET revoked_at = $2, revoked_why = $3
           WHERE certificate_id = $1 AND revoked_at IS NULL""",
        certificate,
        now,
        why,
    )
    return done == "UPDATE 1"


async def give_back(tx: Tx, exam: ExamId) -> None:
    await tx.execute(
        """UPDATE certificate SET revoked_at = NULL, revoked_why = NULL
           WHERE exam_id = $1""",
        exam,
    )


def _certificate(row: Row) -> CertificateRow:
    return CertificateRow(
        certificate=row["certificate_id"],
        number=row["number"],
        exam=row["exam_id"],
        account=row["account_id"],
        issued_at=row["issued_at"],
        sealed=row["sealed"],
        revoked_at=row["revoked_at"],
        revoked_why=row["revoked_why"],
    )
