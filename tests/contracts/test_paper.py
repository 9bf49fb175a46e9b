"""Names of every script of India on paper: shaped, in their order, on their line."""

from datetime import UTC, datetime
from itertools import pairwise
from unicodedata import combining

import pytest
import structlog
from fpdf import FPDF

from app.adapters import paper
from app.adapters.paper import FONTS, Paper
from app.kernel.scripts import JOINERS, VIRAMA
from tests.domain.test_scripts import NAMES
from tests.drawn import dejavu, drawn, glyphs, noto, places, shaped
from tests.printed import PAPERS

NOW = datetime(2026, 11, 28, tzinfo=UTC)
KSHA, DEVI = "क्ष", "देवी"
KHAN, AISHA = "خان", "عائشہ"


def sheet(kind: type[FPDF] = Paper, style: str = "", **settings) -> FPDF:
    it = kind(**settings)
    it.add_font("body", style, dejavu("DejaVuSans-Bold" if style else "DejaVuSans"))
    it.set_font("body", style, 12)
    it.set_creation_date(NOW)
    it.add_page()
    return it


def printed(*lines: str, style: str = "") -> list:
    """Every line as a cell."""
    it = sheet(style=style)
    for line in lines:
        it.cell(0, 10, line, new_x="LMARGIN", new_y="NEXT")
    return drawn(bytes(it.output()))


def said(text: str) -> list:
    """In the order its words are drawn in."""
    return shaped(text, dejavu())


# --- shapes -------------------------------------------------------------------------


def test_a_conjunct_is_drawn_as_one_shape():
    conjunct = shaped(KSHA, noto("devanagari"))
    assert len(conjunct) == 1
    assert printed(KSHA) == conjunct


def test_without_shaping_it_would_be_three():
    """The control: what fpdf2 does with the same font by itself."""
    it = sheet(FPDF)
    it.add_font("devanagari", "", noto("devanagari"))
    it.set_font("devanagari", "", 12)
    it.cell(0, 10, KSHA)
    unshaped = drawn(bytes(it.output()))
    assert len(unshaped) == 3
    assert places(shaped(KSHA, noto("devanagari")), unshaped) == []


@pytest.mark.parametrize("style", ["", "B"], ids=["regular", "bold"])
@pytest.mark.parametrize(("script", "name"), NAMES.items(), ids=NAMES)
def test_every_script_is_drawn_as_harfbuzz_shapes_it(script, name, style):
    font = noto(script, paper.WEIGHTS[style])
    direction = "rtl" if script == "arabic" else "ltr"
    assert printed(name, style=style) == shaped(name, font, direction)


@pytest.mark.parametrize("kind", PAPERS)
def test_every_paper_prints_every_script(kind):
    weight = "700Bold" if kind == "certificate" else "400Regular"
    found = drawn(PAPERS[kind](", ".join(NAMES.values())))
    for script, name in NAMES.items():
        for word in name.split():
            direction = "rtl" if script == "arabic" else "ltr"
            assert places(shaped(word, noto(script, weight), direction), found), word


@pytest.mark.parametrize("kind", PAPERS)
def test_a_centre_and_its_address_are_printed_too(kind):
    weight = "700Bold" if kind == "certificate" else "400Regular"
    found = drawn(PAPERS[kind]("Asha Rao", f"{DEVI} 12"))
    assert places(shaped(DEVI, noto("devanagari", weight)), found)


@pytest.mark.parametrize("joiner", JOINERS, ids=["non-joiner", "joiner"])
def test_a_joiner_changes_the_shape_as_it_should(joiner):
    text = f"क्{joiner}ष"
    assert printed(text) == shaped(text, noto("devanagari"))
    assert printed(text) != printed(KSHA)


def test_a_script_beside_others_is_drawn_in_its_own_font():
    assert printed(f"Asha {DEVI}-கு Zoë") == [
        *said("Asha"),
        *shaped(f"{DEVI}-", noto("devanagari")),
        *shaped("கு", noto("tamil")),
        *said("Zoë"),
    ]


# --- from the right -----------------------------------------------------------------


def in_order(text: str, *words: list) -> bool:
    """Whether these are drawn from left to right, each once."""
    found = printed(text)
    at = [places(word, found) for word in words]
    return all(len(it) == 1 for it in at) and all(a < b for a, b in pairwise(at))


def test_urdu_is_read_from_the_right_beside_latin():
    khan = shaped(KHAN, noto("arabic"), "rtl")
    aisha = shaped(AISHA, noto("arabic"), "rtl")
    twelve = shaped("12", noto("arabic"))
    assert in_order(f"{AISHA} {KHAN}", khan, aisha)
    assert in_order(f"{AISHA} 12 {KHAN}", khan, twelve, aisha)
    assert in_order(f"Asha {AISHA} {KHAN} Rao", said("Asha"), khan, aisha, said("Rao"))
    assert in_order(f"{AISHA} {KHAN} (SRN)", khan, aisha, said("(SRN)"))
    assert in_order(f"Asha {AISHA} 12 {KHAN}", said("Asha"), khan, twelve, aisha)
    assert in_order(f"12 {AISHA}", aisha, said("12"))
    assert in_order(f"12 {AISHA} Rao", said("12"), aisha, said("Rao"))
    assert not in_order(f"{AISHA} {KHAN}", aisha, khan)  # the control


