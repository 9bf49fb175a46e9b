"""Questions as a CSV sheet: one a line, and the same again when it is read.

name,kind,text,option1,option2,right,low,high,tags,feedback
Ohm,single,What is U?,R I,R/I,1,,,"law, units",See chapter 2.
Pi,numeric,How much is pi?,,,,3.14,3.15,,
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from app.exams.domain.numbers import READ, plain
from app.exams.domain.parsed import Gathering, Parsed, Wrong
from app.exams.domain.questions import (
    OPTIONS_MOST,
    Option,
    Question,
    QuestionKind,
    Span,
)

PLAIN = ("name", "kind", "text", "right", "low", "high", "tags", "feedback")
NEEDED = ("name", "kind", "text")
OPTIONS = [f"option{n}" for n in range(1, OPTIONS_MOST + 1)]
SAID = [f"feedback{n}" for n in range(1, OPTIONS_MOST + 1)]
_KNOWN = {*PLAIN, *OPTIONS, *SAID}
_NUMBER = re.compile(READ)
_RISKY = re.compile(r"'*[=+\-@\t]")
"""What a spreadsheet would take for a formula; with as many ' before as we put."""

Row = dict[str, str]


def read_sheet(content: bytes, *, leave_out: bool = False) -> Parsed:
    """UTF-8, comma or semicolon. Problems name line and column."""
    gathering = Gathering(leave_out=leave_out)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        gathering.wrong("this is no UTF-8; save the file in that encoding", line)
        return gathering.parsed()
    try:
        for line, row in _rows(text):
            _take(row, line, gathering)
    except Wrong as why:
        gathering.wrong(str(why), why.line, "header")
    except csv.Error as error:
        gathering.wrong(f"this is no CSV: {error}", 0)
    return gathering.parsed()


def write_sheet(questions: Iterable[Question]) -> str:
    bank = list(questions)
    most = max((len(it.options) for it in bank), default=2)
    told = any(one.feedback for it in bank for one in it.options)
    columns = ["name", "kind", "text", *OPTIONS[:most]]
    columns += SAID[:most] if told else []
    columns += ["right", "low", "high", "tags", "feedback"]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for it in bank:
        writer.writerow({name: _safe(cell) for name, cell in _row(it).items()})
    return out.getvalue()


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    """Each with the line it begins in. Raises Wrong or csv.Error."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    header = [it.strip().lower() for it in next(reader, [])]
    for name in header:
        if name not in _KNOWN:
            raise Wrong(f"there is no column {name[:40]!r} here", 1)
    for name in (*NEEDED, *header):
        if header.count(name) != 1:
            raise Wrong(f"the column {name} is needed, once", 1)
    begins = reader.line_num + 1
    for cells in reader:
        line, begins = begins, reader.line_num + 1
        if any(it.strip() for it in cells):
            spare = len(cells) - len(header)
            if spare > 0 and any(cells[len(header) :]):
                raise Wrong(f"line {line} has {spare} cells more than the header", line)
            named = dict(zip(header, cells, strict=False))
            yield line, {name: _meant(cell) for name, cell in named.items()}


def _take(row: Row, line: int, gathering: Gathering) -> None:
    gathering.take(lambda: question_of(row), line, row["name"][:80] or "name")


def question_of(row: Mapping[str, str]) -> Question:
    """Of a line: column -> cell. Raises Wrong."""
    kind = row.get("kind", "").lower()
    if kind not in set(QuestionKind):
        kinds = ", ".join(QuestionKind)
        raise Wrong(f"column kind: {kind[:40]!r} is none of {kinds}")
    numeric = kind == QuestionKind.NUMERIC
    return Question(
        name=" ".join(row.get("name", "").split()),
        kind=QuestionKind(kind),
        text=row.get("text", ""),
        options=() if numeric else _options(row),
        spans=_spans(row) if numeric else (),
        tags=tuple(it.strip() for it in row.get("tags", "").split(",") if it.strip()),
        feedback=row.get("feedback", ""),
    )


def _options(row: Mapping[str, str]) -> tuple[Option, ...]:
    texts = [row.get(name, "") for name in OPTIONS]
    count = max((n for n, it in enumerate(texts, 1) if it), default=0)
    right = set()
    for said in re.split(r"[\s,;]+", row.get("right", "").strip()):
        if not said.isdigit() or not 1 <= int(said) <= count:
            words = f"column right: {said[:20]!r} is the number of no option"
            raise Wrong(f"{words}; 1 is option1")
        right.add(int(said))
    return tuple(
        Option(text=text, is_right=n in right, feedback=row.get(SAID[n - 1], ""))
        for n, text in enumerate(texts[:count], 1)
    )


def _spans(row: Mapping[str, str]) -> tuple[Span, ...]:
    lows = [_number(it, "low") for it in row.get("low", "").split()]
    highs = [_number(it, "high") for it in row.get("high", "").split()] or lows
    if len(lows) != len(highs):
        raise Wrong("column high: has another count of numbers than column low")
    return tuple(Span(low=a, high=b) for a, b in zip(lows, highs, strict=True))


def _number(said: str, column: str) -> Decimal:
    if _NUMBER.fullmatch(said) is None:
        raise Wrong(f"column {column}: {said[:40]!r} is no number; write 2.5")
    return Decimal(said)


def _row(it: Question) -> Row:
    right = [str(n) for n, one in enumerate(it.options, 1) if one.is_right]
    return {
        "name": it.name,
        "kind": it.kind,
        "text": it.text,
        **{name: one.text for name, one in zip(OPTIONS, it.options, strict=False)},
        **{
            name: one.feedback
            for name, one in zip(SAID, it.options, strict=False)
            if one.feedback
        },
        "right": " ".join(right),
        "low": " ".join(plain(one.low) for one in it.spans),
        "high": " ".join(plain(one.high) for one in it.spans),
        "tags": ", ".join(it.tags),
        "feedback": it.feedback,
    }


def _safe(cell: str) -> str:
    """Never a formula. A number is one: '-3' stays."""
    risky = _RISKY.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if risky else cell


def _meant(cell: str) -> str:
    said = cell.strip()
    quoted = said.startswith("'") and _RISKY.match(said)
    return said[1:] if quoted else said
