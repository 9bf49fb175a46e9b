"""A chain of events, each with the hash of the one before. Pure.

SHA-256 over a JSON array of all members in order: strings are quoted and escaped, so
no two events have the same bytes. The head (where the chain ends) and the anchors
(where it was once, kept elsewhere) carry MACs by a key that is not in the database.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

VERSION = 1
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`details` is the text as stored, so that its bytes are never in question."""

    seq: int
    at: datetime
    by: UUID | None
    what: str
    whom: UUID | None
    details: str
    previous: bytes
    hash: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last event of the chain, now or at the time of an anchor."""

    seq: int
    hash: bytes
    mac: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    seq: int
    what: str

    def __str__(self) -> str:
        return f"event {self.seq}: {self.what}"


Mac = Callable[[str], bytes]


def digest(event: Event) -> bytes:
    members = [
        VERSION,
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(event.by) if event.by else None,
        event.what,
        str(event.whom) if event.whom else None,
        event.details,
        event.previous.hex(),
    ]
    text = json.dumps(members, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()


def signed(seq: int, hash_: bytes, mac: Mac) -> Head:
    return Head(seq=seq, hash=hash_, mac=mac(f"{VERSION}:{seq}:{hash_.hex()}"))


def is_genuine(head: Head, mac: Mac) -> bool:
    if head.seq == 0:
        return head.hash == GENESIS
    return signed(head.seq, head.hash, mac) == head


@dataclass(slots=True)
class Verifier:
    """Takes the events in their order, any number of them, and holds none."""

    mac: Mac
    anchors: dict[int, Head] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    checked: int = 0
    _last: int = 0
    _hash: bytes = GENESIS

    def expect(self, anchors: Iterable[Head]) -> None:
        """Before the first event: what the chain was known to be."""
        for anchor in anchors:
            if is_genuine(anchor, self.mac):
                self.anchors[anchor.seq] = anchor
            else:
                self._find(anchor.seq, "this anchor is forged or damaged")

    def feed(self, event: Event) -> None:
        self.checked += 1
        if event.seq > self._last + 1:
            self._find(self._last + 1, f"missing, up to {event.seq - 1}")
        elif event.seq <= self._last:
            self._find(event.seq, "out of its order")
        if event.previous != self._hash:
            self._find(event.seq, "does not follow the event before it")
        if digest(event) != event.hash:
            self._find(event.seq, "was changed")
        anchor = self.anchors.pop(event.seq, None)
        if anchor is not None and anchor.hash != event.hash:
            self._find(event.seq, "is not what its anchor says it was")
        self._last, self._hash = event.seq, event.hash

    def finish(self, head: Head) -> list[Problem]:
        if not is_genuine(head, self.mac):
            self._find(head.seq, "the end of the chain is forged")
        if (head.seq, head.hash) != (self._last, self._hash):
            self._find(self._last + 1, f"cut off: the chain ended at {head.seq}")
        for seq in sorted(self.anchors):
            if seq > self._last:
                self._find(seq, "was there once, says an anchor, and is cut off")
            else:
                self._find(seq, "is missing, and an anchor knows it")
        return self.problems

    def _find(self, seq: int, what: str) -> None:
        self.problems.append(Problem(seq=seq, what=what))