def test_a_joiner_leaves_urdu_in_its_order():
    text = "کے\N{ZERO WIDTH NON-JOINER}لیے"
    assert in_order(f"Asha {text}", said("Asha"), shaped(text, noto("arabic"), "rtl"))


def test_urdu_beside_another_script_of_india_has_its_place():
    aisha = shaped(AISHA, noto("arabic"), "rtl")
    devi = shaped(DEVI, noto("devanagari"))
    assert in_order(f"{DEVI} {AISHA}", devi, aisha)
    assert in_order(f"{AISHA} {DEVI}", aisha, devi)


def test_brackets_are_mirrored_in_urdu():
    opening, closing = said("("), said(")")
    assert in_order(f"{AISHA} ({KHAN})", opening, closing)


def test_lines_of_urdu_are_read_from_top_to_bottom():
    it = sheet()
    it.multi_cell(30, 6, f"{AISHA} {AISHA} {KHAN}")
    found = drawn(bytes(it.output()))
    khan = places(shaped(KHAN, noto("arabic"), "rtl"), found)
    aisha = places(shaped(AISHA, noto("arabic"), "rtl"), found)
    assert len(aisha) == 2
    assert min(khan) > max(aisha)


# --- lines --------------------------------------------------------------------------


def test_a_text_is_as_wide_as_its_shapes():
    it = sheet()
    together = it.get_string_width(KSHA)
    alone = sum(it.get_string_width(char) for char in KSHA)
    assert 0 < together < alone
    assert it.get_string_width(f"Asha {DEVI}") == pytest.approx(
        it.get_string_width("Asha ") + it.get_string_width(DEVI)
    )
    it.output()  # Closes the files of its fonts.


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize(
    "name", ["क्" * 60, "क" + "ा" * 119, "ि", "ء12(،" * 24, "\u200d\n\u202eआ\u0301"]
)
def test_no_name_breaks_a_paper(kind, name):
    assert PAPERS[kind](name, name)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_without_blanks_is_wrapped_between_clusters(name):
    long, it = name.replace(" ", "") * 8, sheet()
    lines = it.multi_cell(50, 6, long, output="LINES")
    widths = [it.get_string_width(line) for line in lines]
    it.output()
    assert "".join(lines) == long
    assert len(lines) > 1
    assert max(widths) <= 50
    assert min(widths[:-1]) > 30
    begun = [line[0] for line in lines]
    assert all(it.isalpha() for it in begun)
    assert not any(combining(line[-1]) == VIRAMA for line in lines)


def test_a_line_leaves_no_font_behind():
    it = sheet()
    for line in (DEVI, "Asha"):
        it.multi_cell(0, 10, line, new_x="LMARGIN", new_y="NEXT")
    assert places(said("Asha"), drawn(bytes(it.output())))


def test_only_fonts_in_use_and_only_their_shapes_are_in_a_paper():
    latin, other = (PAPERS["receipt"](it) for it in ("Asha Rao", f"{DEVI} Rao"))
    assert b"Noto" not in latin
    assert other.count(b"FontName /MPDFAA+Noto") == 1
    assert len(other) - len(latin) < 10_000
    whole = noto("devanagari").stat().st_size
    assert whole > 200_000


def test_a_paper_is_the_same_each_time():
    name = ", ".join(NAMES.values())
    assert PAPERS["certificate"](name) == PAPERS["certificate"](name)


# --- without ------------------------------------------------------------------------


def test_latin_is_set_as_before_to_the_byte():
    def document(kind: type[FPDF]) -> bytes:
        it = sheet(kind)
        it.cell(0, 10, "Zoë Müller-Łuczak · Ångström", align="C")
        it.multi_cell(40, 6, "Straße 1 — “Haus”, Αθήνα, Москва, ₹\u00a0500 " * 9)
        return bytes(it.output())

    assert document(Paper) == document(FPDF)


def test_what_no_font_has_is_a_box():
    assert printed("名前 Asha") == said("□□Asha")
    assert printed(f"名 {DEVI}") == said("□") + shaped(DEVI, noto("devanagari"))


def test_a_paper_without_the_fonts_has_boxes_and_says_so_once(tmp_path):
    (tmp_path / "dejavu-fonts-ttf").symlink_to(FONTS / "dejavu-fonts-ttf")
    paper._say_once.cache_clear()
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            it = sheet(fonts=tmp_path)
            it.cell(0, 10, f"Asha {KSHA}")
            found = drawn(bytes(it.output()))
    assert found == said("Asha" + "□" * len(KSHA))
    assert logs == [
        {
            "event": "paper.font_missing",
            "script": "devanagari",
            "log_level": "warning",
        }
    ]


def test_the_fonts_have_what_names_are_written_with():
    """The control of `shaped`: a glyph that is missing would be found."""
    assert 0 in glyphs("名", noto("devanagari"))
