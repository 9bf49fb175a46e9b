"""Reads QTI 2.0 to 2.2: a content package (zip with imsmanifest.xml), or one item."""

import hashlib
import json
import zlib
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from app.exams.domain.archives import Archive
from app.exams.domain.bodies import BadBody, from_json
from app.exams.domain.markup import named_in
from app.exams.domain.parsed import CannotAsk, Gathering, Parsed, Wrong
from app.exams.domain.pictures import keep_picture, shown_in
from app.exams.domain.qti_item import Item, read_item
from app.exams.domain.questions import Question
from app.exams.domain.xml_tree import Element, read_xml

MANIFEST = "imsmanifest.xml"
SIDECAR = "module-study.json"
"""What we wrote ourselves, beside the items: counts while an item is as we wrote it."""
_ZIP = b"PK\x03\x04"


def read_qti(content: bytes, *, leave_out: bool = False, name: str = "") -> Parsed:
    """Every question, problem and note, each with file, line and element."""
    gathering = Gathering(leave_out=leave_out)
    if content[:4] != _ZIP:
        _take_item(_Entry(path=name), content, gathering, None)
        return gathering.parsed()
    try:
        archive = Archive(content)
        package = _Package(archive, gathering)
        entries = _entries(archive, gathering)
    except Wrong as why:
        file = MANIFEST if why.line else ""
        gathering.wrong(str(why), why.line, "", file)
        return gathering.parsed()
    for entry in entries:
        try:
            item = archive.read(entry.path)
        except (Wrong, zlib.error) as why:
            gathering.wrong(str(why), entry.line, "resource", MANIFEST)
            continue
        _take_item(entry, item, gathering, package)
    return gathering.parsed()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An item of the manifest."""

    path: str
    line: int = 0
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Package:
    archive: Archive
    gathering: Gathering
    ours: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.archive.has(SIDECAR):
            try:
                told = json.loads(self.archive.read(SIDECAR))
            except (ValueError, RecursionError):
                return
            items = told.get("items") if isinstance(told, dict) else None
            self.ours = items if isinstance(items, dict) else {}

    def picture(self, item: str, address: str) -> str:
        """Raises CannotAsk or Wrong."""
        if address.startswith(("http:", "https:", "//", "data:")):
            raise CannotAsk("this has a picture from elsewhere")
        path = _joined(item, address)
        return keep_picture(self.gathering, path, self.archive.read(path))

    def as_we_wrote_it(self, path: str, content: bytes) -> Question | None:
        """None when it is not ours, or was changed since."""
        it = self.ours.get(path)
        if not isinstance(it, dict):
            return None
        if it.get("sha256") != hashlib.sha256(content).hexdigest():
            return None
        try:
            question = from_json(it.get("question"))
        except BadBody:
            return None
        options = [text for it in question.options for text in (it.text, it.feedback)]
        for name in shown_in([question.text, question.feedback, *options]):
            if self.archive.has(f"files/{name}"):
                self.gathering.pictures[name] = self.archive.read(f"files/{name}")
        return question


def _take_item(
    entry: _Entry, content: bytes, gathering: Gathering, package: _Package | None
) -> None:
    try:
        root = read_xml(content)
    except Wrong as why:
        gathering.wrong(str(why), why.line, "", entry.path)
        return

    def picture(address: str) -> str | None:
        return package.picture(entry.path, address) if package else named_in(address)

    item = Item(root=root, picture=picture, tags=entry.tags)

    def read() -> Question:
        own = package.as_we_wrote_it(entry.path, content) if package else None
        return replace(own, tags=entry.tags) if own else read_item(item)

    element = f"<{root.tag}> {root.attrs.get('identifier', '')}".strip()
    gathering.take(read, root.line, element, entry.path)
    for words, line in item.notes:
        gathering.note(words, line, element, entry.path)


def _entries(archive: Archive, gathering: Gathering) -> list[_Entry]:
    """Raises Wrong (a line of the manifest)."""
    manifests = [it for it in archive.names if PurePosixPath(it).name == MANIFEST]
    if not manifests:
        raise Wrong(f"there is no {MANIFEST}: this is no content package")
    manifest = min(manifests, key=lambda it: len(PurePosixPath(it).parts))
    root = read_xml(archive.read(manifest))
    found = [_entry(it, manifest) for it in root.all("resource")]
    entries = [it for it in found if it is not None]
    if not entries:
        kinds = {it.attrs.get("type", "none") for it in root.all("resource")}
        words = f"names no item of QTI 2: its resources are {', '.join(sorted(kinds))}"
        if any("v1p" in it for it in kinds):
            words = "this is a package of QTI 1.2; export it as QTI 2.1 or 2.2"
        raise Wrong(words, root.line)
    return entries


def _entry(resource: Element, manifest: str) -> _Entry | None:
    if not resource.attrs.get("type", "").startswith("imsqti_item_xmlv2p"):
        return None
    href = resource.attrs.get("href", "")
    href = href or next((it.attrs.get("href", "") for it in resource.all("file")), "")
    said = (" ".join(it.text.split()) for it in resource.all("keyword"))
    tags = (it.replace(",", " ").replace("\\", "/")[:60].strip() for it in said)
    return _Entry(
        path=_joined(manifest, href),
        line=resource.line,
        tags=tuple(dict.fromkeys(" ".join(it.split()) for it in tags if it)),
    )


def _joined(base: str, address: str) -> str:
    """'items/a.xml' and '../files/p.png' -> 'files/p.png'."""
    parts: list[str] = []
    for part in (PurePosixPath(base).parent / unquote(address)).parts:
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return "/".join(parts)
