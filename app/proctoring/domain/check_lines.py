"""A line of a device check."""

from dataclasses import dataclass
from enum import StrEnum

from app.proctoring.domain import check_words as words


class Result(StrEnum):
    PASS = "pass"
    WARNING = "warning"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`detail` says what was found, `mend` what to do about it."""

    code: str
    result: Result
    title: str
    detail: str
    mend: str = ""


def line(code: str, result: Result, detail: str = "", mend: str = "") -> Line:
    title, passed, default = words.LINES[code]
    if result is Result.PASS:
        return Line(code=code, result=result, title=title, detail=detail or passed)
    return Line(
        code=code, result=result, title=title, detail=detail, mend=mend or default
    )
