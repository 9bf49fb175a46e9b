"""Reads a course: a folder for each set and module, Markdown with TOML front matter.

course/A/set.toml                title, mandatory
course/A/CEL/module.toml         title, hours, summary
course/A/CEL/01-contracts.md     +++ title, minutes +++ and the text
"""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.kernel.ids import ModuleCode
from app.kernel.refusals import Refusal
from app.learning.domain import Module, StudySet, Topic

_FRONT = re.compile(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", re.DOTALL)


class CourseUnreadable(Refusal):
    """The course cannot be read; nothing was imported."""


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str


Head = TypeVar("Head", bound=_Head)


class _SetHead(_Head):
    mandatory: bool


class _ModuleHead(_Head):
    hours: float
    summary: str


class _TopicHead(_Head):
    minutes: int


def read_course(folder: Path) -> list[StudySet]:
    """In order of name. Raises CourseUnreadable naming the file and what is wrong."""
    return [_read_set(path.parent) for path in sorted(folder.glob("*/set.toml"))]


def _read_set(folder: Path) -> StudySet:
    path = folder / "set.toml"
    head = _parse(path, path.read_text(), _SetHead)
    modules = [_read_module(it.parent) for it in sorted(folder.glob("*/module.toml"))]
    return StudySet(
        code=folder.name,
        title=head.title,
        mandatory=head.mandatory,
        modules=tuple(modules),
    )


def _read_module(folder: Path) -> Module:
    path = folder / "module.toml"
    head = _parse(path, path.read_text(), _ModuleHead)
    return Module(
        code=ModuleCode(folder.name),
        set_code=folder.parent.name,
        title=head.title,
        hours=head.hours,
        summary=head.summary,
        topics=tuple(_read_topic(it) for it in sorted(folder.glob("*.md"))),
    )


def _read_topic(path: Path) -> Topic:
    found = _FRONT.fullmatch(path.read_text())
    if found is None:
        raise CourseUnreadable(f"{path}: line 1: begin with +++, title, minutes, +++.")
    head = _parse(path, found[1], _TopicHead)
    code = path.stem.partition("-")[2]
    return Topic(code=code, title=head.title, minutes=head.minutes, body=found[2])


def _parse(path: Path, text: str, kind: type[Head]) -> Head:
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CourseUnreadable(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise CourseUnreadable(f"{path}: {first['loc'][0]}: {first['msg']}") from error
