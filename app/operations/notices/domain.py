"""Which notices somebody sees."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.refusals import Refusal

TEXT_MAX = 400


class Tone(StrEnum):
    INFORMATION = "information"
    WARNING = "warning"


class Audience(StrEnum):
    EVERYBODY = "everybody"
    STUDENTS = "students"
    STAFF = "staff"


class BadNotice(Refusal):
    """A notice has 1 to 400 characters, and ends after it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    notice: UUID
    text: str
    tone: Tone
    audience: Audience
    shown_from: datetime
    shown_till: datetime


def require_sense(text: str, shown_from: datetime, shown_till: datetime) -> str:
    """The text with single spaces. Raises BadNotice."""
    plain = " ".join(text.split())
    if not 1 <= len(plain) <= TEXT_MAX or shown_till <= shown_from:
        raise BadNotice
    return plain


def current(
    notices: Iterable[Notice], now: datetime, audiences: Iterable[Audience]
) -> list[Notice]:
    seen = set(audiences)
    return [
        it
        for it in notices
        if it.audience in seen and it.shown_from <= now < it.shown_till
    ]
