"""Paper to print on: A4, with every text shaped in the script it is written in.

Letters of ours are DejaVu's. A script that they lack or cannot shape has a font of its
own, which is put into a PDF only where it is needed, and only the shapes in use.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

import structlog
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont
from fpdf.line_break import Fragment

from app.kernel.scripts import JOINERS, clusters, runs

FONTS = Path(__file__).parents[2] / "node_modules"
DEJAVU = Path("dejavu-fonts-ttf", "ttf")
NOTO = "@expo-google-fonts/noto-sans-{script}/{weight}/NotoSans{name}_{weight}.ttf"
WEIGHTS = {"": "400Regular", "B": "700Bold"}
BOX = "\N{WHITE SQUARE}"
LTR, RTL = TextDirection.LTR, TextDirection.RTL

# What no font has is drawn as a box: known, and it would write names into the log.
logging.getLogger("fpdf").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)
log = structlog.get_logger()


class Paper(FPDF):
    """Of a text, what is not printable() is not drawn. `fonts`: where npm puts them."""

    def __init__(self, orientation: str = "portrait", fonts: Path = FONTS) -> None:
        super().__init__(orientation=orientation, format="A4")
        self._folder = fonts

    def add_family(self, family: str, file: str) -> None:
        """Of DejaVu, with its bold. Raises OSError where that is away."""
        self.add_font(family, "", self._folder / DEJAVU / f"{file}.ttf")
        self.add_font(family, "B", self._folder / DEJAVU / f"{file}-Bold.ttf")

    # fpdf2 asks the first of these two for the parts of a text, be it measured, set in
    # a line or wrapped, and draws with the second. Its fallback fonts tear conjuncts at
    # joiners, and its shaping would set Latin papers anew.

    def _preload_font_styles(
        self,
        text: str | None,
        markdown: bool,
        _initial_emphasis: tuple[bool, bool, bool, bool] | None = None,
    ) -> Sequence[Fragment]:
        if text and not markdown and not text.isascii():
            pieces = list(self._pieces(text))
            if any(it.font is not self.current_font or it.shaped for it in pieces):
                return tuple(self._fragment(it) for it in pieces)
            text = "".join(it.text for it in pieces)
        return super()._preload_font_styles(text, markdown, _initial_emphasis)

    def _render_styled_text_line(self, *args: Any, **kwargs: Any) -> bool:
        """A line that begins in another script must not leave its font behind."""
        font = self.current_font
        has_broken = super()._render_styled_text_line(*args, **kwargs)
        if self.current_font is not font:
            self.current_font, self.current_font_is_set_on_page = font, False
        return has_broken

    def _pieces(self, text: str) -> Iterator["_Piece"]:
        """In the order they are read in."""
        own = self.current_font
        assert isinstance(own, TTFFont)
        base, levels = _levels(text) if _can_shape() else (LTR, [0] * len(text))
        told = zip(self._told(text, own), levels, strict=True)
        for (font, level), group in groupby(told, key=lambda it: (it[0][1], it[1])):
            yield _Piece(
                text="".join(char for (char, _), _ in group),
                font=font,
                base=base,
                level=level,
                shaped=font is not own or any(levels),
            )

    def _told(self, text: str, own: TTFFont) -> Iterator[tuple[str, TTFFont]]:
        """What is drawn for each letter, and in which font."""
        for script, run in runs(text):
            font = self._font_of(script, own)
            for char in run:
                if ord(char) in font.cmap:
                    yield char, font
                elif ord(char) in own.cmap or not char.isprintable():
                    yield char, own
                else:
                    yield BOX, own

    def _font_of(self, script: str, own: TTFFont) -> TTFFont:
        """In the style of now; `own` where there is none."""
        if not script or not _can_shape():
            return own
        style = "B" if "B" in self.font_style else ""
        if script + style not in self.fonts:
            file = NOTO.format(
                script=script, name=script.capitalize(), weight=WEIGHTS[style]
            )
            try:
                self.add_font(script, style, self._folder / file)
            except OSError:
                _say_once("paper.font_missing", script)
                return own
        font = self.fonts[script + style]
        assert isinstance(font, TTFFont)
        return font

    def _fragment(self, piece: "_Piece") -> Fragment:
        state = self._get_current_graphics_state()
        state.current_font = piece.font
        if piece.shaped:
            state.text_shaping = {
                "features": {},
                "fragment_direction": RTL if piece.level % 2 else LTR,
                "paragraph_direction": piece.base,
                "place": piece.place,
            }
        return _Fragment(clusters(piece.text), state, self.k)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """`level` as in Unicode's bidirectional algorithm: odd from right to left."""

    text: str
    font: TTFFont
    base: TextDirection
    level: int
    shaped: bool

    @property
    def place(self) -> TextDirection:
        """A number within Urdu is read from the left, and still has its place within
        what is read from the right."""
        if self.base is LTR:
            return RTL if self.level else LTR
        return RTL if self.level == 1 else LTR


class _Fragment(Fragment):
    @property
    def fragment_direction(self) -> TextDirection:
        """Asked where the parts of a line are put in order; shaping does not ask it."""
        shaping = self.text_shaping_parameters
        return shaping["place"] if shaping else LTR


def _levels(text: str) -> tuple[TextDirection, list[int]]:
    """Of a line and of its characters. Our papers are English: a line is read from the
    right only if nothing in it is read from the left."""
    classes = [bidirectional(char) for char in text]
    if not {"R", "AL"} & set(classes):
        return LTR, [0] * len(text)
    base = LTR if "L" in classes else RTL
    found = BidiParagraph(text, base_direction=base, preserve_bn_chars=True)
    levels: list[int] = []
    for it in found.characters:
        # fpdf2 leaves joiners out of what it resolves.
        is_kept = bool(levels) and it.character in JOINERS
        levels.append(levels[-1] if is_kept else it.embedding_level)
    return base, levels


@cache
def _can_shape() -> bool:
    if find_spec("uharfbuzz"):
        return True
    _say_once("paper.shaper_missing", "all")
    return False


@cache
def _say_once(event: str, script: str) -> None:
    log.warning(event, script=script)
