"""HTML and MathML of other systems as our Markdown: words stay, scripts never."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote

from app.exams.domain.mathml import Node, tex
from app.exams.domain.parsed import CannotAsk

_FORMULA = re.compile(
    r"\\\((?P<inline>.+?)\\\)|\\\[(?P<block>.+?)\\\]|\$\$(?P<dollars>.+?)\$\$", re.S
)
_SPECIAL = re.compile(
    r"[\\`*_\[\]$]|<(?=[A-Za-z/!?])|&(?=[A-Za-z#])"
    r"|^>|^#(?=#{0,5}(?: |$))|^[+-](?= |$)|^~(?=~~)|^[=-](?=[=-]*$)"
    r"|^(\d{1,9})([.)])(?= |$)",
    re.M,
)
_HIDDEN = frozenset({"script", "style", "iframe", "object", "embed", "template"})
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr"}
    | {"blockquote", "section", "prompt", "dl", "dt", "dd"}
)
_VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "source", "wbr", "col"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_LOW = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_HIGH = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SHIFTED = {"sub": (_LOW, "_"), "sup": (_HIGH, "^")}

Picture = Callable[[str], str | None]
"""The name of a picture in the bank by its address; None: we have none of it."""


def plain_to_markdown(text: str) -> str:
    """Text that means nothing but itself; formulas of TeX stay formulas."""
    parts, at = [], 0
    for found in _FORMULA.finditer(text):
        parts += [_escaped(text[at : found.start()]), _formula(found)]
        at = found.end()
    return "".join([*parts, _escaped(text[at:])])


def html_to_markdown(html: str, picture: Picture | None = None) -> str:
    reader = _Reader(picture or named_in)
    reader.feed(html)
    reader.close()
    return reader.maker.markdown()


def named_in(address: str) -> str | None:
    """The last part of an address, as a name of ours: '@@PLUGINFILE@@/a b.png'.
    Raises CannotAsk."""
    if address.startswith(("http:", "https:", "//", "data:")):
        raise CannotAsk("this has a picture from elsewhere")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", PurePosixPath(unquote(address)).name)
    return name.lstrip("._-")[:100] or None


class MarkdownMaker:
    """Told of elements and text, in order, it writes Markdown."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._parts: list[str] = []
        self._hidden = 0
        self._lists: list[int | None] = []
        self._math: list[Node] = []
        self._shifted: list[int] = []
        self._marked: list[int] = []
        self._verbatim = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if self._math or tag == "math":
            self._math.append(Node(tag=tag, attrs=attrs))
        elif tag in _HIDDEN:
            self._hidden += 1
        elif self._hidden:
            return
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
            self._parts.append("\n\n")
        else:
            self._start(tag, attrs)

    def end(self, tag: str) -> None:
        if self._math:
            self._end_math()
        elif tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif self._hidden:
            return
        elif tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._parts.append("\n\n")
        else:
            self._end(tag)

    def data(self, text: str) -> None:
        if self._math:
            self._math[-1].text += text
        elif self._hidden:
            return
        elif self._verbatim:
            self._parts.append(text)
        else:
            self._parts.append(plain_to_markdown(re.sub(r"\s+", " ", text)))

    def raw(self, markdown: str) -> None:
        self._parts.append(markdown)

    def markdown(self) -> str:
        text = "".join(self._parts)
        text = re.sub(r"[ \t]+\n", "\n", text)
        text = re.sub(r"\n (?! )", "\n", text)
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "img":
            self._image(attrs)
        elif tag == "br":
            self._parts.append("\\\n")
        elif tag == "li":
            self._item()
        elif tag in ("td", "th"):
            self._parts.append(" ")
        elif tag in ("code", "pre"):
            self._verbatim += 1
            self._parts.append("\n\n```\n" if tag == "pre" else "`")
        elif tag in _SHIFTED:
            self._shifted.append(len(self._parts))
        elif tag in _MARKS:
            self._marked.append(len(self._parts))
        else:
            self._parts.append("\n\n" if tag in _BLOCKS else "")

    def _end(self, tag: str) -> None:
        if tag in ("code", "pre"):
            self._verbatim = max(0, self._verbatim - 1)
            self._parts.append("\n```\n\n" if tag == "pre" else "`")
        elif tag in _SHIFTED and self._shifted:
            at = self._shifted.pop()
            said = "".join(self._parts[at:]).replace("\\", "")
            self._parts[at:] = [_shift(said, *_SHIFTED[tag])]
        elif tag in _MARKS:
            self._end_mark(_MARKS[tag])
        elif tag not in _VOID:
            self._parts.append("\n\n" if tag in _BLOCKS else "")

    def _end_mark(self, mark: str) -> None:
        """Spaces at its edges go outside: Markdown takes "*a *" for two stars."""
        if not self._marked:
            return
        at = self._marked.pop()
        said = "".join(self._parts[at:])
        bare = said.strip()
        before, _, after = said.partition(bare) if bare else (said, "", "")
        self._parts[at:] = [before, f"{mark}{bare}{mark}" if bare else "", after]

    def _item(self) -> None:
        count = self._lists[-1] if self._lists else None
        if count is not None:
            self._lists[-1] = count + 1
        self._parts.append("\n- " if count is None else f"\n{count + 1}. ")

    def _image(self, attrs: dict[str, str]) -> None:
        alt = " ".join(attrs.get("alt", "").split())
        name = self._picture(attrs.get("src", ""))
        self._parts.append(f"![{_escaped(alt)}](files/{name})" if name else alt)

    def _end_math(self) -> None:
        node = self._math.pop()
        if self._math:
            self._math[-1].children.append(node)
            return
        fence = "$$" if node.attrs.get("display") == "block" else "$"
        formula = tex(node)
        self._parts.append(f"{fence}{formula}{fence}" if formula else "")


class _Reader(HTMLParser):
    def __init__(self, picture: Picture) -> None:
        super().__init__(convert_charrefs=True)
        self.maker = MarkdownMaker(picture)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.maker.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.maker.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.maker.start(tag, {name: value or "" for name, value in attrs})
        self.maker.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.maker.end(tag)

    def handle_data(self, data: str) -> None:
        self.maker.data(data)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda it: f"{it[1]}\\{it[2]}" if it[2] else f"\\{it[0]}", text)


def _formula(found: re.Match[str]) -> str:
    if found["inline"]:
        return f"${found['inline'].strip()}$"
    return f"$${(found['block'] or found['dollars']).strip()}$$"


def _shift(said: str, table: dict[int, int], mark: str) -> str:
    """'2' below as '₂'; what has no such letter becomes a formula."""
    if all(ord(letter) in table for letter in said):
        return said.translate(table)
    return f"${mark}{{{said.strip()}}}$"
