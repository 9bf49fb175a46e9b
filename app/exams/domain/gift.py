"""Reads Moodle's GIFT: questions between blank lines, their answers in braces.

    // [tag:costs]
    ::Ohm:: [markdown]What is $U$? { =$R I$ ~$R/I$#That is no voltage. ####Ohm's law. }

As Moodle's own reader does (question/format/gift), but that a blank line inside braces
does not end a question, and that everything wrong is told with its line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from app.exams.domain.gift_answers import Answers, answers_in
from app.exams.domain.gift_text import Mark, in_format, marks, opening
from app.exams.domain.parsed import CannotAsk, Gathering, Parsed, Wrong, title_of
from app.exams.domain.questions import Question

_TAG = re.compile(r"\[tag:((?:\\\]|[^\x00-\x1f\x7f\]])+)\]")
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)")


@dataclass(slots=True)
class _Block:
    """The lines of one question, without comments, and which lines they were."""

    category: str
    tags: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    braces: int = 0

    def add(self, line: str, number: int) -> None:
        self.lines.append(line)
        self.numbers.append(number)
        found = list(marks(line, "{}"))
        self.braces += sum(1 if it.sign == "{" else -1 for it in found)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line_of(self, offset: int) -> int:
        return self.numbers[min(self.text.count("\n", 0, offset), len(self.lines) - 1)]


def read_gift(content: bytes, *, leave_out: bool = False) -> Parsed:
    """Every question, every problem and every note of a file."""
    gathering = Gathering(leave_out=leave_out)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        gathering.wrong("this is no UTF-8; save the file in that encoding", line)
        return gathering.parsed()
    for block in _blocks(text):
        _take(block, gathering)
    return gathering.parsed()


def _blocks(text: str) -> Iterator[_Block]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    block = _Block(category="")
    for number, line in enumerate(lines, 1):
        said = line.strip()
        found = _CATEGORY.fullmatch(said)
        begins = said.startswith("::") and block.lines and not block.lines[-1].strip()
        if found or begins or (not said and block.braces <= 0):
            if block.lines:
                yield block
                block = _Block(category=block.category)
            if found:
                block.category = found[1]
        if said.startswith("//"):
            block.tags += [it.replace("\\]", "]").strip() for it in _TAG.findall(said)]
        elif not found and (said or block.lines):
            block.add(line, number)
    if block.lines:
        yield block


def _take(block: _Block, gathering: Gathering) -> None:
    text, first = block.text, block.numbers[0]
    title, rest = _title(text)
    element = title or title_of(text[:80])

    def read() -> Question:
        return _question(block, title, rest, gathering)

    gathering.take(read, first, element)


def _title(text: str) -> tuple[str, int]:
    """'::a title:: text' -> the title and where the text begins."""
    begin = len(text) - len(text.lstrip())
    if not text.startswith("::", begin):
        return "", begin
    colons = [it.at for it in marks(text, ":", begin + 2)]
    end = next((one for one, two in pairwise(colons) if two == one + 1), -1)
    if end < 0:
        return "", begin
    said = in_format(text[begin + 2 : end], "markdown")
    return " ".join(said.split())[:200], end + 2


def _question(block: _Block, title: str, begin: int, gathering: Gathering) -> Question:
    text = block.text
    if text.startswith("::", begin) and not title:
        raise Wrong("the title is not closed with ::")
    inner_from, inner_to = _braces(block, begin)
    kind, start = opening(text, begin)
    asked = in_format(text[start : inner_from - 1], kind)
    after = in_format(text[inner_to + 1 :], kind)
    if after:
        blank = "" if after[0] in ".,;:!?" else " "
        asked = f"{asked} \\_\\_\\_\\_\\_{blank}{after}".strip()
    answers = answers_in(text, inner_from, inner_to, Answers(kind, block.line_of))
    name = title or title_of(asked)
    for said in answers.notes:
        gathering.note(said, block.numbers[0], name)
    return Question(
        name=name,
        kind=answers.kind,
        text=asked or title,
        options=tuple(answers.options),
        spans=tuple(answers.spans),
        tags=_tags(block),
        feedback=answers.feedback,
    )


def _braces(block: _Block, begin: int) -> tuple[int, int]:
    """From where to where the answers stand. Raises CannotAsk or Wrong."""
    found: list[Mark] = list(marks(block.text, "{}", begin))
    if not found:
        raise CannotAsk("this is a description: it has no answers in { }")
    first = found[0]
    if first.sign == "}":
        raise Wrong("there is a } without its {", block.line_of(first.at))
    if len(found) == 1:
        raise Wrong("the { is not closed with }", block.line_of(first.at))
    if found[1].sign == "{":
        words = "a { inside the answers: write \\{ for the sign itself"
        raise Wrong(words, block.line_of(found[1].at))
    if len(found) > 2:
        words = f"a second {found[2].sign}: write \\{found[2].sign} for the sign itself"
        raise Wrong(words, block.line_of(found[2].at))
    return first.at + 1, found[1].at


def _tags(block: _Block) -> tuple[str, ...]:
    """Those of its comments, and the way to its category: '$course$/top/A/B' is A/B."""
    parts = re.split(r"(?<!/)/(?!/)", block.category)
    kept = [it.replace("//", "/").strip() for it in parts]
    kept = [it for it in kept if it and it != "top" and not re.fullmatch(r"\$.*\$", it)]
    said = [*block.tags, "/".join(kept)]
    clean = (" ".join(it.replace(",", " ").split())[:60].strip() for it in said)
    return tuple(dict.fromkeys(it for it in clean if it))
