"""A receipt on paper: what was paid for a seat, what is kept, and what comes back."""

from fpdf.fonts import FontFace

from app.booking.domain.papers import STATES, Receipt
from app.booking.papers.sheet import INK, RULE, SMALL, SOFT, TEXT, Sheet
from app.kernel.scripts import printable

WIDTHS = (26, 92, 24, 32)
ALIGN = ("LEFT", "LEFT", "LEFT", "RIGHT")


def receipt_pdf(it: Receipt) -> bytes:
    """Takes tenths of a second: not for the event loop. Raises NoPaper."""
    foot = f"Receipt {it.number} · order {it.seat.order_number}"
    paper = Sheet(f"Receipt {it.number}", foot, it.made_at)
    _about(paper, it)
    _lines(paper, it)
    _sums(paper, it)
    _notes(paper, it)
    return bytes(paper.output())


def _about(paper: Sheet, it: Receipt) -> None:
    seat = it.seat
    paper.pair("Student", f"{seat.name} ({seat.srn})")
    paper.pair("Order", seat.order_number)
    paper.pair("Test", f"{seat.module} ({seat.module_code})")
    paper.pair("When", seat.booked_place.when)
    paper.pair("Where", seat.booked_place.where)
    if seat.place.is_elsewhere(seat.booked_place):
        paper.pair("Moved by us to", f"{seat.place.when}, {seat.place.where}")
    paper.pair("Seat", STATES[seat.state])


def _lines(paper: Sheet, it: Receipt) -> None:
    paper.section("Payments")
    paper.set_font("body", "", TEXT - 1)
    paper.set_draw_color(*RULE)
    head = FontFace(emphasis="BOLD", color=SOFT, size_pt=SMALL)
    with paper.table(
        col_widths=WIDTHS,
        text_align=ALIGN,
        borders_layout="HORIZONTAL_LINES",
        headings_style=head,
        line_height=5,
        padding=(1.6, 1),
    ) as table:
        table.row(("Day", "What", "Receipt", "Amount"))
        for line in it.lines:
            cells = (line.day, line.text, line.receipt, line.amount)
            table.row([printable_money(cell) for cell in cells])


def _sums(paper: Sheet, it: Receipt) -> None:
    paper.ln(3)
    paper.set_text_color(*INK)
    for word, amount in it.sums:
        paper.set_font("body", "B", TEXT)
        paper.cell(sum(WIDTHS[:3]), 6.5, word, align="R")
        paper.cell(WIDTHS[3], 6.5, printable_money(amount), align="R")
        paper.ln()


def _notes(paper: Sheet, it: Receipt) -> None:
    paper.ln(6)
    paper.set_text_color(*SOFT)
    made = it.seat.place.moment(it.made_at)
    paper.line_of(
        f"As things stood on {made}; days and times are {it.seat.place.time_zone}. "
        "Money comes back by the way it was paid. Questions: the helpdesk, with the "
        "number of the receipt.",
        size=SMALL,
    )


def printable_money(text: str) -> str:
    """A no-break space is not printable, and has to stay."""
    kept = "\N{NO-BREAK SPACE}"
    return kept.join(printable(part) for part in text.split(kept))
