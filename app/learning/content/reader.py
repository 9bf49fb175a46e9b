"""Reads a course: a folder for each set and module, Markdown with TOML front matter.

    A/set.toml                 title, mandatory
    A/CEL/module.toml          title, hours, summary, pass_mark, fee, currency
    A/CEL/01-contracts.md      +++ title, minutes, video, captions +++ and the text
    A/CEL/files/bench.png      what its topics show: pictures, PDF, video, captions

Everything is read before anything is refused, so that all problems are told at once.
"""

import re
from collections import defaultdict
from pathlib import Path

from app.kernel.ids import ModuleCode
from app.learning.content.files import read_file
from app.learning.content.heads import ModuleHead, SetHead, parse
from app.learning.content.problems import Problems
from app.learning.content.topics import read_text, read_topic
from app.learning.domain.catalogue import ContentFile, Fee, Module, StudySet, Topic

ENTRIES_MOST = 5_000
DEPTH_MOST = 4
_SET = re.compile(r"[A-Z]")
_MODULE = re.compile(r"[A-Z0-9]{2,12}")


def read_course(folder: Path) -> list[StudySet]:
    """Sets, modules and topics in order of name.

    Raises ContentRefused, which names every file and line that is wrong.
    """
    problems = Problems(folder)
    if not _is_bounded(folder, problems):
        problems.refuse_if_any()
    sets = [_read_set(it, problems) for it in _folders(folder, problems)]
    if not sets:
        problems.add(folder, "there is no set here: a folder A with a set.toml")
    found = [it for it in sets if it is not None]
    _refuse_doubles(folder, found, problems)
    problems.refuse_if_any()
    return found


def _is_bounded(folder: Path, problems: Problems) -> bool:
    """Nothing leads out of the folder, and there is not endlessly much."""
    for count, path in enumerate(folder.rglob("*"), 1):
        if path.is_symlink():
            problems.add(path, "is a link; put the file itself here")
        elif not path.is_file() and not path.is_dir():
            problems.add(path, "is neither a file nor a folder")
        elif len(path.relative_to(folder).parts) > DEPTH_MOST:
            problems.add(path, "lies too deep: set/module/files/name")
        if count > ENTRIES_MOST or len(problems.found) > ENTRIES_MOST:
            problems.add(folder, f"has more than {ENTRIES_MOST} files and folders")
            return False
    return not problems.found


def _folders(folder: Path, problems: Problems, *belongs: str) -> list[Path]:
    """Its folders; what else lies in it has one of these names or endings."""
    entries = sorted(it for it in folder.iterdir() if not it.name.startswith("."))
    for it in entries:
        if it.is_file() and not it.name.endswith(("README.md", *belongs)):
            problems.add(it, "does not belong here")
    return [it for it in entries if it.is_dir()]


def _read_set(folder: Path, problems: Problems) -> StudySet | None:
    path = folder / "set.toml"
    if not path.is_file():
        problems.add(folder, "unknown set: it has no set.toml")
        return None
    if _SET.fullmatch(folder.name) is None:
        problems.add(folder, "a set's folder has one capital letter as its name")
    text = read_text(path, problems)
    head = parse(text, SetHead, path, problems) if text is not None else None
    modules = [
        _read_module(it, problems) for it in _folders(folder, problems, "set.toml")
    ]
    if not modules:
        problems.add(folder, "this set has no module")
    if head is not None and head.mandatory and len(modules) > 1:
        problems.add(path, "mandatory: such a set has one module", line=1)
    if head is None or None in modules:
        return None
    whole = tuple(it for it in modules if it is not None)
    return StudySet(code=folder.name, modules=whole, **head.model_dump())


def _read_module(folder: Path, problems: Problems) -> Module | None:
    path = folder / "module.toml"
    if not path.is_file():
        problems.add(folder, "this module has no module.toml")
        return None
    if _MODULE.fullmatch(folder.name) is None:
        problems.add(folder, "a module's code has 2 to 12 capital letters and digits")
    text = read_text(path, problems)
    head = parse(text, ModuleHead, path, problems) if text is not None else None
    files = _read_files(folder, problems)
    topics = _read_topics(folder, {it.name for it in files}, problems)
    if head is None:
        return None
    return Module(
        code=ModuleCode(folder.name),
        set_code=folder.parent.name,
        title=head.title,
        hours=head.hours,
        summary=head.summary,
        pass_mark=head.pass_mark,
        fee=Fee(minor=int(head.fee * 100), currency=head.currency),
        topics=tuple(topics),
        files=tuple(files),
    )


def _read_files(folder: Path, problems: Problems) -> list[ContentFile]:
    for it in _folders(folder, problems, "module.toml", ".md"):
        if it.name != "files":
            problems.add(it, "pictures and videos lie in a folder named files")
    found = []
    for path in sorted((folder / "files").glob("*")):
        if path.is_dir():
            problems.add(path, "a module's files lie side by side, without folders")
        elif file := read_file(path, problems):
            found.append(file)
    return found


def _read_topics(folder: Path, files: set[str], problems: Problems) -> list[Topic]:
    paths = [it for it in sorted(folder.glob("*.md")) if it.name != "README.md"]
    if not paths:
        problems.add(folder, "this module has no topic")
    seen: dict[str, Path] = {}
    topics = []
    for path in paths:
        topic = read_topic(path, files, problems)
        if topic is None:
            continue
        if topic.code in seen:
            first = seen[topic.code].name
            problems.add(path, f"the code {topic.code} is taken by {first}")
        seen[topic.code] = path
        topics.append(topic)
    return topics


def _refuse_doubles(folder: Path, sets: list[StudySet], problems: Problems) -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for study_set in sets:
        for module in study_set.modules:
            owners[module.code].append(study_set.code)
    for code, found in owners.items():
        for owner in found[1:]:
            path = folder / owner / code
            problems.add(path, f"the code {code} is taken by set {found[0]}")
