"""The letters of GIFT: what a backslash protects, and the format a text is in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.exams.domain.markup import html_to_markdown, plain_to_markdown

_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]\s*")
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_TAG_LIKE = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-z]+;|&#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    sign: str
    at: int


def marks(
    text: str, signs: str, begin: int = 0, end: int | None = None
) -> Iterator[Mark]:
    """Where one of the signs stands that no backslash protects."""
    at, end = begin, len(text) if end is None else end
    while at < end:
        if text[at] == "\\":
            at += 2
            continue
        if text[at] in signs:
            yield Mark(sign=text[at], at=at)
        at += 1


def opening(text: str, begin: int, kind: str = "moodle") -> tuple[str, int]:
    """The format that is named there, or `kind`, and where the text itself begins."""
    found = _FORMAT.match(text, begin)
    return (found[1], found.end()) if found else (kind, begin)


def in_format(raw: str, kind: str) -> str:
    """As Markdown, stripped."""
    if kind == "markdown":
        return _unescaped(raw.strip())
    # A new line in the file is a blank, as in Moodle; \n is meant as a new line.
    words = " ".join(raw.split())
    if kind == "html":
        return html_to_markdown(_unescaped(words))
    said = _unescaped(words)
    if kind == "moodle" and _TAG_LIKE.search(said):
        return html_to_markdown(said.replace("\n", "<br>"))
    return _broken(plain_to_markdown(said)).strip()


def escaped(text: str) -> str:
    """What `_unescaped` reads back; on one line, so that no blank line cuts it."""
    return re.sub(r"[\\~=#{}:]", r"\\\g<0>", text).replace("\n", "\\n")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda it: "\n" if it[1] == "n" else it[1], text)


def _broken(text: str) -> str:
    """Two new lines make a paragraph; one is a line break."""
    parts = re.split(r"\n{2,}", text)
    return "\n\n".join(it.strip().replace("\n", "\\\n") for it in parts)
