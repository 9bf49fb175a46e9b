"""What somebody who runs the house is told of it: facts of each part, as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Nobody answered in time, or with a fault; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Of one part. No names of people, no addresses: counts, ids and times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database(Fact):
    """`missing` and `changed` are migrations (`app.adapters.migrations.Lag`)."""

    connections: int
    connections_most: int
    missing: Sequence[str] = ()
    changed: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Fact):
    """Of Redis. `most_bytes` 0: no limit is set."""

    used_bytes: int
    most_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeen:
    """`silent_s`: how long ago it last said that it lives."""

    name: str
    streams: int
    capacity: int
    silent_s: float
    draining: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(Fact):
    nodes: Sequence[NodeSeen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues(Fact):
    """What waits in Redis for workers; `packs`: those of matchers heard of lately."""

    samples: int = 0
    glances: int = 0
    packs: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking(Fact):
    """Looks that are due; too late past `late_after_s`. `judged`, `failed` and
    `waiting_since` are those of the status page."""

    due: int
    late_s: float
    late_after_s: float
    judged: int = 0
    failed: int = 0
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sittings(Fact):
    """By kind: how many are open, and how many of them run."""

    open: Mapping[str, int]
    running: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Fact):
    """Letters not sent yet, and since when none of a channel goes out that should."""

    email: int = 0
    sms: int = 0
    email_since: datetime | None = None
    sms_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Fact):
    """Refunds that wait for a person."""

    refunds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Fact):
    """`kind`: folder or bucket."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys(Fact):
    """Ids of keys; `missing` wrap something, and this machine lacks them."""

    newest: str
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    database: Database | Unanswered
    redis: Memory | Unanswered
    media: Media | Unanswered
    queues: Queues | Unanswered
    looking: Looking | Unanswered
    sittings: Sittings | Unanswered
    post: Post | Unanswered
    money: Money | Unanswered
    evidence: Evidence | Unanswered
    keys: Keys | Unanswered
