"""What an import changes: told before and kept after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.learning.domain.catalogue import ContentFile, Topic


class TopicRow(Protocol):
    """A topic as it stands, its values by name."""

    def __getitem__(self, name: str, /) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleReport:
    """Codes of topics and names of files."""

    module: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    retired: tuple[str, ...] = ()
    files_added: tuple[str, ...] = ()
    files_changed: tuple[str, ...] = ()
    files_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """`left`: modules that the folder does not have and that stay as they are."""

    modules: tuple[ModuleReport, ...]
    retired: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        shown = [line for it in self.modules for line in _lines(it)]
        shown += [
            f"{code}: retired; hours and statements stay" for code in self.retired
        ]
        shown += [
            f"{code}: not in this folder, left as it is (--retire retires it)"
            for code in self.left
        ]
        return shown


def differs(before: TopicRow | None, topic: Topic) -> bool:
    """Whether a topic is another one than the row that stands."""
    if before is None:
        return True
    names = ("title", "minutes", "body", "video", "captions")
    return any(before[name] != getattr(topic, name) for name in names)


def compare_files(
    before: Mapping[str, bytes], files: tuple[ContentFile, ...]
) -> dict[str, tuple[str, ...]]:
    """Names that are new, have other bytes, or are gone."""
    now = {it.name: it.sha256 for it in files}
    both = now.keys() & before.keys()
    return {
        "files_added": tuple(sorted(now.keys() - before.keys())),
        "files_changed": tuple(sorted(it for it in both if now[it] != before[it])),
        "files_removed": tuple(sorted(before.keys() - now.keys())),
    }


def _lines(it: ModuleReport) -> list[str]:
    words = [
        ("new", it.added),
        ("changed", it.changed),
        ("retired", it.retired),
        ("new file", it.files_added),
        ("changed file", it.files_changed),
        ("file removed", it.files_removed),
    ]
    told = [f"{it.module}: {word} {name}" for word, names in words for name in names]
    same = f"{it.module}: {it.unchanged} topics as before"
    return [*told, same] if it.unchanged else told
