"""XML from strangers as a small tree with line numbers: no DTD, no entities of its
own, nothing fetched, and bounds on size, count and depth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

from app.exams.domain.parsed import Wrong

BYTES_MOST = 4 * 1024 * 1024
ELEMENTS_MOST = 50_000
DEPTH_MOST = 100


@dataclass(slots=True, kw_only=True)
class Element:
    """`tag` without its namespace; `inside`: elements and texts in order."""

    tag: str
    space: str
    attrs: dict[str, str]
    line: int
    inside: list["Inside"] = field(default_factory=list)

    def children(self, *tags: str) -> list["Element"]:
        found = (it for it in self.inside if isinstance(it, Element))
        return [it for it in found if not tags or it.tag in tags]

    def all(self, *tags: str) -> Iterator["Element"]:
        """Itself and everything in it, in order of the file."""
        if not tags or self.tag in tags:
            yield self
        for it in self.children():
            yield from it.all(*tags)

    def first(self, *tags: str) -> "Element | None":
        return next(self.all(*tags), None)

    @property
    def text(self) -> str:
        said = (it if isinstance(it, str) else it.text for it in self.inside)
        return "".join(said)


Inside: TypeAlias = Element | str


def read_xml(content: bytes) -> Element:
    """Raises Wrong with the line."""
    if len(content) > BYTES_MOST:
        raise Wrong(f"has more than {BYTES_MOST // 1024 // 1024} MB")
    return _Reader().read(content)


class _Reader:
    def __init__(self) -> None:
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._open: list[Element] = []
        self._root: Element | None = None
        self._count = 0

    def read(self, content: bytes) -> Element:
        try:
            self._expat.Parse(content, True)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise Wrong(f"this is no XML: {words}", error.lineno) from error
        except (ValueError, LookupError) as error:  # an encoding nobody has
            raise Wrong("this is in an encoding we cannot read; use UTF-8") from error
        if self._root is None:
            raise Wrong("this is no XML: there is nothing in it", 1)
        return self._root

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        line = self._expat.CurrentLineNumber
        self._count += 1
        if self._count > ELEMENTS_MOST or len(self._open) >= DEPTH_MOST:
            raise Wrong("has too many elements, or too deep ones", line)
        named = {key.rpartition(" ")[2]: value for key, value in attrs.items()}
        element = Element(tag=tag, space=space, attrs=named, line=line)
        if self._open:
            self._open[-1].inside.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _data(self, text: str) -> None:
        self._open[-1].inside.append(text)

    def _doctype(self, *_: object) -> None:
        line = self._expat.CurrentLineNumber
        raise Wrong("has a DOCTYPE: take it out, entities are not read", line)
