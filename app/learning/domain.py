"""What there is to study."""

from dataclasses import dataclass

from app.kernel.ids import ModuleCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`body` is Markdown."""

    code: str
    title: str
    minutes: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    code: ModuleCode
    set_code: str
    title: str
    hours: float
    summary: str
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySet:
    code: str
    title: str
    mandatory: bool
    modules: tuple[Module, ...] = ()


def neighbours(topics: tuple[Topic, ...], code: str) -> tuple[Topic | None, ...]:
    """The topic before, the topic itself, the one after; None where there is none."""
    codes = [topic.code for topic in topics]
    if code not in codes:
        return None, None, None
    at = codes.index(code)
    before = topics[at - 1] if at else None
    after = topics[at + 1] if at + 1 < len(topics) else None
    return before, topics[at], after
