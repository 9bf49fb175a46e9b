"""A certificate on paper: A4 landscape, with a QR code and the signed text inside.

The file ends with a signature of all its bytes, in a comment that readers of PDF skip.
"""

from datetime import date, datetime

import segno
from fpdf.enums import XPos, YPos

from app.adapters.paper import Paper
from app.adapters.signing import Signer, fingerprint
from app.exams.domain.certificates import lines_of
from app.kernel.refusals import Unavailable

ATTACHED = "certificate.txt"
PDF_MARK = b"% signature: "
WIDTH, HEIGHT, FRAME, INNER = 297.0, 210.0, 10.0, 30.0
INK, SOFT, ACCENT, RULE = (29, 37, 36), (86, 97, 95), (31, 92, 87), (222, 218, 208)
TINT = (250, 248, 243)
NAME_MOST, NAME_LEAST, TITLE_MOST, TITLE_LEAST = 34.0, 9.0, 20.0, 9.0
QR_SIZE = 34.0


class NoPaper(Unavailable):
    """The PDF cannot be made just now. The page of the certificate says the same."""


def certificate_pdf(sealed: str, issued_at: datetime, signer: Signer) -> bytes:
    """The same bytes each time. Takes tenths of a second: not for the event loop.
    Raises NoPaper."""
    try:
        page = _Page(sealed, issued_at)
    except OSError as error:
        raise NoPaper from error
    page.frame()
    page.words()
    page.foot()
    body = bytes(page.output())
    return body + PDF_MARK + f"{signer.sign(body)}\n".encode()


class _Page(Paper):
    def __init__(self, sealed: str, issued_at: datetime) -> None:
        super().__init__(orientation="landscape")
        self._says, self._sealed = lines_of(sealed), sealed.encode()
        self.set_auto_page_break(False)
        self.set_margins(INNER, INNER)
        self.add_family("sans", "DejaVuSans")
        self.add_family("serif", "DejaVuSerif")
        self.set_creation_date(issued_at)
        self.set_lang("en")
        self.set_title(f"Certificate {self._says['number']}")
        self.set_author(self._says["issued by"])
        self.embed_file(
            bytes=self._sealed,
            basename=ATTACHED,
            desc="What this page says, signed",
            creation_date=issued_at,
            modification_date=issued_at,
        )
        self.add_page()

    def frame(self) -> None:
        self.set_fill_color(*TINT)
        self.rect(0, 0, WIDTH, HEIGHT, style="F")
        self.set_fill_color(255, 255, 255)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.9)
        inside = (WIDTH - 2 * FRAME, HEIGHT - 2 * FRAME)
        self.rect(FRAME, FRAME, *inside, style="DF")
        self.set_draw_color(*RULE)
        self.set_line_width(0.3)
        self.rect(FRAME + 2.5, FRAME + 2.5, inside[0] - 5, inside[1] - 5)
        self.set_fill_color(*ACCENT)
        self.rect(WIDTH / 2 - 14, FRAME - 0.45, 28, 2.4, style="F")

    def words(self) -> None:
        says = self._says
        self.set_y(28)
        self._line(says["issued by"], "sans", "B", 12, ACCENT, 7)
        self.ln(4)
        self._line("Certificate", "serif", "", 40, INK, 18)
        self.ln(5)
        self._line("This certifies that", "sans", "", 12, SOFT, 8)
        size = self._size(says["name"], NAME_MOST, NAME_LEAST)
        self._line(says["name"], "serif", "B", size, INK, 17)
        self._line(f"registration number {says['srn']}", "sans", "", 10.5, SOFT, 7)
        self.ln(6)
        self._line(
            "has passed the proctored test of the module", "sans", "", 12, SOFT, 8
        )
        code, _, title = says["module"].partition(" ")
        size = self._size(title, TITLE_MOST, TITLE_LEAST)
        self._line(title, "serif", "B", size, INK, 12)
        when = f"{code}, on {_day(says['passed on'])}"
        score = f", with {says['score']}" if "score" in says else ""
        self._line(f"{when}{score}", "sans", "", 12, SOFT, 8)

    def foot(self) -> None:
        top = HEIGHT - FRAME - QR_SIZE - 11
        self._qr(WIDTH - INNER - QR_SIZE, top)
        self.set_draw_color(*RULE)
        self.line(INNER, top, WIDTH - INNER - QR_SIZE - 10, top)
        self.set_y(top + 4)
        self._pair("Number", self._says["number"])
        self._pair("Issued", _day(self._says["issued at"][:10]))
        self._pair("Signature", fingerprint(self._sealed))
        self._pair("Check", self._says["check"])
        self.ln(1.5)
        self.set_font("sans", "", 7.5)
        self.set_text_color(*SOFT)
        self.multi_cell(
            WIDTH - 2 * INNER - QR_SIZE - 10,
            3.8,
            "The code opens the page that says whether this certificate holds. The "
            f"attached {ATTACHED} is signed, and so is this file as a whole: without "
            "the network, 'spom certificate verify FILE' checks either.",
            align="L",
        )

    def _line(
        self,
        text: str,
        family: str,
        style: str,
        size: float,
        colour: tuple[int, int, int],
        height: float,
    ) -> None:
        self.set_font(family, style, size)
        self.set_text_color(*colour)
        self.cell(0, height, text, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _size(self, text: str, most: float, least: float) -> float:
        """So that it fits on one line."""
        self.set_font("serif", "B", most)
        wide = self.get_string_width(text)
        room = WIDTH - 2 * INNER
        return max(least, most * min(1.0, room / wide if wide else 1.0))

    def _pair(self, label: str, text: str) -> None:
        self.set_font("sans", "", 8.5)
        self.set_text_color(*SOFT)
        self.cell(22, 5.2, label)
        self.set_text_color(*INK)
        self.cell(0, 5.2, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _qr(self, x: float, y: float) -> None:
        """Drawn as squares, sharp at any size; the paper around it is its border."""
        code = segno.make_qr(self._says["check"], error="m", boost_error=True)
        rows = list(code.matrix_iter(border=0))
        side = QR_SIZE / len(rows)
        self.set_fill_color(*INK)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    # A hair wider: no white lines between them on a screen.
                    self.rect(
                        x + across * side,
                        y + down * side,
                        side + 0.03,
                        side + 0.03,
                        "F",
                    )
        self.link(x, y, QR_SIZE, QR_SIZE, self._says["check"])


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
