"""Who may be who: roles, registration numbers, how long a log-in lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.ids import AccountId

IDLE_LIFE = timedelta(minutes=30)
"""Any request or live socket counts as activity, so studying keeps a log-in alive."""
ABSOLUTE_LIFE = timedelta(hours=12)
PASSWORD_MAX = 128


class Role(StrEnum):
    STUDENT = "student"
    PROCTOR = "proctor"
    HELPDESK = "helpdesk"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is logged in."""

    account: AccountId
    srn: str
    name: str
    role: Role


def normalise_srn(text: str) -> str:
    """As printed on the card, however it was typed: 'cro 0123' -> 'CRO0123'."""
    return "".join(text.split()).upper()


def is_alive(created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    return now - created_at < ABSOLUTE_LIFE and now - last_seen_at < IDLE_LIFE
