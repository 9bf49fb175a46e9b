"""What a certificate says: plain lines, signed as a whole."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from app.exams.domain.grading import shown
from app.exams.domain.results import certificate_name
from app.kernel.ids import CertificateId
from app.kernel.refusals import Conflict, NotFound, Refusal
from app.kernel.scripts import printable

HEAD = "Certificate, format 1"
"""The first line: no other text that is signed here begins so."""


class NoSuchCertificate(NotFound):
    """There is no certificate with this number here."""


class NotIssued(NotFound):
    """There is no certificate of this test, or it is held just now."""


class CertificateRevoked(Conflict):
    """This certificate was revoked. The page of the result says why."""


class RevokedAlready(Conflict):
    """This certificate is revoked already."""


class NotACertificate(Refusal):
    """This text is no certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """`passed_on` in the student's own time zone; `percent` where the institution
    wants it said; `link`: where its state can be asked."""

    certificate: CertificateId
    number: int
    issuer: str
    name: str
    srn: str
    module: str
    title: str
    passed_on: date
    percent: Decimal | None
    issued_at: datetime
    link: str


def text_of(it: Certificate) -> str:
    lines = {
        "number": certificate_name(it.number),
        "issued by": it.issuer,
        "name": it.name,
        "srn": it.srn,
        "module": f"{it.module} {it.title}",
        "passed on": it.passed_on.isoformat(),
        **({} if it.percent is None else {"score": shown(it.percent)}),
        "issued at": it.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "check": it.link,
    }
    told = "".join(f"{key}: {_on_one_line(text)}\n" for key, text in lines.items())
    return f"{HEAD}\n{told}"


def lines_of(sealed: str) -> dict[str, str]:
    """What a certificate says, in its order. Raises NotACertificate; whether it is
    genuine is another question."""
    head, *lines = sealed.splitlines()[:-1] or [""]
    pairs = [line.partition(": ") for line in lines]
    if head != HEAD or not all(mark for _, mark, _ in pairs):
        raise NotACertificate
    return {key: text for key, _, text in pairs}


def _on_one_line(text: str) -> str:
    """A name must not add a line of its own."""
    return " ".join(printable(text).split())
