"""Reading a roster: it is right, or every problem is named by line and column."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.accounts.domain.contacts import (
    BadContact,
    normalise_email,
    normalise_mobile,
)
from app.accounts.domain.people import SRN_MAX, normalise_srn
from app.kernel.scripts import is_printable

LINES_MAX = 20_000
BYTES_MAX = 8 * 1024 * 1024
TOLD_MAX = 200
NAME_MAX = 120
COLUMNS = ("srn", "name", "email", "mobile")
NEEDED = ("srn", "name")
SRN = re.compile(r"[A-Z0-9][A-Z0-9/._-]{2,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLine:
    """One student; `number` is the line in the file (or the place in the list)."""

    number: int
    srn: str
    name: str
    email: str | None
    mobile: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterProblem:
    """`line` 1 is the header. `code` is stable, `detail` is for people."""

    line: int
    column: str
    code: str
    detail: str


@dataclass(slots=True)
class Sheet:
    """What was read. `problems` has at most 200 of them, `problem_count` counts all."""

    lines: list[RosterLine] = field(default_factory=list)
    problems: list[RosterProblem] = field(default_factory=list)
    problem_count: int = 0
    ignored: list[str] = field(default_factory=list)

    def find(self, line: int, column: str, code: str, detail: str) -> None:
        self.problem_count += 1
        if len(self.problems) < TOLD_MAX:
            self.problems.append(
                RosterProblem(line=line, column=column, code=code, detail=detail)
            )


def read_csv(data: bytes) -> Sheet:
    """UTF-8 with or without a byte order mark, comma or semicolon, columns in any
    order; columns that are not ours are ignored and named."""
    sheet = Sheet()
    if len(data) > BYTES_MAX:
        sheet.find(1, "file", "too_large", "A roster file has at most 8 MB.")
        return sheet
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        detail = "This is not UTF-8: save the file as 'CSV UTF-8' and try again."
        sheet.find(line, "file", "not_utf8", detail)
        return sheet
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        _read_rows(sheet, ((rows.line_num, cells) for cells in rows))
    except csv.Error as error:
        detail = f"This line is broken ({error}). Is a quotation mark left open?"
        sheet.find(rows.line_num, "line", "broken", detail)
    return sheet


def _read_rows(sheet: Sheet, rows: Iterator[tuple[int, list[str]]]) -> None:
    _, first = next(rows, (1, []))
    header = [cell.strip().casefold() for cell in first]
    if not _header_is_right(sheet, header):
        return
    read_records(sheet, _records(header, rows))


def _header_is_right(sheet: Sheet, header: Sequence[str]) -> bool:
    for column in NEEDED:
        if column not in header:
            detail = f"The first line must name the columns {', '.join(COLUMNS)}."
            sheet.find(1, column, "missing_column", detail)
    for column in COLUMNS:
        if header.count(column) > 1:
            sheet.find(1, column, "doubled_column", "This column is there twice.")
    sheet.ignored = [name for name in header if name and name not in COLUMNS]
    return not sheet.problems


def _records(
    header: Sequence[str], rows: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(header, cells, strict=False))


def read_records(
    sheet: Sheet, records: Iterable[tuple[int, Mapping[str, str]]]
) -> None:
    """Adds each record to the sheet, or its problems."""
    first_seen: dict[str, int] = {}
    for number, record in records:
        if len(sheet.lines) >= LINES_MAX:
            detail = f"A roster has at most {LINES_MAX:,} students: split the file."
            sheet.find(number, "file", "too_many", detail)
            return
        line = _line(sheet, number, record)
        if line is None:
            continue
        if line.srn in first_seen:
            detail = f"{line.srn} is in line {first_seen[line.srn]} already."
            sheet.find(number, "srn", "doubled", detail)
        first_seen.setdefault(line.srn, number)
        sheet.lines.append(line)


def _line(sheet: Sheet, number: int, record: Mapping[str, str]) -> RosterLine | None:
    before = sheet.problem_count
    given = {column: (record.get(column) or "").strip() for column in COLUMNS}
    srn, name = normalise_srn(given["srn"]), " ".join(given["name"].split())
    if not SRN.fullmatch(srn) or len(srn) > SRN_MAX:
        detail = "An SRN has 3 to 32 letters and digits (and . _ / - inside)."
        sheet.find(number, "srn", "bad_srn", detail)
    if not 1 <= len(name) <= NAME_MAX or not is_printable(name):
        detail = "A name has 1 to 120 characters."
        sheet.find(number, "name", "bad_name", detail)
    email = _contact(sheet, number, "email", given["email"])
    mobile = _contact(sheet, number, "mobile", given["mobile"])
    if not given["email"] and not given["mobile"]:
        detail = "One of e-mail and mobile is needed, to send the activation code."
        sheet.find(number, "email", "no_contact", detail)
    if sheet.problem_count > before:
        return None
    return RosterLine(number=number, srn=srn, name=name, email=email, mobile=mobile)


def _contact(sheet: Sheet, number: int, column: str, text: str) -> str | None:
    if not text:
        return None
    normalise = normalise_email if column == "email" else normalise_mobile
    try:
        return normalise(text)
    except BadContact as error:
        sheet.find(number, column, f"bad_{column}", error.message)
        return None
