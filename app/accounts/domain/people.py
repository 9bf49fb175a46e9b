"""Who may be who: roles and registration numbers."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.ids import AccountId

SRN_MAX = 32


class Role(StrEnum):
    STUDENT = "student"
    PROCTOR = "proctor"
    HELPDESK = "helpdesk"
    ADMIN = "admin"


STAFF = frozenset({Role.PROCTOR, Role.HELPDESK, Role.ADMIN})


class State(StrEnum):
    """Of an account. Invited: on the roster, not yet activated."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is logged in, on which login, and when they last proved themselves."""

    account: AccountId
    srn: str
    name: str
    role: Role
    login: UUID
    proved_at: datetime
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account as the ways in see it: `mobile` and `email` as confirmed or not."""

    account: AccountId
    srn: str
    name: str
    role: Role
    state: State
    email: str | None
    mobile: str | None
    email_confirmed: bool
    mobile_confirmed: bool
    password_hash: str | None
    password_set_at: datetime | None
    time_zone: str
    has_totp: bool
    passkeys: int


def normalise_srn(text: str) -> str:
    """As printed on the card, however it was typed: 'cro 0123' -> 'CRO0123'."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(plain.split()).upper()
