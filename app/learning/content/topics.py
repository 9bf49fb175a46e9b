"""Reads one topic: TOML front matter between lines of +++, then Markdown."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.learning.content.heads import TopicHead, parse
from app.learning.content.problems import Problems
from app.learning.domain.catalogue import Topic
from app.learning.domain.files import KIB, kind_of

TEXT_MOST = 200 * KIB
NESTING_MOST = 40
_NAME = re.compile(r"\d{2,3}-([a-z0-9][a-z0-9-]{0,59})\.md")
_FRONT = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n(.*)|\Z)", re.S | re.M)

# As it will be shown; raw HTML stays text there.
_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING_MOST})


def read_topic(path: Path, files: set[str], problems: Problems) -> Topic | None:
    """None when it is wrong; `files` are those of the module."""
    named = _NAME.fullmatch(path.name)
    if named is None:
        problems.add(path, "name a topic like 01-its-code.md (a to z, digits, hyphens)")
    text = read_text(path, problems)
    if text is None:
        return None
    found = _FRONT.match(text)
    if found is None:
        problems.add(path, "begin with +++, title and minutes, and +++ again", 1)
        return None
    head = parse(found[1], TopicHead, path, problems, first_line=2)
    body = found[2] or ""
    begins = text[: found.end() - len(body)].count("\n") + 1
    if not body.strip():
        problems.add(path, "there is nothing to read after the front matter", begins)
    _check_links(path, body, begins, files, problems)
    if head is None or named is None:
        return None
    _check_video(path, head, files, problems)
    return Topic(code=named[1], body=body, **head.model_dump())


def read_text(path: Path, problems: Problems) -> str | None:
    """UTF-8 with newlines as \\n; None when it is too large or no text."""
    size = path.stat().st_size
    if size > TEXT_MOST:
        most = TEXT_MOST // KIB
        problems.add(path, f"has {size // KIB} KB; a text has at most {most} KB")
        return None
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.add(path, "this is not UTF-8; save it as UTF-8", line)
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if bad := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        line = text[: bad.start()].count("\n") + 1
        problems.add(path, "has a control character", line)
        return None
    return text


def _check_video(
    path: Path, head: TopicHead, files: set[str], problems: Problems
) -> None:
    for word, name, wanted in (
        ("video", head.video, "video/"),
        ("captions", head.captions, "text/vtt"),
    ):
        kind = kind_of(name) if name else None
        if name and name not in files:
            problems.add(path, f"{word}: there is no files/{name}")
        elif name and (kind is None or not kind.media_type.startswith(wanted)):
            problems.add(path, f"{word}: files/{name} is of another kind")
    if head.captions and not head.video:
        problems.add(path, "captions: there is no video to caption")


def _check_links(
    path: Path, body: str, begins: int, files: set[str], problems: Problems
) -> None:
    for line, kind, target in _targets(body):
        at = begins + line
        parts = urlsplit(target)
        name = unquote(parts.path).removeprefix("files/")
        ours = not parts.scheme and parts.path.startswith("files/")
        if ours and name not in files:
            problems.add(path, f"there is no files/{name}", at)
        elif not ours and kind == "image":
            problems.add(path, "a picture has to be one of the module's files", at)
        elif not ours and parts.scheme not in ("http", "https", "mailto"):
            problems.add(path, f"this link leads nowhere: {target[:80]}", at)


def _targets(body: str) -> Iterator[tuple[int, str, str]]:
    for block in _markdown.parse(body):
        line = block.map[0] if block.map else 0
        yield from ((line, *it) for it in _inline_targets(block.children or []))


def _inline_targets(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    for token in tokens:
        if token.type == "image":
            yield "image", str(token.attrs.get("src", ""))
        elif token.type == "link_open":
            target = str(token.attrs.get("href", ""))
            if not target.startswith("#"):
                yield "link", target
