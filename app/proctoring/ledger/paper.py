"""A statement on paper: a PDF that carries its signed CSV with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fpdf.enums import XPos, YPos

from app.adapters.paper import Paper
from app.adapters.signing import fingerprint
from app.kernel.refusals import Unavailable
from app.kernel.scripts import printable
from app.proctoring.ledger.domain import Statement, Totals, seconds_in_words
from app.proctoring.ledger.words import ROLES

ATTACHED = "hours.csv"
LINE, MARGIN, SMALL, TEXT, HEAD = 5.0, 15.0, 7.5, 9.0, 16.0
WIDTHS = (42.0, 24.0, 26.0, 24.0, 64.0)


class NoPaper(Unavailable):
    """The PDF cannot be made just now. The CSV has the same figures."""


def pdf(
    statement: Statement, titles: Mapping[tuple[str, str], str], sealed: bytes
) -> bytes:
    """Takes tenths of a second: not for the event loop. Raises NoPaper."""
    zone = ZoneInfo(statement.time_zone)
    try:
        paper = _Paper(statement, sealed)
    except OSError as error:
        raise NoPaper from error
    paper.heading(statement, zone)
    paper.sums(statement)
    paper.corrections(statement, zone)
    paper.stretches(statement, titles, zone)
    return bytes(paper.output())


class _Paper(Paper):
    """With the fingerprint at the foot."""

    def __init__(self, statement: Statement, sealed: bytes) -> None:
        super().__init__()
        self._foot = f"{printable(statement.srn)} · signature {fingerprint(sealed)}"
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 5)
        self.add_family("body", "DejaVuSans")
        self.set_creation_date(statement.as_of)
        self.set_title(f"Hours of {printable(statement.srn)}")
        self.embed_file(bytes=sealed, basename=ATTACHED, desc="The same, signed")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font("body", "", SMALL)
        self.cell(0, LINE, f"{self._foot} · page {self.page_no()}")

    def heading(self, statement: Statement, zone: ZoneInfo) -> None:
        self.set_font("body", "B", HEAD)
        self._line("Statement of hours", height=10)
        self.set_font("body", "", TEXT)
        self._line(f"{statement.name} ({statement.srn})")
        self._line(f"As of {_moment(statement.as_of, zone)}. Times are {zone.key}.")
        self._line(
            f"The attached {ATTACHED} is exact and signed: "
            f"check it with 'spom statement verify {ATTACHED}'."
        )

    def sums(self, statement: Statement) -> None:
        self._section("Totals")
        for module in statement.modules:
            self._line(f"{module.title}: {_in_words(module.totals)}")
        self._line(f"All modules: {_in_words(statement.overall)}")

    def corrections(self, statement: Statement, zone: ZoneInfo) -> None:
        if statement.corrections:
            self._section("Corrections")
        for it in statement.corrections:
            what = "added" if it.seconds > 0 else "taken away"
            asked, decided = ROLES[it.asked_as], ROLES.get(it.decided_as or "", "")
            when = _moment(it.decided_at or it.asked_at, zone)
            amount = seconds_in_words(abs(it.length_us))
            self._line(
                f"{when}, {it.module}: {amount} {what}. {it.reason} "
                f"Asked by {asked}, approved by {decided}."
            )

    def stretches(
        self,
        statement: Statement,
        titles: Mapping[tuple[str, str], str],
        zone: ZoneInfo,
    ) -> None:
        self._section("Stretches, newest first")
        self.set_font("body", "B", SMALL)
        self._row(("From", "Till", "Length", "Module", "State"))
        self.set_font("body", "", SMALL)
        for entry in statement.entries:
            it = entry.stretch
            length, till = seconds_in_words(it.length_us), it.till.astimezone(zone)
            row = (_moment(it.since, zone), f"{till:%H:%M:%S}", length, it.module)
            self._row((*row, it.state))
            topics = [
                f"{titles.get((part.module, part.topic), part.topic)} "
                f"{seconds_in_words(part.length_us)}"
                for part in entry.parts
                if part.topic is not None
            ]
            self._line(f"{entry.why} {'; '.join(topics)}", height=4)

    def _section(self, title: str) -> None:
        self.ln(3)
        self.set_font("body", "B", TEXT + 2)
        self._line(title, height=7)
        self.set_font("body", "", TEXT)

    def _row(self, cells: Sequence[str]) -> None:
        for width, text in zip(WIDTHS, cells, strict=True):
            self.cell(width, LINE, printable(text))
        self.ln()

    def _line(self, text: str, height: float = LINE) -> None:
        self.multi_cell(
            0, height, printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )


def _in_words(totals: Totals) -> str:
    """Corrections are part of what is confirmed."""
    said = [f"{seconds_in_words(totals.confirmed_us)} confirmed"]
    if totals.corrected_us:
        said.append(f"of which {seconds_in_words(totals.corrected_us)} by correction")
    said.append(f"{seconds_in_words(totals.provisional_us)} provisional")
    said.append(f"{seconds_in_words(totals.void_us)} not counted")
    return ", ".join(said)


def _moment(when: datetime, zone: ZoneInfo) -> str:
    there = when.astimezone(zone)
    return f"{there.day} {there:%b %Y %H:%M:%S}"
