"""Pictures of looks that failed just now, until it is known whether they matter."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kernel.ids import LookId, SittingId

SITTINGS, EACH, BYTES = 200, 4, 40_000_000
AGE = timedelta(minutes=3)
"""A first failed look and the incident it leads to lie about a minute apart. Whoever
passes at another matcher meanwhile, or leaves, is forgotten here by this alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    look: LookId
    jpeg: bytes
    at: datetime


class FirstPictures:
    """In memory alone. Bounded in sittings, pictures of each, bytes and age; what is
    too much or too old goes, the oldest sitting first."""

    def __init__(self) -> None:
        self._of: OrderedDict[SittingId, list[Remembered]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def add(self, sitting: SittingId, look: LookId, jpeg: bytes, now: datetime) -> None:
        """A picture of this look; the same look again is no other."""
        self.expire(now)
        kept = self._of.setdefault(sitting, [])
        if all(it.look != look for it in kept):
            kept.append(Remembered(look=look, jpeg=jpeg, at=now))
        del kept[:-EACH]
        while self._of and (len(self._of) > SITTINGS or self._bytes() > BYTES):
            self._of.popitem(last=False)

    def of(self, sitting: SittingId, now: datetime) -> list[Remembered]:
        """The oldest first."""
        self.expire(now)
        return list(self._of.get(sitting, []))

    def forget(self, sitting: SittingId) -> None:
        self._of.pop(sitting, None)

    def expire(self, now: datetime) -> None:
        for sitting in list(self._of):
            young = [it for it in self._of[sitting] if now - it.at < AGE]
            if young:
                self._of[sitting] = young
            else:
                del self._of[sitting]

    def _bytes(self) -> int:
        return sum(len(it.jpeg) for kept in self._of.values() for it in kept)
