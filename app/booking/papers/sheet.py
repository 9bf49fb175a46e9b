"""What our papers share: a head and a foot, lines and pairs."""

from datetime import datetime

from fpdf.enums import XPos, YPos

from app.adapters.paper import Paper
from app.kernel.refusals import Unavailable
from app.kernel.scripts import printable

MARGIN, LINE, SMALL, TEXT, HEAD = 18.0, 5.6, 8.0, 10.0, 20.0
LABEL_W = 30.0
INK, SOFT, ACCENT, RULE = (29, 37, 36), (86, 97, 95), (31, 92, 87), (222, 218, 208)


class NoPaper(Unavailable):
    """This PDF cannot be made just now. The page of the seat says the same."""


class Sheet(Paper):
    """Raises NoPaper where the fonts are away."""

    def __init__(self, title: str, foot: str, made_at: datetime) -> None:
        super().__init__()
        self._foot = printable(foot)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 6)
        try:
            self.add_family("body", "DejaVuSans")
        except OSError as error:
            raise NoPaper from error
        self.set_creation_date(made_at)
        self.set_title(printable(title))
        self.set_lang("en")
        self.add_page()
        self._head(title)

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font("body", "", SMALL)
        self.set_text_color(*SOFT)
        self.cell(0, LINE, f"{self._foot} · page {self.page_no()}")

    def line_of(self, text: str, *, bold: bool = False, size: float = TEXT) -> None:
        self.set_font("body", "B" if bold else "", size)
        self.multi_cell(
            0,
            size * 0.56,
            printable(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def pair(self, label: str, text: str, width: float = 0) -> None:
        """A label and what it is, beside each other; `width` of the text."""
        self.set_font("body", "", TEXT)
        self.set_text_color(*SOFT)
        self.cell(LABEL_W, LINE, label)
        self.set_text_color(*INK)
        self.multi_cell(
            width,
            LINE,
            printable(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(1.4)

    def section(self, title: str) -> None:
        self.ln(5)
        self.set_text_color(*INK)
        self.line_of(title, bold=True, size=TEXT + 2)
        self.ln(2)

    def _head(self, title: str) -> None:
        self.set_font("body", "B", TEXT)
        self.set_text_color(*ACCENT)
        self.cell(0, LINE, "Module Study", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)
        self.set_text_color(*INK)
        self.line_of(title, bold=True, size=HEAD)
        self.ln(2)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.6)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.set_line_width(0.2)
        self.ln(6)
