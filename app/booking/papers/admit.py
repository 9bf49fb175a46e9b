"""An admit card on paper: who, where, when, the rules, and a code for the door."""

import io
from dataclasses import dataclass
from datetime import datetime

from fpdf.enums import XPos, YPos
from PIL import Image, ImageOps

from app.booking.domain.cards import card_number
from app.booking.domain.papers import SeatPaper
from app.booking.papers.qr import qr_png
from app.booking.papers.sheet import (
    INK,
    LABEL_W,
    LINE,
    MARGIN,
    RULE,
    SMALL,
    SOFT,
    TEXT,
    Sheet,
)

PHOTO_W, PHOTO_H, PHOTO_PIXELS = 35.0, 45.0, (700, 900)
QR_MM = 52.0
RULES = (
    "Come half an hour before the start. The doors open at {door}.",
    "Bring this card, on paper or on your telephone, and an identity document with "
    "your photo.",
    "At the door your face is compared with your photo, by a person.",
    "Telephones, watches, bags and notes stay outside the room.",
    "Do what the proctors ask. Ask them before you leave the room.",
    "Cannot come? Move or cancel the seat in time: afterwards the fee is lost.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitCard:
    seat: SeatPaper
    code: str
    photo: bytes | None
    doors_at: datetime
    made_at: datetime


def admit_pdf(it: AdmitCard) -> bytes:
    """Takes tenths of a second: not for the event loop. Raises NoPaper."""
    seat, place = it.seat, it.seat.place
    foot = f"Admit card · order {seat.order_number}"
    paper = Sheet("Admit card", foot, it.made_at)
    top = paper.get_y()
    _photo(paper, it.photo, top)
    width = paper.w - 2 * MARGIN - LABEL_W - PHOTO_W - 6
    for label, text in (
        ("Name", seat.name),
        ("SRN", seat.srn),
        ("Test", f"{seat.module} ({seat.module_code})"),
        ("When", place.when),
        ("Doors open", place.time(it.doors_at)),
        ("Where", place.centre),
        ("", f"{place.address}, {place.city}"),
        ("Order", seat.order_number),
    ):
        paper.pair(label, text, width)
    paper.set_y(max(paper.get_y(), top + PHOTO_H + 4))
    _code(paper, it)
    _rules(paper, place.time(it.doors_at))
    return bytes(paper.output())


def _photo(paper: Sheet, jpeg: bytes | None, top: float) -> None:
    left = paper.w - MARGIN - PHOTO_W
    picture = _opened(jpeg) if jpeg else None
    if picture is not None:
        paper.image(
            picture,
            left,
            top,
            PHOTO_W,
            PHOTO_H,
            keep_aspect_ratio=True,
            alt_text="Photo",
        )
        return
    paper.set_draw_color(*RULE)
    paper.rect(left, top, PHOTO_W, PHOTO_H)
    paper.set_font("body", "", SMALL)
    paper.set_text_color(*SOFT)
    paper.set_xy(left, top + PHOTO_H / 2 - LINE)
    paper.multi_cell(
        PHOTO_W, 4, "No photo here:\nyour document\nis compared", align="C"
    )
    paper.set_xy(MARGIN, top)


def _opened(jpeg: bytes) -> Image.Image | None:
    """Small, and without what a camera writes beside the picture."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as found:
            found.draft("RGB", PHOTO_PIXELS)
            picture = ImageOps.exif_transpose(found).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None
    picture.thumbnail(PHOTO_PIXELS)
    return picture


def _code(paper: Sheet, it: AdmitCard) -> None:
    paper.ln(2)
    top = paper.get_y()
    paper.image(qr_png(it.code), (paper.w - QR_MM) / 2, top, QR_MM, QR_MM)
    paper.set_y(top + QR_MM)
    paper.set_font("body", "", SMALL)
    paper.set_text_color(*SOFT)
    paper.cell(
        0,
        LINE,
        f"Number {card_number(it.code)}. Show this code at the door. It is good for "
        "this seat alone.",
        align="C",
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )


def _rules(paper: Sheet, door: str) -> None:
    paper.section("What to know")
    paper.set_text_color(*INK)
    for number, rule in enumerate(RULES, 1):
        paper.set_font("body", "", TEXT)
        paper.cell(7, LINE, f"{number}.")
        paper.multi_cell(
            0, LINE, rule.format(door=door), new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        paper.ln(1)
