"""What is sent, and what a courier of a channel promises."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`to` None is nobody: the same rows and work, and no courier sends it.

    `kind` is for logs and statistics, `about` the account it concerns. After
    `useful_until` it is not sent any more.
    """

    channel: Literal["email", "sms"]
    to: str | None
    kind: str
    subject: str
    text: str
    useful_until: datetime
    about: UUID | None = None

    def to_bytes(self) -> bytes:
        return json.dumps([self.to, self.subject, self.text]).encode()


class TryLater(Exception):
    """The gateway is away or busy; the letter waits. The message has no address."""


class Undeliverable(Exception):
    """The gateway will never take this letter. The message has no address."""


class Courier(Protocol):
    """Takes letters of one channel out of the house."""

    async def send(self, letter: Letter) -> None:
        """Within 15 s. Raises TryLater or Undeliverable."""


def next_try(attempts: int, chance: float, now: datetime) -> datetime:
    """Twice as long each time, at most five minutes; `chance` (0..1) spreads them."""
    pause = min(FIRST_PAUSE * float(2 ** min(attempts - 1, 10)), LONGEST_PAUSE)
    return now + pause * (0.5 + chance / 2)
