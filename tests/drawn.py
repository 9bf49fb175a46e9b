"""What is drawn on a PDF, glyph by glyph, and what HarfBuzz says should be."""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import uharfbuzz
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ContentStream

from app.adapters.paper import DEJAVU, FONTS, NOTO

Outline = tuple[tuple[int, int], ...]


def drawn(pdf: bytes) -> list[Outline]:
    """From left to right, line by line; without blanks."""
    reader = PdfReader(io.BytesIO(pdf))
    found: list[Outline] = []
    for page in reader.pages:
        fonts = {
            name: _Embedded(it.get_object())
            for name, it in page["/Resources"]["/Font"].items()
        }
        font = None
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"Tf":
                font = fonts[operands[0]]
            elif operator == b"Tj":
                found += font.outlines(operands[0].original_bytes)
    return found


class _Embedded:
    def __init__(self, font) -> None:
        inner = font["/DescendantFonts"][0].get_object()
        file = inner["/FontDescriptor"]["/FontFile2"].get_data()
        self._font = TTFont(io.BytesIO(file))
        self._gids = inner["/CIDToGIDMap"].get_data()

    def outlines(self, shown: bytes) -> list[Outline]:
        codes = [int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2)]
        gids = [int.from_bytes(self._gids[2 * it : 2 * it + 2]) for it in codes]
        return _outlines(self._font, gids)


def shaped(text: str, file: Path, direction: str = "ltr") -> list[Outline]:
    """As `drawn`, of HarfBuzz alone. No glyph may be missing."""
    gids = glyphs(text, file, direction)
    assert 0 not in gids
    return _outlines(_opened(file), gids)


def glyphs(text: str, file: Path, direction: str = "ltr") -> list[int]:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
    uharfbuzz.shape(uharfbuzz.Font(face), buffer)
    return [it.codepoint for it in buffer.glyph_infos]


def noto(script: str, weight: str = "400Regular") -> Path:
    return FONTS / NOTO.format(script=script, name=script.capitalize(), weight=weight)


def dejavu(file: str = "DejaVuSans") -> Path:
    return FONTS / DEJAVU / f"{file}.ttf"


@cache
def _opened(file: Path) -> TTFont:
    return TTFont(file)


def _outlines(font: TTFont, gids: Sequence[int]) -> list[Outline]:
    glyf = font["glyf"]
    names = [font.getGlyphName(it) for it in gids]
    found = [tuple(glyf[it].getCoordinates(glyf)[0]) for it in names]
    return [it for it in found if it]


def places(part: Sequence[Outline], whole: Sequence[Outline]) -> list[int]:
    """Where `part` begins in `whole`."""
    size = len(part)
    return [at for at in range(len(whole)) if list(whole[at : at + size]) == list(part)]
