"""What there is to study."""

from dataclasses import dataclass

from app.kernel.ids import ModuleCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`body` is Markdown; `video` and `captions` name files of the module."""

    code: str
    title: str
    minutes: int
    body: str
    video: str | None = None
    captions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """In the currency's minor unit: 50000 INR is 500 rupees."""

    minor: int = 50_000
    currency: str = "INR"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFile:
    """A picture, document or video of a module, known by the hash of its bytes."""

    name: str
    media_type: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """`hours` to confirm before its test; `pass_mark` in percent."""

    code: ModuleCode
    set_code: str
    title: str
    hours: float
    summary: str
    pass_mark: int = 50
    fee: Fee = Fee()
    topics: tuple[Topic, ...] = ()
    files: tuple[ContentFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySet:
    """Mandatory: its one module is everybody's. Else the student picks one."""

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
