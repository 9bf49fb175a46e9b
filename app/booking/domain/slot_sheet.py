"""Reading a sheet of slots: all of it is right, or every problem is named by line and
column. A cell is text or a number; what looks like a formula is neither."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from app.booking.domain.centres import Centre
from app.booking.domain.local_times import local_day, local_time
from app.booking.domain.planning import (
    SLOTS_MOST,
    Seating,
    SlotDraft,
    draft,
    ending,
    require_seating,
    require_within,
)
from app.kernel.refusals import Refusal

BYTES_MAX = 512 * 1024
TOLD_MAX = 200
NEEDED = ("centre", "date", "start", "end")
NUMBERS = {"capacity": 5, "accessible": 5, "opens_days": 3, "closes_hours": 3}
"""And how many digits they have at most."""
OPENS_DAYS, CLOSES_HOURS = 60, 24
COLUMNS = (*NEEDED, *NUMBERS, "modules")
EXAMPLE = """centre,date,start,end,capacity,accessible,opens_days,closes_hours,modules
KOCHI1,2027-01-18,09:30,11:30,40,2,60,24,
KOCHI1,2027-01-18,14:00,16:00,,,,,CEL SCPM
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetProblem:
    """`line` 1 is the header. `code` is stable, `detail` is for people."""

    line: int
    column: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a sheet may name: open centres by code, modules that are taught."""

    centres: Mapping[str, Centre]
    modules: frozenset[str]
    now: datetime


@dataclass(slots=True)
class SlotSheet:
    """Slots by the code of their centre. `problem_count` counts all of them, the first
    200 are told."""

    slots: dict[str, list[SlotDraft]] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    problem_count: int = 0
    ignored: list[str] = field(default_factory=list)

    def find(self, line: int, column: str, code: str, detail: str) -> None:
        self.problem_count += 1
        if len(self.problems) < TOLD_MAX:
            self.problems.append(
                SheetProblem(line=line, column=column, code=code, detail=detail)
            )


def read_sheet(data: bytes, known: Known) -> SlotSheet:
    """UTF-8 with or without a byte order mark, comma or semicolon, columns in any
    order; columns that are not ours are ignored and named."""
    sheet = SlotSheet()
    if len(data) > BYTES_MAX:
        sheet.find(1, "file", "too_large", "A file of slots has at most 512 KB.")
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
        _read_rows(sheet, ((rows.line_num, cells) for cells in rows), known)
    except csv.Error as error:
        detail = f"This line is broken ({error}). Is a quotation mark left open?"
        sheet.find(rows.line_num, "line", "broken", detail)
    return sheet


def _read_rows(
    sheet: SlotSheet, rows: Iterator[tuple[int, list[str]]], known: Known
) -> None:
    _, first = next(rows, (1, []))
    header = [cell.strip().casefold() for cell in first]
    if not _header_is_right(sheet, header):
        return
    count = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > SLOTS_MOST:
            detail = f"A sheet has at most {SLOTS_MOST:,} slots: split the file."
            sheet.find(number, "file", "too_many", detail)
            return
        given = dict(zip(header, cells, strict=False))
        line = _Line(
            sheet, number, {name: (given.get(name) or "").strip() for name in COLUMNS}
        )
        line.read(known)


def _header_is_right(sheet: SlotSheet, header: Sequence[str]) -> bool:
    for column in NEEDED:
        if column not in header:
            detail = f"The first line must name the columns {', '.join(NEEDED)}."
            sheet.find(1, column, "missing_column", detail)
    for column in COLUMNS:
        if header.count(column) > 1:
            sheet.find(1, column, "doubled_column", "This column is there twice.")
    sheet.ignored = [name for name in header if name and name not in COLUMNS]
    return not sheet.problems


@dataclass(slots=True)
class _Line:
    sheet: SlotSheet
    number: int
    cells: Mapping[str, str]

    def read(self, known: Known) -> None:
        """Adds the slot to the sheet, or its problems."""
        before = self.sheet.problem_count
        centre = self._centre(known)
        day, start = self._day(), self._time("start")
        end = self._time("end")
        modules = self._modules(known)
        numbers = {
            column: self._number(column, most) for column, most in NUMBERS.items()
        }
        if start and end and end <= start:
            self._find(
                "end", "bad_end", "A test ends after it begins, on the same day."
            )
        if self.sheet.problem_count > before:
            return
        assert centre is not None
        assert day is not None
        assert start is not None
        assert end is not None
        seating = _seating(centre, numbers, modules)
        self._keep(centre, seating, day, (start, end), known.now)

    def _keep(
        self,
        centre: Centre,
        seating: Seating,
        day: date,
        hours: tuple[time, time],
        now: datetime,
    ) -> None:
        most, accessibles = centre.it.capacity, centre.it.accessible
        try:
            require_seating(seating)
            require_within(seating.capacity, seating.accessible, most, accessibles)
        except Refusal as refusal:
            self._find("capacity", refusal.code(), refusal.message)
            return
        try:
            zone = centre.it.time_zone
            it = ending(draft(day, hours[0], zone, seating, now), hours[1], zone)
        except Refusal as refusal:
            self._find("start", refusal.code(), refusal.message)
            return
        kept = self.sheet.slots.setdefault(centre.it.code, [])
        kept.append(replace(it, line=self.number))

    def _find(self, column: str, code: str, detail: str) -> None:
        self.sheet.find(self.number, column, code, detail)

    def _centre(self, known: Known) -> Centre | None:
        code = self.cells["centre"].upper()
        found = known.centres.get(code)
        if found is None:
            detail = f"There is no open centre with the code '{code[:20]}'."
            self._find("centre", "no_such_centre", detail)
        return found

    def _day(self) -> date | None:
        try:
            return local_day(self.cells["date"])
        except Refusal as refusal:
            self._find("date", "bad_date", refusal.message)
            return None

    def _time(self, column: str) -> time | None:
        try:
            return local_time(self.cells[column])
        except Refusal as refusal:
            self._find(column, f"bad_{column}", refusal.message)
            return None

    def _number(self, column: str, most: int) -> int | None:
        text = self.cells[column]
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= most):
            detail = f"A number of at most {most} digits, or nothing."
            self._find(column, f"bad_{column}", detail)
            return None
        return int(text)

    def _modules(self, known: Known) -> tuple[str, ...] | None:
        codes = tuple(dict.fromkeys(self.cells["modules"].upper().split()))
        for code in codes:
            if code not in known.modules:
                detail = f"There is no module '{code[:20]}'."
                self._find("modules", "no_such_module", detail)
        return codes or None


def _seating(
    centre: Centre,
    numbers: Mapping[str, int | None],
    modules: tuple[str, ...] | None,
) -> Seating:
    """An empty cell is the centre's own number, or the usual one."""

    def given(column: str, usual: int) -> int:
        number = numbers[column]
        return usual if number is None else number

    capacity = given("capacity", centre.it.capacity)
    return Seating(
        minutes=1,  # The end is given.
        capacity=capacity,
        accessible=given("accessible", min(centre.it.accessible, capacity)),
        opens_days=given("opens_days", OPENS_DAYS),
        closes_hours=given("closes_hours", CLOSES_HOURS),
        modules=modules,
    )
