"""Every paper a student can be given, with a name and an address of one's choice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from app.adapters.signing import Signer, seal_text
from app.booking.domain.papers import Paid, Place, Receipt, SeatPaper
from app.booking.domain.words import OrderKind, SeatState
from app.booking.papers.admit import AdmitCard, admit_pdf
from app.booking.papers.receipt import receipt_pdf
from app.exams.domain.certificates import Certificate, text_of
from app.exams.printed.certificate import certificate_pdf
from app.kernel.ids import ModuleCode
from app.kernel.money import Money
from app.proctoring.ledger.domain import ModuleHours, Statement, Totals
from app.proctoring.ledger.paper import pdf

NOW = datetime(2026, 11, 28, 20, 30, tzinfo=UTC)
ID = UUID(int=7)
SIGNER = Signer("s" * 40)
ADDRESS = "1 Main Road"


CERTIFICATE = Certificate(
    certificate=ID,
    number=123,
    issuer="Institute of Examples",
    name="Asha Rao",
    srn="ASHA001",
    module="CEL",
    title="Company and economic law",
    passed_on=date(2026, 11, 28),
    percent=None,
    issued_at=NOW,
    link="https://study.example.org/certificates/7",
)


def certificate(name: str, address: str = ADDRESS) -> bytes:
    it = replace(CERTIFICATE, issuer=address, name=name)
    sealed = seal_text(text_of(it), SIGNER).decode()
    return certificate_pdf(sealed, NOW, SIGNER)


def seat(name: str, address: str) -> SeatPaper:
    return SeatPaper(
        seat=ID,
        slot=ID,
        account=ID,
        name=name,
        srn="ASHA001",
        module="Company and economic law",
        module_code="CEL",
        state=SeatState.BOOKED,
        order=ID,
        number=9,
        booked_at=NOW,
        place=Place(
            centre="Institute",
            city="Kochi",
            address=address,
            time_zone="Asia/Kolkata",
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=3),
        ),
    )


def receipt(name: str, address: str = ADDRESS) -> bytes:
    paid = Paid(
        number=4,
        order_number=9,
        kind=OrderKind.FEE,
        amount=Money(minor=50_000, currency="INR"),
        paid_at=NOW,
        provider="sandbox",
        reference="pay_1",
        kept=Money(minor=0, currency="INR"),
        back=(),
    )
    return receipt_pdf(Receipt(seat=seat(name, address), paid=(paid,), made_at=NOW))


def admit_card(name: str, address: str = ADDRESS) -> bytes:
    return admit_pdf(
        AdmitCard(
            seat=seat(name, address),
            code="0123456789ABCDEFGHIJKLMNOPQRSTUV",
            photo=None,
            doors_at=NOW,
            made_at=NOW,
        )
    )


def statement(name: str, address: str = ADDRESS) -> bytes:
    module = ModuleHours(
        code=ModuleCode("CEL"), title=address, required_us=0, totals=Totals()
    )
    it = Statement(
        account=ID,
        srn="ASHA001",
        name=name,
        time_zone="Asia/Kolkata",
        as_of=NOW,
        entries=(),
        corrections=(),
        modules=(module,),
    )
    return pdf(it, {}, b"sealed")


PAPERS: dict[str, Callable[..., bytes]] = {
    "certificate": certificate,
    "receipt": receipt,
    "admit_card": admit_card,
    "statement": statement,
}
