"""The TOML heads of sets, modules and topics, and where in the file one is wrong."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.kernel.scripts import is_printable
from app.learning.content.problems import Problems
from app.learning.domain.files import NAME_PATTERN

_FILE = rf"^{NAME_PATTERN}$"


def _printable(text: str) -> str:
    if not is_printable(text):
        raise ValueError("has a character that cannot be shown")
    return text


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Summary = Annotated[str, Field(max_length=600), AfterValidator(_printable)]


class Head(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    title: Line


class SetHead(Head):
    mandatory: bool


class ModuleHead(Head):
    hours: float = Field(gt=0, le=500)
    summary: Summary
    pass_mark: int = Field(50, ge=1, le=100)
    fee: Decimal = Field(Decimal(500), ge=0, le=1_000_000, decimal_places=2)
    currency: str = Field("INR", pattern=r"^[A-Z]{3}$")


class TopicHead(Head):
    minutes: int = Field(ge=1, le=600)
    video: str | None = Field(None, pattern=_FILE)
    captions: str | None = Field(None, pattern=_FILE)


Kind = TypeVar("Kind", bound=Head)


def parse(
    text: str, kind: type[Kind], path: Path, problems: Problems, first_line: int = 1
) -> Kind | None:
    """None when it is wrong; `problems` has what and on which line of the file."""
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        at = int(found[1]) if found else 1
        problems.add(path, f"this is no TOML: {_short(error)}", at + first_line - 1)
    except RecursionError:
        problems.add(path, "this is nested too deeply", first_line)
    except ValidationError as error:
        for it in error.errors():
            name = str(it["loc"][0]) if it["loc"] else ""
            line = _line_of(text, name) + first_line - 1
            problems.add(path, f"{name}: {_said(it['type'], it['msg'])}", line)
    return None


def _short(error: Exception) -> str:
    return re.sub(r" \(at .*\)$", "", str(error))


def _said(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "there is no such setting here"
    if kind == "missing":
        return "this is missing"
    return message[:1].lower() + message[1:]


def _line_of(text: str, name: str) -> int:
    """Where a key is set; the first line when it is missing."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
            return number
    return 1
