"""The time, as the server's own clock tells it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells UTC time that never runs backwards within a process."""

    def now(self) -> datetime: ...
